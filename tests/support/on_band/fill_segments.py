"""Runs in MicroPython: fill a flash image with whole segments, as fast as that goes.

    fill_segments.py IMAGE BAND_ID KEY

Until the log would give up its oldest for another one, as in a band that has been recording for
months. KEY is the band's, in hexadecimal digits.
"""

import json
import os
import sys

import vfs

from band.folder import FREE_BLOCKS_MIN, IMAGE_BLOCKS
from pouch_protocol import constants as c
from pouch_protocol import records, segments
from tests.protocol.plain import sample
from tests.support.on_band.image_file import ImageFile

ROOT = "/flash"
LOG_ID = 4711
BOOT_ID = 1
INTERVAL_S = 30
SEGMENT_RECORDS = 400


def segment(band_id, first):
    """Return the bytes of a segment."""
    parts = [segments.encode_header(band_id, LOG_ID, BOOT_ID, INTERVAL_S, first, first * 3000)]
    for number in range(first, first + SEGMENT_RECORDS):
        values = sample(uptime_cs=number * 3000)
        parts.append(records.encode(c.KIND_SAMPLE, values, LOG_ID, number))
    return b"".join(parts)


flash = ImageFile(sys.argv[1], writable=True)
band_id = int(sys.argv[2])
vfs.VfsLfs2.mkfs(flash, readsize=32, progsize=32, lookahead=32)
vfs.mount(vfs.VfsLfs2(flash, mtime=False, readsize=32, progsize=32, lookahead=32), ROOT)
with open(ROOT + "/config.json", "w") as file:
    json.dump({"band_id": band_id, "key": sys.argv[3]}, file)
os.mkdir(ROOT + "/log")
count = 0
while os.statvfs(ROOT)[3] >= FREE_BLOCKS_MIN + IMAGE_BLOCKS:
    with open(ROOT + "/log/%08x.seg" % count, "wb") as file:
        file.write(segment(band_id, count))
    count += SEGMENT_RECORDS
vfs.umount(ROOT)
