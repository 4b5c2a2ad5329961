"""The board's own flash: written, read back, removed, and large enough for a log of 28 days."""

import os

from tests.support.on_band.device import this_board

# The band's folder: where a board mounts its flash, or a part of it.
ROOT = "/pouch"
PATH = ROOT + "/device-test"
BYTES = 3 * 4096 + 100
# 28 days of a record every 30 s take 80,640 records of 20 bytes: 400 blocks, and some for folders.
BLOCKS_MIN = 420


def test_file_is_what_was_written_and_goes_away():
    written = this_board().random_bytes(BYTES)
    before = os.statvfs(ROOT)[3]
    with open(PATH, "wb") as file:
        file.write(written)
    with open(PATH, "rb") as file:
        held = file.read()
    os.remove(PATH)
    assert held == written
    assert os.statvfs(ROOT)[3] >= before


def test_flash_has_room_for_28_days():
    this_board()
    block_bytes, _, blocks = os.statvfs(ROOT)[:3]
    assert block_bytes * blocks >= BLOCKS_MIN * 4096, (block_bytes, blocks)
