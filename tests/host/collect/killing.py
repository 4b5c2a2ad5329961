"""A program that pulls a band into a store and is killed at it, over and over; started by a test.

    parent: one case per line, JSON      child of each case: pulls until it is killed
       |                                      |
       +--> reads case, forks, waits <--------+
       +--> writes how the child ended, JSON

One process that forks has loaded everything once, and it has no other threads, which a process
that runs tests may have.
"""

import json
import os
import resource
import select
import signal
import sys
import time
from functools import lru_cache
from pathlib import Path

import alembic.command  # noqa: F401 - loaded before the forks, or each child would take its time
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from pouch_host.collect import pull as pull_module
from tests.host.collect.fake_band import in_simulated_time, made_records
from tests.host.collect.sealed_band import SealedLink, SealedSource, Ward

# The store's own connections check-point at a thousand pages, which no test here reaches.
_CHECKPOINT_PAGES = 8
# What of SQLAlchemy is watched, by name: its own argument names are no business of a test.
_BEGIN, _COMMIT = "do_begin", "do_commit"


class _Commits:
    """Counts commits, and kills this process before or after one of them."""

    def __init__(self, before=None, after=None):
        self._before, self._after = before, after
        self._sound = SQLiteDialect_pysqlite.do_commit
        self.count = 0

    def watch(self):
        commits = self

        def do_commit(dialect, connection):
            commits.count += 1
            if commits.count == commits._before:
                _die()
            commits._sound(dialect, connection)
            if commits.count == commits._after:
                _die()

        setattr(SQLiteDialect_pysqlite, _COMMIT, do_commit)


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _checkpoint_often():
    """Have each connection write its log back into the file every few pages."""
    sound = SQLiteDialect_pysqlite.do_begin

    def do_begin(dialect, connection):
        sound(dialect, connection)
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")

    setattr(SQLiteDialect_pysqlite, _BEGIN, do_begin)


def _limit_file(size):
    """Have the kernel kill this process where a file would grow beyond so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _pull(case):
    commits = _Commits(case.get("before"), case.get("after"))
    commits.watch()
    if case.get("checkpoint"):
        _checkpoint_often()
    if case.get("file_bytes_max"):
        _limit_file(case["file_bytes_max"])
    pull_module._RUN_RECORDS_MAX = case["run"]
    source = SealedSource(_records(case["records"]), boots=case["boots"])
    with Ward(Path(case["folder"]), fresh=case["fresh"]) as ward:
        in_simulated_time(ward.pull(SealedLink(source)))
    return commits.count


@lru_cache
def _records(count):
    return made_records(count)


def _child(case, result):
    code = 1
    try:
        os.write(result, json.dumps(_pull(case)).encode())
        code = 0
    finally:
        os._exit(code)


def _run(case):
    """Fork for a case; return how the child ended, how soon, and its commits if it was let."""
    # Made before the fork, and once: what is to be killed is the pull.
    _records(case["records"])
    Ward.template()
    began_s = time.monotonic()
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        _child(case, writing)
    os.close(writing)
    if case.get("delay_ms") is not None:
        # Readable at the latest when the child is gone.
        select.select([reading], [], [], case["delay_ms"] / 1000)
        os.kill(pid, signal.SIGKILL)
    told = os.read(reading, 64)
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    return {
        "signal": os.waitstatus_to_exitcode(status),
        "commits": int(told or 0),
        "took_ms": (time.monotonic() - began_s) * 1000,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(json.loads(line))) + "\n")
        sys.stdout.flush()
