"""A collector is killed at every commit and at random: its store is whole and is completed."""

import json
import random
import signal
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.host.collect.fake_band import in_simulated_time, made_records
from tests.host.collect.sealed_band import SealedLink, SealedSource, Ward, memory_folder
from tests.support.micropython import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

# Twenty records of each boot are one run, stored by one commit: 25 of them, and the contact's.
_PULL = {"records": 500, "boots": 25, "run": 2000, "fresh": False}
# Some 400 kB, so that the log of a store is written back into its file several times.
_LONG_PULL = {"records": 12_000, "boots": 1, "run": 400, "fresh": False, "checkpoint": True}
_PAGE_BYTES = 4096
_RANDOM_SHARE, _RANDOM_WHOLE = 60, 2000


class _Killer:
    """Runs `killing` and looks at what it leaves."""

    def __init__(self, folder):
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.host.collect.killing"],
            cwd=ROOT,
            env={"PYTHONPATH": "protocol:host:sim:."},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._process.communicate()

    def run(self, case, number=0):
        """Run a case in a folder of its own; return how it ended, and the folder."""
        self._count += 1
        folder = self._folder / f"{number}-{self._count}"
        folder.mkdir()
        print(json.dumps(case | {"folder": str(folder)}), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline()), folder

    def check(self, case, killed_by=signal.SIGKILL):
        """Run a case, see that it was killed, and pull again; return what was stored before."""
        ended, folder = self.run(case)
        assert ended["signal"] == -killed_by, ended
        return whole_and_complete(folder, case)


@pytest.fixture(scope="module")
def killer():
    with (
        tempfile.TemporaryDirectory(prefix="pouch-", dir=memory_folder()) as name,
        _Killer(Path(name)) as made,
    ):
        yield made


def whole_and_complete(folder, case):
    """Start again on what a killed process left; return how many records that was."""
    log = _log(case["records"])
    with Ward(folder, fresh=case["fresh"]) as ward:
        with ward.store._reading() as connection:
            assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"
        before = ward.held()
        assert before.items() <= dict(enumerate(log)).items()
        source = SealedSource(list(log[: case["records"]]), boots=case["boots"])
        result = in_simulated_time(ward.pull(SealedLink(source)))
        assert ward.held() == dict(enumerate(source.records))
        assert result.new_count == len(source.records) - len(before)
    return len(before)


@lru_cache
def _log(count):
    """Return a band's log after a pull: it was told the time, at the same second in each here."""
    source = SealedSource(made_records(count))
    with Ward() as ward:
        in_simulated_time(ward.pull(SealedLink(source)))
    return tuple(source.records)


def _commits(killer, case):
    ended, _ = killer.run(case)
    assert ended["signal"] == 0, ended
    return ended["commits"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_every_commit_of_a_pull_leaves_a_store_that_is_completed(
    moment, killer, cases, record_property
):
    commits = _commits(killer, _PULL)
    stored = []
    cases.run(
        lambda number: stored.append(killer.check(_PULL | {moment: number})),
        range(1, commits + 1),
    )
    record_property("figure", f"kill: {moment} each of {commits} commits")
    assert commits > 25
    # Each commit kept what it was for, and none before it was lost.
    assert stored == sorted(stored)
    assert len(set(stored)) >= min(25, len(stored))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_while_it_makes_its_tables_leaves_a_file_that_opens(moment, killer, cases):
    case = _PULL | {"fresh": True, "records": 40, "boots": 2}
    commits = _commits(killer, case)
    cases.run(lambda number: killer.check(case | {moment: number}), range(1, commits + 1))


def test_killed_at_random_leaves_a_store_that_is_completed(killer, cases, seed, record_property):
    stored = []
    kinds = [_PULL | {"checkpoint": True}, _PULL, _PULL | {"fresh": True}]
    # How long each takes on this machine as busy as it is: the kill falls somewhere within that.
    took_ms = [killer.run(kind)[0]["took_ms"] for kind in kinds]

    def check(number):
        kind = number % len(kinds)
        drawn = random.Random(seed * 100_003 + number)
        case = kinds[kind] | {"delay_ms": drawn.random() * took_ms[kind]}
        ended, folder = killer.run(case, number)
        if ended["signal"] == -signal.SIGKILL:
            stored.append(whole_and_complete(folder, case))

    count = cases.run(check, range(_RANDOM_SHARE), range(_RANDOM_WHOLE))
    among = sum(0 < count < 500 for count in stored)
    record_property("figure", f"kill: {count} at random, {among} of them in mid-pull")
    if count > 1:
        assert among > 3


def test_killed_while_the_log_is_written_back_leaves_a_store_that_is_completed(
    killer, cases, record_property
):
    # The file itself grows only when its log is written back: the kernel kills the writer at the
    # page where it would pass a limit, half of the times in the middle of it.
    ended, folder = killer.run(_LONG_PULL)
    assert ended["signal"] == 0
    last = (folder / "ward.db").stat().st_size // _PAGE_BYTES
    first = Ward.template().stat().st_size // _PAGE_BYTES + 16
    every = range(first, last)
    stored = []

    def check(page):
        size = page * _PAGE_BYTES + page % 2 * 1000
        stored.append(killer.check(_LONG_PULL | {"file_bytes_max": size}, signal.SIGXFSZ))

    count = cases.run(check, every[:: max(1, len(every) // 12)], every)
    record_property("figure", f"kill: {count} pages of {last} while the log is written back")
    assert len(every) > 30
    assert stored == sorted(stored)
    assert stored[-1] > 0


def test_planted_store_that_is_not_whole_is_found(killer):
    ended, folder = killer.run(_PULL)
    assert ended["signal"] == 0
    path = folder / "ward.db"
    data = bytearray(path.read_bytes())
    at = data.index(made_records(500)[250])
    data[at : at + 20] = bytes(20)
    path.write_bytes(bytes(data))
    with pytest.raises(AssertionError):
        whole_and_complete(folder, _PULL)


def test_planted_commit_that_is_taken_back_is_found(killer):
    _, folder = killer.run(_PULL | {"after": 20})
    with Ward(folder) as ward, ward.store._writing() as connection:
        connection.execute(sa.text("UPDATE segment SET first_record_no = first_record_no + 1000"))
    with pytest.raises(AssertionError):
        whole_and_complete(folder, _PULL)
