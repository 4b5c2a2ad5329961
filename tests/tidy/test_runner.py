"""The set-up of the test runs themselves: a seed that repeats a failure, a core per worker."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.tidy.source import ROOT


def _run(folder, text, *options):
    """Run one made-up test file under this project's conftest; return what pytest printed."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "test_made_up.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", folder, *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False).stdout


def test_seed_failing_test_prints_the_line_that_repeats_it(tmp_path):
    output = _run(tmp_path, "def test_x(seed):\n    assert seed == 0\n", "--seed", "7")
    assert "seed: 7" in output
    assert "test_made_up.py::test_x' --seed 7" in output


def test_seed_given_is_the_seed_of_the_fixture(tmp_path):
    output = _run(tmp_path, "def test_x(seed):\n    assert seed == 7\n", "--seed", "7")
    assert "1 passed" in output


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system cannot tie a process to a core"
)
def test_worker_runs_on_one_core(tmp_path):
    text = "import os\n\ndef test_x():\n    assert len(os.sched_getaffinity(0)) == 1\n"
    assert "1 passed" in _run(tmp_path, text, "-n", "1")
