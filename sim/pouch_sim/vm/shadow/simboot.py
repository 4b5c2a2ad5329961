"""What a board does before main.py: clock, file system, then the firmware.

Started by the simulator as the program of a MicroPython process. The root file system stays the
one of the simulating machine, read for imports only; the board's own is at /pouch.
"""

import sys

sys.path.pop(0)  # the folder of this file; MICROPYPATH has it in its right place

import os
import random

import opcodes
import simaio
import simrt
import simusb
import vfs
from flashdev import PROGRAM_BYTES, Flash

MOUNT_POINT = "/pouch"
_EXIT_TEXT_BYTES_MAX = 512

# As the ESP32 port mounts it: MicroPython's defaults, with a lookahead of 32 bytes, which covers
# 256 blocks at once.
_LITTLEFS = {"readsize": PROGRAM_BYTES, "progsize": PROGRAM_BYTES, "lookahead": 32}


def _copy_factory_files(folder):
    for entry in os.ilistdir(folder):
        source_path = folder + "/" + entry[0]
        target_path = MOUNT_POINT + "/" + entry[0]
        with open(source_path, "rb") as source, open(target_path, "wb") as target:
            target.write(source.read())


def _mount():
    # A blank part is formatted and filled as in the factory, where no power is ever cut. A part
    # that is not blank and does not mount is an error, as on a board: formatting it would hide
    # the loss of every record on it.
    flash = Flash(simrt.env("SIM_FLASH"))
    blank = flash.is_blank()
    if blank:
        vfs.VfsLfs2.mkfs(flash, **_LITTLEFS)
    # Without times of files: the C code would take them from the clock of this machine, and no
    # two runs would leave the same bytes.
    vfs.mount(vfs.VfsLfs2(flash, mtime=False, **_LITTLEFS), MOUNT_POINT)
    if blank:
        _copy_factory_files(simrt.env("SIM_FACTORY"))
    flash.cut_at_operation(int(simrt.env("SIM_FLASH_CUT_AT")))


def _run_main():
    path = simrt.env("SIM_MAIN")
    with open(path) as source:
        code = compile(source.read(), path, "exec")
    exec(code, {"__name__": "__main__", "__file__": path})


def _boot():
    sys.modules["_asyncio"] = simaio
    simusb.install()
    random.seed(int.from_bytes(os.urandom(4), "little"))
    text = ""
    try:
        _mount()
        simrt.start_over()
        _run_main()
    except SystemExit:
        pass
    except KeyboardInterrupt:
        # Somebody pressed Ctrl-C: the board is at its prompt, and that is no failure.
        print("KeyboardInterrupt")
    except BaseException as error:
        sys.print_exception(error)
        text = type(error).__name__ + ": " + str(error)
    simrt.halt(opcodes.EXIT, text.encode()[:_EXIT_TEXT_BYTES_MAX])


_boot()
