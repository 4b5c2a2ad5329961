"""`pouch serve`: a whole ward in one process, reached safely, ended in order."""

import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from typer import BadParameter
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.cli_https import Wish, reached
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_host.web.tls import WardCertificates
from tests.host import ward
from tests.host.collect.fake_band import BAND_ID, KEY, LABEL, LOG_ID

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
STOPPING = "stopping: what has arrived is being stored; a second signal ends at once"


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def store(tmp_path):
    path = ward.fill(tmp_path / "ward.db")
    end_utc_s = ward.START_UTC_S + 3 * 3600
    with Store.open(path) as opened:
        # Else the months since then would be worked out, as days without a record.
        opened.release(ward.BAND_ID, end_utc_s, when_utc_s=end_utc_s)
    return path


class Serving:
    """A running `pouch serve`.

    Attributes:
        process: its process.
        said: lines that it wrote on stderr so far.
        url: where its pages are.
    """

    def __init__(self, *arguments, radio="sound", environment=None):
        places = [str(ROOT / name) for name in ("protocol", "host", "sim", ".")]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.host.serve_on_fakes", radio, "serve"),
                *map(str, arguments),
            ],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(places)} | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = []
        # What never says what it should would be waited for without an end.
        self._guard = threading.Timer(PATIENCE_S, self.process.kill)
        self._guard.start()
        self.url = self.wait_for("the ward is at ").split()[4]

    def wait_for(self, words):
        before = next((line for line in self.said if words in line), None)
        if before is not None:
            return before
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))
            if words in line:
                return line
        raise AssertionError("".join(self.said))

    def get(self, path, context=None):
        request = urllib.request.Request(self.url + path, headers={"accept": "text/html"})
        with urllib.request.urlopen(request, timeout=PATIENCE_S, context=context) as answer:
            return answer.read().decode()

    def health(self, context=None):
        return json.loads(self.get("/health", context))

    def wait_until_served(self, context=None):
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.health(context)
            except OSError:
                assert time.monotonic() < deadline_s
                assert self.process.poll() is None

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=PATIENCE_S)
        self.said += rest.splitlines()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._guard.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def with_key(folder):
    key = folder / f"{LABEL}.key"
    key.write_text(KEY.hex())
    key.chmod(0o600)
    return ("--collect", "--keys", folder)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_serve_answers_until_it_is_told_to_stop(store, number, code):
    with Serving(store, "--port", 0) as serving:
        assert serving.url.startswith("http://127.0.0.1:")
        health = serving.wait_until_served()
        assert health["ok"]
        assert "backup_none" in health["warnings"]
        assert "Research tool" in serving.get("/")
        assert serving.end(number) == code
    assert "Traceback" not in "\n".join(serving.said)


def test_first_start_says_where_the_first_administrator_sets_it_up(store):
    with Serving(store, "--port", 0) as serving:
        line = serving.wait_for("nobody may sign in yet")
        assert f"{serving.url}/set-up" in line
        assert serving.end() == 0


def test_collector_runs_in_the_same_process_and_what_it_brings_is_stored(tmp_path):
    path = tmp_path / "ward.db"
    with Serving(path, "--port", 0, *with_key(tmp_path)) as serving:
        serving.wait_for(f"band {LABEL}: 1000 new records")
        serving.wait_until_served()
        assert serving.end() == 0
    with Store.open(path, create=False) as opened:
        assert opened.held_ranges(BAND_ID, LOG_ID) == [(0, 999)]


def test_adapter_that_is_missing_leaves_the_pages_and_is_told(tmp_path, store):
    with Serving(store, "--port", 0, *with_key(tmp_path), radio="missing") as serving:
        assert serving.process.stdout.readline() == "missing\n"
        serving.wait_for("Bluetooth adapter: not there")
        serving.wait_until_served()
        health = serving.health()
        assert health["ok"]
        assert "adapter:collector" in health["warnings"]
        assert serving.end() == 0


