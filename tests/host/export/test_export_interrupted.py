"""An export that ends half-way leaves nothing under its name, and goes on to the same bytes."""

import errno
import json
import os
import random
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pouch_host.errors import InputError
from pouch_host.export import job
from pouch_host.export.request import Request
from pouch_host.store import Store
from tests.host.derived_ward import hour_bytes
from tests.host.export import made_study as study

ROOT = Path(__file__).parents[3]
FORMATS = ("csv", "parquet", "fhir", "redcap")
KILLS = 4


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def request(path, **options):
    return Request(str(path), options.pop("formats", FORMATS), study.NOW_UTC_S, **options)


def digest(path):
    with Store.open(path, create=False) as store:
        return store.content_digest()


@contextmanager
def no_file_larger(size_bytes):
    """Let no file of this process grow beyond a size, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Exports:
    """A process that makes exports, and is killed at steps of them."""

    def __init__(self):
        command = [sys.executable, "-m", "tests.host.export.killed_export"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, store, out, kill_at=None):
        case = {"store": str(store), "out": str(out), "formats": FORMATS, "kill_at": kill_at}
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait() == 0


@dataclass(frozen=True)
class Whole:
    """An export that nothing interrupted: its store, its files, and how many steps it took."""

    path: Path
    contents: dict
    steps: int


@pytest.fixture(scope="module")
def exports():
    made = Exports()
    yield made
    made.close()


@pytest.fixture(scope="module")
def whole(exports, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    path = study.copied(folder)
    ended = exports.run(path, folder / "out")
    assert ended["code"] == 0
    return Whole(path, contents(folder / "out"), ended["steps"])


def test_killed_at_random_it_goes_on_to_the_same_bytes(exports, whole, tmp_path, pytestconfig):
    before = digest(whole.path)
    seed = pytestconfig.getoption("seed")
    # A run that goes on takes fewer steps: in the first half, at least two of them are reached.
    chosen = random.Random(f"export {seed}").sample(range(2, whole.steps // 2), KILLS)
    out = tmp_path / "killed"
    kills = 0
    for step in sorted(chosen):
        ended = exports.run(whole.path, out, kill_at=step)
        if ended["code"] == 0:
            break
        assert ended["code"] == -signal.SIGKILL
        kills += 1
        if out.exists():
            # It had its name, and only the staging folder was being removed.
            assert contents(out) == whole.contents
    else:
        assert exports.run(whole.path, out)["code"] == 0
    assert kills >= 2, "no kill was early enough: choose other steps"
    assert contents(out) == whole.contents, f"seed {seed}: steps {chosen}"
    assert not out.with_name("killed.partial").exists()
    assert digest(whole.path) == before


@pytest.mark.parametrize("share", [0.2, 0.9, 1.0])
def test_killed_early_late_or_at_the_last_step(exports, whole, tmp_path, share):
    out = tmp_path / "killed"
    step = max(2, int(share * whole.steps))
    assert exports.run(whole.path, out, kill_at=step)["code"] == -signal.SIGKILL
    assert out.with_name("killed.partial").exists()
    assert exports.run(whole.path, out)["code"] == 0
    assert contents(out) == whole.contents


def test_a_full_disk_leaves_no_file_of_that_name_and_what_is_done(path, whole, tmp_path):
    before = digest(path)
    out = tmp_path / "out"
    with no_file_larger(200_000), pytest.raises(InputError) as caught:
        job.export(request(path), out, workers=1)
    assert f"--out {out}: cannot write there: {os.strerror(errno.EFBIG)}" in str(caught.value)
    assert "--resume" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not out.exists()
    job.export(request(path), out, resume=True, workers=1)
    assert contents(out) == whole.contents
    assert digest(path) == before


def test_what_is_written_meanwhile_changes_nothing(path, whole, tmp_path):
    out = tmp_path / "out"
    seen = []

    def write(progress):
        """Write to the store between two parts, as a collector and a nurse do."""
        seen.append(progress.done)
        number = len(seen)
        hour = study.AUTUMN_HOUR + 60 + number
        first, data = hour_bytes(hour)
        with Store.open(path) as store:
            store.add_segment(study.AUTUMN_BAND, study.LOG_ID, 1, first, data, study.at(hour))
            store.set_target(study.SPRING_BED, 9 + number, when_utc_s=study.NOW_UTC_S - 1)
            store.ensure_infant(f"new-{number}")

    job.export(request(path), out, workers=1, on_progress=write)
    assert len(seen) >= 4
    assert contents(out) == whole.contents
    # The next export has it.
    later = job.export(request(path, formats=("csv",)), tmp_path / "later", workers=1)
    assert later.rows["infants"] == 4 + len(seen)


def test_a_part_that_was_damaged_is_made_again(path, whole, tmp_path):
    out = tmp_path / "out"
    stop_after(path, out, parts=3)
    (file,) = (tmp_path / "out.partial" / "parts" / "0001").glob("csv/days.csv")
    file.write_bytes(file.read_bytes()[:-1] + b"9")
    job.export(request(path), out, resume=True, workers=1)
    assert contents(out) == whole.contents


class Stop(Exception):
    """Ends an export from within."""


def stop_after(path, out, parts):
    def stop(progress):
        if progress.done == parts:
            raise Stop

    with pytest.raises(Stop):
        job.export(request(path), out, workers=1, on_progress=stop)


def test_only_what_is_missing_is_made_again(path, tmp_path):
    out = tmp_path / "out"
    stop_after(path, out, parts=3)
    seen = []
    job.export(request(path), out, resume=True, workers=1, on_progress=seen.append)
    assert seen[0].done == 3
    assert [one.done for one in seen] == list(range(3, seen[0].count + 1))


def test_an_unfinished_export_is_not_begun_anew_unasked(path, tmp_path):
    out = tmp_path / "out"
    stop_after(path, out, parts=1)
    with pytest.raises(InputError, match="--resume"):
        job.export(request(path), out, workers=1)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"formats": ("csv",)}, "formats"),
        ({"free_text": True}, "free text"),
        ({"infants": (study.SPRING_BED,)}, "infants"),
        ({"first_day": study.SPRING}, "first day"),
        ({"key": bytes(32)}, "key"),
    ],
)
def test_another_request_does_not_go_on_with_it(path, tmp_path, options, named):
    out = tmp_path / "out"
    stop_after(path, out, parts=1)
    with pytest.raises(InputError, match=f"begun with another {named}"):
        job.export(request(path, **options), out, resume=True, workers=1)


def test_two_programs_do_not_write_the_same_export(path, tmp_path):
    out = tmp_path / "out"

    def again(progress):
        if progress.done == 1:
            job.export(request(path), out, resume=True, workers=1)

    with pytest.raises(InputError, match="another export is writing there"):
        job.export(request(path), out, workers=1, on_progress=again)


def test_what_is_there_is_never_replaced(path, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="exists already"):
        job.export(request(path), out, workers=1)
    assert contents(out) == {"thesis.txt": b"years of work"}
    assert not out.with_name("out.partial").exists()


def test_several_processes_give_the_same_bytes_as_one(path, whole, tmp_path):
    job.export(request(path), tmp_path / "two", workers=2)
    assert contents(tmp_path / "two") == whole.contents
