"""A ward whose program is killed at one statement after another; started by a test.

parent: one case per line, JSON      child of each case: lives on until it is killed
   |                                      |
   +--> reads case, forks, waits <--------+
   +--> goes on where the store is, and writes all that was ever told, JSON
"""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from pouch_host.store import Store
from tests.host.live_ward import LiveWard
from tests.host.ward import INFANT

COLD = {"temperature_c": 34.5, "caregiver_touched": False}
# The next pull makes the infant's alert ring.
BEFORE_MIN = 34
LIVE_MIN = 2
_WRITES = ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE")


class _Statements:
    """Counts what is written and committed, and kills this process before or after one of them."""

    def __init__(self, before=None, after=None):
        self._before, self._after = before, after
        self.count = 0

    def watch(self):
        for name in ("do_execute", "do_executemany", "do_commit"):
            setattr(
                SQLiteDialect_pysqlite, name, self._counted(getattr(SQLiteDialect_pysqlite, name))
            )

    def _counted(self, sound):
        def counted(dialect, cursor, statement="INSERT", *rest, **options):
            matters = statement.startswith(_WRITES)
            self.count += matters
            if matters and self.count == self._before:
                os.kill(os.getpid(), signal.SIGKILL)
            if sound.__name__ == "do_commit":
                sound(dialect, cursor)
            else:
                sound(dialect, cursor, statement, *rest, **options)
            if matters and self.count == self._after:
                os.kill(os.getpid(), signal.SIGKILL)

        counted.__name__ = sound.__name__
        return counted


def _act(ward):
    """Do what people do; each request may have been done before."""
    for alert in ward.infant.alerts:
        ward.watch.acknowledge(INFANT, alert.alert_id, who="Amina", request_id="ack")
    ward.watch.mute(INFANT, "cold", who="Amina", minutes=60, request_id="mute")


def _child(template, path, case, told):
    statements = _Statements(case.get("before"), case.get("after"))
    code = 1
    try:
        ward = template.fork(path)
        statements.watch()
        for _ in range(LIVE_MIN):
            ward.live(1, **COLD)
            os.write(told, b"m")
        _act(ward)
        os.write(told, b"a" + str(statements.count).encode())
        code = 0
    finally:
        os._exit(code)


def _run(template, case):
    """Let a child live; go on after it; return how it ended and all that was told."""
    path = Path(case["folder"]) / "ward.sqlite"
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        _child(template, path, case, writing)
    os.close(writing)
    _, status = os.waitpid(pid, 0)
    said = os.read(reading, 4096).decode()
    os.close(reading)
    with Store.open(path) as store:
        ward = LiveWard(store, template.now_utc_s, template.fresh_band(), template.settings)
        # What the child lived through is in the store but for the minute in which it was killed.
        ward.live(said.count("m"), look=False, **COLD)
        ward.watch.step()
        ward.live(LIVE_MIN - said.count("m"), **COLD)
        ward.live(8, **COLD)
        _act(ward)
        audit = [row.what for row in store.audit.rows() if row.what.startswith("alert_")]
        told = ward.told()
    return {
        "signal": os.waitstatus_to_exitcode(status),
        "statements": int(said.partition("a")[2] or 0),
        "told": told,
        "audit": sorted(audit),
    }


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as name,
        Store.open(Path(name) / "ward.sqlite") as opened,
    ):
        begun = LiveWard.begin(opened)
        begun.live(BEFORE_MIN, **COLD)
        for line in sys.stdin:
            sys.stdout.write(json.dumps(_run(begun, json.loads(line))) + "\n")
            sys.stdout.flush()
