"""Freezes the band's program into a MicroPython build: make FROZEN_MANIFEST=.../manifest.py.

Frozen code runs from flash and leaves the heap to records. Paths are relative to this file.
"""

# What the port itself freezes: its boot code, asyncio and the like.
include("$(PORT_DIR)/boards/manifest.py")

package("pouch_protocol", base_path="../protocol")
package("band")
package("boards")
package("drivers")
module("main.py")
