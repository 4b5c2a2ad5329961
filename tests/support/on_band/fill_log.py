"""Runs in MicroPython: a flash image with so many records, and a band's settings.

    fill_log.py IMAGE BAND_ID COUNT SETTINGS

SETTINGS is the text of its config.json.
"""

import sys

import vfs

from band.store import SegmentLog
from pouch_protocol import constants as c
from tests.protocol.plain import sample
from tests.support.on_band.image_file import ImageFile

ROOT = "/flash"

flash = ImageFile(sys.argv[1], writable=True)
vfs.VfsLfs2.mkfs(flash, readsize=32, progsize=32, lookahead=32)
vfs.mount(vfs.VfsLfs2(flash, mtime=False, readsize=32, progsize=32, lookahead=32), ROOT)
with open(ROOT + "/config.json", "w") as file:
    file.write(sys.argv[4])
log = SegmentLog(ROOT, int(sys.argv[2]), 30, lambda: 4711)
for number in range(int(sys.argv[3])):
    log.append(c.KIND_SAMPLE, sample(uptime_cs=number * 3000))
log.commit()
vfs.umount(ROOT)
