"""Freezes the band's program into a MicroPython build: make FROZEN_MANIFEST=.../manifest.py.

Frozen code runs from flash and leaves the heap to records. Paths are relative to this file.
"""

# What the port itself freezes: its boot code, asyncio and the like.
include("$(PORT_DIR)/boards/manifest.py")

# What the band imports of it; the host's half stays away.
package(
    "pouch_protocol",
    (
        "__init__.py",
        "auth.py",
        "band.py",
        "cable.py",
        "cobs.py",
        "constants.py",
        "crc.py",
        "errors.py",
        "fields.py",
        "frames.py",
        "messages.py",
        "package.py",
        "records.py",
        "sealing.py",
        "segments.py",
    ),
    base_path="../protocol",
)
package("band")
package("boards")
package("drivers")
package("start")
module("main.py")
