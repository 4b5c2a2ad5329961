"""The commands as a person meets them: processes, exit codes, one line for each mistake."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

POUCH = Path(sys.executable).parent / "pouch"
TIMEOUT_S = 120

pytestmark = pytest.mark.skipif(
    not POUCH.exists(), reason="the command pouch is not installed beside this Python: make venv"
)


def pouch(*arguments):
    return subprocess.run(
        [POUCH, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def assert_one_line_error(result, *words):
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, result.stderr
    for word in words:
        assert str(word) in errors[0]


def children_of(pid):
    """Return the processes that a process has started."""
    if Path("/proc").is_dir():
        # The fourth field of `stat`, after the name in parentheses, is the parent.
        stats = [path for path in Path("/proc").glob("[0-9]*/stat") if path.exists()]
        parents = {int(path.parent.name): _parent_of(path) for path in stats}
        return [child for child, parent in parents.items() if parent == pid]
    result = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in result.stdout.split()]


def _parent_of(stat):
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0  # It ended meanwhile.


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Demo:
    """A running `pouch demo` with its page."""

    def __init__(self, *arguments, environment=None):
        self.process = subprocess.Popen(
            [POUCH, "demo", "--no-browser", *map(str, arguments)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = []
        self.url = ""
        self.pin = ""

    def wait_for_page(self):
        for line in self.process.stderr:
            self.said.append(line)
            if "the ward is at" in line:
                self.url = line.split("the ward is at ")[1].split()[0]
            if line.strip().startswith("Nurse"):
                self.pin = line.split()[1]
            if "Administrator" in line:
                return
        raise AssertionError("no page: " + "".join(self.said))

    def board(self):
        """Sign in as the nurse and return the board."""
        jar = urllib.request.HTTPCookieProcessor()
        browser = urllib.request.build_opener(jar)
        browser.addheaders = [("accept", "text/html")]
        typed = urllib.parse.urlencode({"name": "Nurse", "secret": self.pin}).encode()
        deadline_s = time.monotonic() + TIMEOUT_S
        while True:
            try:
                with browser.open(f"{self.url}/sign-in", typed, timeout=TIMEOUT_S) as answer:
                    text = answer.read().decode()
            except urllib.error.URLError:
                # The console tells where it will be before it is there.
                assert time.monotonic() < deadline_s
                continue
            # The first look at the store takes a moment.
            if "bed-1" in text or time.monotonic() > deadline_s:
                return text
            with browser.open(self.url, timeout=TIMEOUT_S) as answer:
                if "bed-1" in (text := answer.read().decode()):
                    return text

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)
        rest = self.process.communicate(timeout=TIMEOUT_S)[1]
        self.said.append(rest)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def test_demo_exit_prints_a_day_per_baby_as_json_and_nothing_else(tmp_path):
    result = pouch("demo", "--days", 1, "--bands", 2, "--exit", "--json")
    assert result.returncode == 0, result.stderr
    days = json.loads(result.stdout)["days"]
    assert [day["infant"] for day in days] == ["bed-1", "bed-2"]
    for day in days:
        assert 0 < day["ssc_hours_lower"] <= day["ssc_hours_upper"] < 24
        assert day["coverage"] > 0.95


@pytest.fixture(scope="module")
def demo_day(tmp_path_factory):
    """Return what a demonstration of one day and one band printed, and its folder."""
    folder = tmp_path_factory.mktemp("demo") / "ward"
    result = pouch("demo", "--days", 1, "--bands", 1, "--exit", "--out", folder)
    assert result.returncode == 0, result.stderr
    return result.stdout, folder


def test_demo_exit_prints_a_table_and_keeps_the_store_where_told(demo_day):
    printed, folder = demo_day
    assert "bed-1" in printed
    again = pouch("days", folder / "pouch.db", "--json")
    assert json.loads(again.stdout)["days"][0]["infant"] == "bed-1"
    used = pouch("demo", "--days", 1, "--exit", "--out", folder)
    assert_one_line_error(used, "pouch.db", "choose another --out")


def test_demo_exit_without_a_day_is_a_usage_error():
    result = pouch("demo", "--days", 0, "--exit")
    assert result.returncode == 2
    assert "--days" in result.stderr
    assert "Traceback" not in result.stderr


# In /proc nobody can make a file, not even the super-user that tests may run as.
@pytest.mark.parametrize("place", ["{file}", "{file}/ward", "/proc", "/proc/ward"])
@pytest.mark.parametrize("command", ["demo", "replay"])
def test_out_that_cannot_be_written_is_one_line(tmp_path, command, place):
    file = tmp_path / "recording.csv"
    file.write_text(
        "time_local,skin_temperature_c\n2026-01-01T00:00:00,36\n2026-01-01T00:01:00,36\n"
    )
    out = place.format(file=file)
    start = ["demo", "--exit", "--days", 1] if command == "demo" else ["sim", "replay", file]
    assert_one_line_error(pouch(*start, "--out", out), f"--out {out}: cannot write there")


def test_demo_shows_its_page_and_ctrl_c_stops_every_process(tmp_path):
    with Demo("--days", 0, "--bands", 2, "--port", 0, "--out", tmp_path) as demo:
        demo.wait_for_page()
        text = demo.board()
        assert "bed-1" in text
        assert "bed-2" in text
        children = children_of(demo.process.pid)
        assert len(children) == 2
        code = demo.interrupt()
        assert code == 130
        assert not any(is_alive(child) for child in children)
        assert "Traceback" not in "".join(demo.said)


def test_demo_that_is_terminated_leaves_neither_process_nor_folder(tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with Demo("--days", 0, "--bands", 1, "--port", 0, environment=environment) as demo:
        demo.wait_for_page()
        children = children_of(demo.process.pid)
        assert children
        assert demo.interrupt(signal.SIGTERM) == 128 + signal.SIGTERM
        assert not any(is_alive(child) for child in children)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_demo_ended_while_it_fills_stops_every_process(tmp_path, number, code):
    with Demo("--days", 300, "--bands", 1, "--port", 0, "--out", tmp_path) as demo:
        log = tmp_path / "bands"
        while not (log.exists() and children_of(demo.process.pid)):
            assert demo.process.poll() is None
        children = children_of(demo.process.pid)
        assert demo.interrupt(number) == code
        assert not any(is_alive(child) for child in children)
        assert "Traceback" not in "".join(demo.said)


def test_second_demo_on_the_same_port_says_so(tmp_path):
    with Demo("--days", 0, "--bands", 1, "--port", 0, "--out", tmp_path / "one") as demo:
        demo.wait_for_page()
        port = demo.url.rsplit(":", 1)[1]
        second = pouch("demo", "--port", port, "--out", tmp_path / "two")
        assert_one_line_error(second, f"port {port} is in use", "--port")
        assert not (tmp_path / "two").exists()
        demo.interrupt()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["the file is empty"]),
        ("time_local,temperature\n", ["line 1", "skin_temperature_c"]),
        ("when,skin_temperature_c\n2026-01-01T00:00:00,36\n", ["line 1", "time_local"]),
        (
            "time_local,skin_temperature_c\n2026-01-01T00:00:00,36\n2026-01-01T00:01:00,hot\n",
            ["line 3", "hot"],
        ),
        (
            "time_local,skin_temperature_c\n2026-01-01T00:01:00,36\n2026-01-01T00:00:00,36\n",
            ["line 3", "runs backwards"],
        ),
        (
            "time_local,skin_temperature_c\n2026-01-01T00:00:00,36\n2026-01-01T00:01:00\n",
            ["line 3", "1 fields"],
        ),
        (
            "time_local,skin_temperature_c\n2026-01-01T00:00:00,36\n2026-01-01T00:00:01,36\n",
            ["line 3", "1 s apart", "every 10 s"],
        ),
        (
            "time_local,skin_temperature_c\n2025-01-01T00:00:00,36\n2026-03-01T00:00:00,36\n",
            ["line 3", "424 days without a row", "split the file there"],
        ),
        ("time_local,skin_temperature_c\n2150-01-01T00:00:00,36\n", ["line 2", "2150"]),
        ("time_local;skin_temperature_c\n2026-01-01T00:00:00;36\n", ["line 1", "by commas"]),
        ('time_local,skin_temperature_c\n"2026-01-01T00:00:00,36\n', ["line 2", "a quote"]),
    ],
)
def test_bad_recording_is_one_line_with_file_and_line_and_leaves_nothing(tmp_path, text, words):
    recording = tmp_path / "recording.csv"
    recording.write_text(text)
    result = pouch("sim", "replay", recording, "--out", tmp_path / "out")
    assert_one_line_error(result, "recording.csv", *words)
    assert not (tmp_path / "out").exists()


def test_recording_that_is_not_there_is_one_line():
    result = pouch("sim", "replay", "/nowhere/recording.csv", "--out", "/nowhere/out")
    assert_one_line_error(result, "/nowhere/recording.csv")


MADE_HOUR = "time_utc,skin_temperature_c\n" + "".join(
    f"2026-03-01T08:{minute:02}:00,36.{minute:02}\n" for minute in range(60) if minute != 30
)


def test_replay_tells_of_rows_and_of_samples_without_a_row(tmp_path):
    recording = tmp_path / "recording.csv"
    recording.write_text(MADE_HOUR)
    result = pouch("sim", "replay", recording, "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "59 rows, 60 samples stored, 0 rows lost" in result.stdout
    assert "1 sample fell into 1 gap of the recording" in result.stdout
    assert "after the last row, while the band waited to be read: not compared" in result.stdout
    machine = pouch("sim", "replay", recording, "--out", tmp_path / "again", "--json")
    answer = json.loads(machine.stdout)
    assert answer["faithful"] is True
    assert (answer["gap_count"], answer["gap_sample_count"]) == (1, 1)
    assert 1 <= answer["after_count"] <= 3


def test_replay_of_a_band_that_drifts_far_says_that_it_is_not_the_same(tmp_path):
    recording = tmp_path / "recording.csv"
    recording.write_text(MADE_HOUR)
    result = pouch("sim", "replay", recording, "--out", tmp_path / "out", "--drift-ppm", 5000)
    assert_one_line_error(result, "recording.csv", "not what was recorded", "replay.csv")


def test_replay_into_what_cannot_be_written_is_one_line(tmp_path):
    recording = tmp_path / "recording.csv"
    recording.write_text(MADE_HOUR)
    assert_one_line_error(pouch("sim", "replay", recording, "--out", recording), recording)
    out = tmp_path / "out"
    # The comparison is the last thing to be written: its failing is told by its own name.
    (out / "replay.csv").mkdir(parents=True)
    result = pouch("sim", "replay", recording, "--out", out)
    assert_one_line_error(result, out / "replay.csv", "directory", "--out")


def _damage_first_segment(store):
    """Overwrite records 20 to 59, twenty minutes, with zeros, behind the program's back."""
    with closing(sqlite3.connect(store)) as db:
        first = "from segment order by segment_id limit 1"
        segment_id, data = db.execute(f"select segment_id, data {first}").fetchone()
        damaged = data[:400] + bytes(800) + data[1200:]
        assert len(damaged) == len(data)
        db.execute("update segment set data = ? where segment_id = ?", (damaged, segment_id))
        db.commit()


def test_corrupt_segment_in_the_store_names_it_and_the_rest_still_counts(demo_day, tmp_path):
    store = tmp_path / "pouch.db"
    shutil.copyfile(demo_day[1] / "pouch.db", store)
    whole = json.loads(pouch("days", store, "--json").stdout)["days"][0]
    _damage_first_segment(store)
    result = pouch("days", store, "--json")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.splitlines()
    for word in ("pouch.db", "segment 1", "P-", "20", "59"):
        assert word in line
    day = json.loads(result.stdout)["days"][0]
    assert day["unknown_minutes"] >= whole["unknown_minutes"] + 1
    assert day["ssc_minutes"] <= whole["ssc_minutes"]
    assert day["coverage"] > 0.9


def test_ward_without_bluetooth_says_so(tmp_path):
    result = pouch("collect", tmp_path / "pouch.db", "--once")
    if result.returncode == 0:
        pytest.skip("this machine has Bluetooth and a band in reach")
    assert_one_line_error(result)
