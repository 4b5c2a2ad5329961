"""Runs plain test files in the MicroPython VM."""

import re
import subprocess
from pathlib import Path

from pouch_sim.vm.process import micropython_command

ROOT = Path(__file__).parents[2]
_TIMEOUT_S = 120
# These tests keep whole flash images in memory; what the band itself needs is measured elsewhere.
_HEAP = "16M"


def run_in_micropython(*arguments, path=("protocol",)):
    """Run MicroPython in the repository's root with these folders importable."""
    folders = [ROOT, *(ROOT / folder for folder in path)]
    return subprocess.run(
        [*micropython_command(), "-X", f"heapsize={_HEAP}", *arguments],
        cwd=ROOT,
        env={"MICROPYPATH": ":".join([*map(str, folders), ".frozen"])},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


def assert_plain_file_passes(module, path=("protocol",)):
    """Run every test of a plain file, given as a dotted name, and see that all of them ran."""
    result = run_in_micropython("tests/support/on_band/run_plain.py", module, path=path)
    if result.returncode < 0:
        # The interpreter itself fell: its collector may close a file after its file system is
        # gone, see on_band/cut_flash.py. A test that fails ends with 1, and is not tried again.
        result = run_in_micropython("tests/support/on_band/run_plain.py", module, path=path)
    assert result.returncode == 0, result.stdout + result.stderr
    source = (ROOT / (module.replace(".", "/") + ".py")).read_text()
    expected = len(re.findall(r"^def test_", source, re.MULTILINE))
    assert expected > 0
    assert result.stdout.count("passed ") == expected
