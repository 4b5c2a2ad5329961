"""An export that is killed at one of its steps; started by a test.

Reads one case per line, JSON: store, out, formats, and the step at which it is killed, if any.
Steps are files opened, folders made, and names given, as Python's audit hooks tell them. Each
case runs in a child; its end is written as JSON: exit code (-9 if killed), and how many steps.
"""

import json
import os
import signal
import sys
from pathlib import Path

# Imported before the forks, so that a case costs no more than its work. What starts threads
# (polars, Arrow) is imported by the children.
from pouch_host.export import job, tables, write_csv, write_fhir, write_parquet, write_redcap
from pouch_host.export.request import Request
from pouch_host.store import Store
from tests.host.export.made_study import NOW_UTC_S

PRELOADED = (tables, write_csv, write_fhir, write_parquet, write_redcap, Store)
_STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}


class _Steps:
    """Counts steps in the folder of an export, and ends this process at one of them."""

    def __init__(self, folder, kill_at):
        self._folder = str(folder)
        self._kill_at = kill_at
        self.count = 0

    def __call__(self, event, arguments):
        if event not in _STEPS or self._folder not in str(arguments[0]):
            return
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _child(case, told):
    steps = _Steps(f"{case['out']}.partial", case.get("kill_at"))
    sys.addaudithook(steps)
    request = Request(case["store"], tuple(case["formats"]), NOW_UTC_S)
    job.export(request, Path(case["out"]), resume=True, workers=1)
    os.write(told, json.dumps({"steps": steps.count}).encode())


def main():
    for line in sys.stdin:
        case = json.loads(line)
        heard, told = os.pipe()
        child = os.fork()
        if not child:
            code = 1
            try:
                _child(case, told)
                code = 0
            finally:
                os._exit(code)
        os.close(told)
        said = os.read(heard, 100)
        os.close(heard)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        sys.stdout.write(json.dumps({"code": code} | json.loads(said or b"{}")) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