def test_no_key_leaves_the_pages_and_is_told(tmp_path, store):
    with Serving(store, "--port", 0, "--collect", "--keys", tmp_path / "keys") as serving:
        serving.wait_for("no key of any band")
        serving.wait_until_served()
        assert "part_failed:collector" in serving.health()["warnings"]
        assert serving.end() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_signal_in_a_pull_ends_all_parts_and_stores_what_has_arrived(tmp_path, number, code):
    path = tmp_path / "ward.db"
    with Serving(path, "--port", 0, *with_key(tmp_path), radio="endless") as serving:
        assert serving.process.stdout.readline() == "pulling\n"
        assert serving.end(number) == code
    assert STOPPING in serving.said
    assert "Traceback" not in "\n".join(serving.said)
    with Store.open(path, create=False) as opened:
        assert opened.held_ranges(BAND_ID, LOG_ID) != []


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_ends_at_once_what_does_not_end_in_order(tmp_path, second):
    path = tmp_path / "ward.db"
    with Serving(path, "--port", 0, *with_key(tmp_path), radio="stubborn") as serving:
        assert serving.process.stdout.readline() == "pulling\n"
        serving.process.send_signal(signal.SIGTERM)
        serving.wait_for(STOPPING)
        assert serving.process.stdout.readline() == "closing\n"
        assert serving.end(second) == -second
    with Store.open(path, create=False) as opened:
        assert opened.held_ranges(BAND_ID, LOG_ID) != []


def test_named_ward_is_served_by_https_that_its_own_authority_vouches_for(tmp_path, store):
    options = ("--host", "0.0.0.0", "--name", "localhost")
    with Serving(store, "--port", 0, *options) as serving:
        assert serving.url.startswith("https://localhost:")
        line = serving.wait_for("/ca.crt")
        trusting = ssl.create_default_context(cafile=tmp_path / "ward-tls" / "ca.crt")
        assert serving.wait_until_served(trusting)["ok"]
        pem = serving.get("/ca.crt", trusting)
        assert pem == (tmp_path / "ward-tls" / "ca.crt").read_text()
        # What a person compares on a tablet.
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()
        assert digest.hex(":").upper() in line
        assert serving.end() == 0


def test_service_manager_hears_that_it_is_ready_and_that_it_ends(tmp_path, store):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(PATIENCE_S)
        place = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
        with Serving(store, "--port", 0, environment=place) as serving:
            assert listener.recv(1000) == b"READY=1"
            said = listener.recv(1000).decode()
            assert said.startswith("STATUS=web ")
            assert said.endswith("\nWATCHDOG=1")
            assert serving.end() == 0
        rest = b""
        while b"STOPPING=1" not in rest:
            rest += listener.recv(1000)


def clock():
    return 1_790_000_000.0


def test_loopback_needs_no_certificate():
    assert not reached(Wish("127.0.0.1"), "ward.db", clock).https


def test_network_without_https_is_refused_in_one_line_that_says_what_to_do():
    with pytest.raises(InputError) as error:
        reached(Wish("0.0.0.0"), "ward.db", clock)
    assert "\n" not in str(error.value)
    for way in ("--name", "--cert", "--behind-proxy"):
        assert way in str(error.value)


def test_refusal_comes_before_anything_is_made(tmp_path):
    result = run("serve", tmp_path / "new.db", "--collect", "--host", "0.0.0.0")
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_proxy_that_does_https_makes_cookies_say_so():
    how = reached(Wish("0.0.0.0", behind_proxy=True), "ward.db", clock)
    assert how.https
    assert how.certificates is None


def shown(how):
    """Return what browsers are shown."""
    assert how.certificates is not None
    return how.certificates()


def test_made_certificates_lie_beside_the_store_unless_told(tmp_path):
    how = reached(Wish("0.0.0.0", names=("ward.local",)), str(tmp_path / "ward.db"), clock)
    assert shown(how).cert_file.parent == tmp_path / "ward-tls"
    assert how.name == "ward.local"
    how = reached(Wish("0.0.0.0", tls=tmp_path / "mine"), str(tmp_path / "ward.db"), clock)
    assert shown(how).cert_file.parent == tmp_path / "mine"
    assert how.name


def test_given_certificate_is_shown(tmp_path):
    made = WardCertificates(tmp_path, ["ward.local"], clock=clock).ready()
    how = reached(Wish("0.0.0.0", made.cert_file, made.key_file), "ward.db", clock)
    assert shown(how).cert_file == made.cert_file
    assert shown(how).ca_file is None


@pytest.mark.parametrize(
    "wish",
    [
        Wish("0.0.0.0", cert=Path("a.pem")),
        Wish("0.0.0.0", key=Path("a.pem")),
        Wish("0.0.0.0", cert=Path("a"), key=Path("b"), tls=Path("c")),
        Wish("0.0.0.0", names=("ward.local",), behind_proxy=True),
        Wish("0.0.0.0", cert=Path("a"), key=Path("b"), behind_proxy=True),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(wish):
    with pytest.raises(BadParameter):
        reached(wish, "ward.db", clock)


@pytest.mark.parametrize("option", ["--collect", "--name", "--cert", "--tls", "--behind-proxy"])
def test_help_tells_of_each_option(option):
    assert option in run("serve", "--help").stdout
