"""What a board does before main.py: clock, file system, streams. Forgotten when that is done.

The root file system stays the one of the simulating machine, read for imports only; the board's
own is at /pouch.
"""

import os
import random
import sys

import opcodes as _op
import vfs
from micropython import const
from uos import getenv

import sim

_MOUNT_POINT = const("/pouch")


def boot():
    """Start the board; return its main.py, compiled."""
    # From here on the firmware sees these; what is imported already keeps what it has.
    sys.modules["_asyncio"] = sys.modules["micropython"] = sys.modules["sys"] = sim
    random.seed(int.from_bytes(os.urandom(4), "little"))
    # A blank part is formatted and filled as in the factory, where no power is ever cut. A part
    # that is not blank and does not mount is an error, as on a board: formatting it would hide
    # the loss of every record on it.
    # As the ESP32 port mounts it: MicroPython's defaults, programs of whole 32 bytes, with a
    # lookahead of 32 bytes, which covers 256 blocks at once.
    options = {"readsize": 32, "progsize": 32, "lookahead": 32}
    folder = getenv("SIM_FACTORY")
    if folder:
        vfs.VfsLfs2.mkfs(sim, **options)
    # Without times of files: the C code would take them from the clock of this machine, and no
    # two runs would leave the same bytes.
    vfs.mount(vfs.VfsLfs2(sim, mtime=False, **options), _MOUNT_POINT)
    if folder:
        for entry in os.listdir(folder):
            source_path = folder + "/" + entry
            with (
                open(source_path, "rb") as source,
                open(_MOUNT_POINT + "/" + entry, "wb") as target,
            ):
                target.write(source.read())
    sim.call(_op.STARTED)
    # The time of what came before was in the factory.
    sim.now = sim.world_us
    with open("main.py") as source:
        return compile(source.read(), "main.py", "exec")
