"""Runs in MicroPython: fill a flash image as a band does that has been recording for months.

    fill_ring.py IMAGE BAND_ID SETTINGS

SETTINGS is the text of its config.json. Prints the oldest and the next record number.
"""

import sys

import vfs

from band.store import SegmentLog
from pouch_protocol import constants as c
from tests.protocol.plain import sample
from tests.support.on_band.image_file import ImageFile

ROOT = "/flash"
# Another eighth of the ring after the oldest segment went for the first time.
ROUND_AGAIN = 8


flash = ImageFile(sys.argv[1], writable=True)
vfs.VfsLfs2.mkfs(flash, readsize=32, progsize=32, lookahead=32)
vfs.mount(vfs.VfsLfs2(flash, mtime=False, readsize=32, progsize=32, lookahead=32), ROOT)
with open(ROOT + "/config.json", "w") as file:
    file.write(sys.argv[3])
log = SegmentLog(ROOT, int(sys.argv[2]), 30, lambda: 4711)
full_at = None
while full_at is None or log.next_record_no < full_at + full_at // ROUND_AGAIN:
    log.append(c.KIND_SAMPLE, sample(uptime_cs=log.next_record_no * 3000))
    if full_at is None and log.oldest_record_no:
        full_at = log.next_record_no
log.commit()
print(log.oldest_record_no, log.next_record_no)
vfs.umount(ROOT)
