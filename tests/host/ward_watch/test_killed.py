"""A ward whose program is killed at any moment loses no alert, and none rings twice."""

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.micropython import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


class _Killer:
    """Runs `ward_killing` and reads what it says."""

    def __init__(self, folder):
        self._folder = folder
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.host.ward_killing"],
            cwd=ROOT,
            env={"PYTHONPATH": "protocol:host:sim:."},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, **case):
        """Run a case in a folder of its own."""
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(case | {"folder": str(folder)}), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def end(self):
        """End it."""
        self._process.communicate()


@pytest.fixture(scope="module")
def killer():
    with tempfile.TemporaryDirectory(prefix="pouch-") as name:
        made = _Killer(Path(name))
        yield made
        made.end()


def test_killed_before_and_after_every_write_tells_everything_once(killer, record_property):
    # Goal: no alert lost, none rung twice, whatever a nurse did is done once. Method: SIGKILL at
    # each statement and commit, then a program that goes on, and tablets that send again.
    sound = killer.run()
    assert sound["signal"] == 0
    kinds = [kind for kind, *_ in sound["told"]]
    assert kinds.count("rang") == kinds.count("acknowledged") == kinds.count("muted") == 1
    assert sound["audit"] == ["alert_acknowledged", "alert_muted"]
    assert sound["statements"] > 20
    for number in range(1, sound["statements"] + 1):
        moment = "before" if number % 2 else "after"
        ended = killer.run(**{moment: number})
        assert ended["signal"] == -signal.SIGKILL, (moment, number)
        assert ended["told"] == sound["told"], (moment, number)
        assert ended["audit"] == sound["audit"], (moment, number)
    record_property("figure", f"ward killed at each of {sound['statements']} writes")
