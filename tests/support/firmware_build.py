"""The firmware as a board gets it: compiled, for the simulator's interpreter."""

from tests.support.micropython import run_in_micropython
from tools.build_image import ROOT, build_image

# Blocks and pointers are twice as wide in the simulator's interpreter as on a board: it doubles
# what is asked for with a w, and the stand-ins of the board's C modules take about 13 kB of it.
BOARD_WITH_100_KB_FREE = "113wK"


# Architectures by MicroPython's numbers (py/persistentcode.h). An interpreter of another kind has
# no native emitter, and gets bytecode.
_MARCH = {1: "x86", 2: "x64"}


def march():
    """Return the architecture of the simulator's interpreter, in mpy-cross's words."""
    result = run_in_micropython("-c", "import sys; print(sys.implementation._mpy >> 10)")
    assert result.returncode == 0, result.stderr
    return _MARCH.get(int(result.stdout))


def compiled(folder):
    """Compile the firmware into a folder; return where the firmware and the protocol are."""
    build_image(ROOT, "xiao_esp32c3", march(), folder)
    return folder, folder
