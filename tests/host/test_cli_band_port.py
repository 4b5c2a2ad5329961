"""The program on a real serial port: a process, pyserial, and a band on a pseudo-terminal."""

import json
import signal
import subprocess
import sys
import threading

import pytest

from pouch_host.label_picture import LabelPicture
from pouch_host.store import Store
from pouch_protocol import constants as c
from tests.host.collect.cable_band import CableBand, as_on_a_board
from tests.host.collect.fake_band import BAND_ID, KEY, LABEL, ListSource, made_records
from tests.host.pty_band import PtyBand
from tests.host.test_cli import source_tree_env

__all__ = ["as_on_a_board"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")

RECORDS = made_records(3000)


@pytest.fixture
def band():
    """Return a band with a key and many records."""
    made = PtyBand(ListSource(RECORDS))
    yield made
    made.close()


@pytest.fixture
def bare(tmp_path, as_on_a_board):
    """Return a band that nobody has given a key, with its own requests and settings."""
    folder = tmp_path / "flash"
    folder.mkdir()
    source = CableBand(folder, key=None)
    source.holds(RECORDS[:500])

    def restart_if_due():
        if source.restart_due:
            source.reboot()

    made = PtyBand(source, restart_if_due)
    yield made
    made.close()
    source.close()


@pytest.fixture
def env(tmp_path):
    """Return the environment of a person who has the key of the first band and no others."""
    return source_tree_env() | {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "POUCH_KEY": KEY.hex(),
    }


def program(*arguments):
    return [sys.executable, "-m", "pouch_host", *map(str, arguments)]


def run(env, *arguments):
    return subprocess.run(
        program(*arguments), env=env, capture_output=True, text=True, timeout=60, check=False
    )


def stored(path):
    with Store.open(path, create=False) as store:
        return b"".join(segment.data for segment in store.segments(BAND_ID))


def test_info_over_a_real_port(band, env):
    result = run(env, "band", "--port", band.port, "info", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["band"] == LABEL
    assert result.stderr == ""
    assert band.parted.wait(timeout=10)


def test_pull_over_a_real_port_is_sealed(band, env, tmp_path):
    path = tmp_path / "ward.sqlite"
    result = run(env, "pull", path, "--serial", band.port)
    assert (result.returncode, result.stderr) == (0, f"band {LABEL}: 3000 new records\n")
    assert stored(path) == b"".join(RECORDS)
    # On the line no record is to be seen, nor the name of the band.
    assert not any(record[:8] in band.said for record in RECORDS[::100])
    assert BAND_ID.to_bytes(4, "little") not in band.said


def test_selftest_and_identify_over_a_real_port(bare, env):
    result = run(env, "band", "--port", bare.port, "selftest", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["passed"] is True
    bare.source.failed = c.SELF_TEST_FLASH
    result = run(env, "band", "--port", bare.port, "selftest", "--json")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"error: band {LABEL}: failed: flash"
    assert run(env, "band", "--port", bare.port, "identify", "--seconds", 3).returncode == 0
    assert bare.source.hand.shown == [3]


def test_provision_configure_set_key_and_pull_over_a_real_port(bare, env, tmp_path):
    # A band's whole beginning, as at a desk: each step a process of its own.
    del env["POUCH_KEY"]
    label = tmp_path / "label.svg"
    result = run(env, "provision", "--port", bare.port, "--blinded", "--label", label, "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    key = bare.source.settings.key
    assert (found["key_is_new"], found["time_is_told"]) == (True, True)
    assert bare.source.settings.blinded
    assert bare.source.told_utc_s is not None
    assert label.read_bytes() == LabelPicture(LABEL, key).svg()
    bare.said = bare.heard = b""

    named = ("band", "--port", bare.port)
    result = run(env, *named, "configure", "--interval", 60, "--json")
    assert result.returncode == 0, result.stderr
    assert bare.source.settings.interval_s == 60
    result = run(env, *named, "set-key")
    assert result.returncode == 0, result.stderr
    new_key = bare.source.settings.key
    assert new_key != key
    result = run(env, "pull", tmp_path / "ward.db", "--serial", bare.port)
    assert result.returncode == 0, result.stderr
    assert stored(tmp_path / "ward.db")[: 500 * c.RECORD_BYTES] == b"".join(RECORDS[:500])
    result = run(env, "keys", "list", "--json")
    (held,) = json.loads(result.stdout)
    assert (held["band"], held["is_new_pending"]) == (LABEL, False)
    # From the first key on no key goes over the line in the clear.
    for secret in (key, new_key):
        assert secret not in bare.heard + bare.said


def test_ctrl_c_ends_with_130_and_gives_the_prompt_back(band, env):
    ended = threading.Event()
    info = band.source.info
    band.source.info = lambda: ended.wait(timeout=60) and info()
    process = subprocess.Popen(
        program("band", "--port", band.port, "info"), env=env, stderr=subprocess.PIPE, text=True
    )
    assert band.greeted.wait(timeout=60)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    ended.set()
    assert process.returncode == 130
    assert "Traceback" not in said
    assert band.parted.wait(timeout=10)
