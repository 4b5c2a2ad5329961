"""The segment log on a file system: what was flushed is there after the power went."""

import os

from band import store
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.protocol.plain import sample
from tests.support.on_band.device import skip
from tests.support.on_band.small_flash import HAS_LITTLEFS, fresh, restart, unmount

BAND_ID = 0x0012ABCD
LOG_ID = 77
INTERVAL_S = 30


def _boot(root):
    return store.SegmentLog(root, BAND_ID, INTERVAL_S, lambda: LOG_ID)


def _append(log, count):
    for _ in range(count):
        fields = sample(uptime_cs=100 * INTERVAL_S * log.next_record_no)
        log.append(c.KIND_SAMPLE, fields)


def _read(log, first, count):
    """Return the boots of some records, each of which is whole and in its place."""
    boots = []
    while count:
        boot_id, first, data = log.read(first, count)
        assert data, "nothing from %d on" % first
        for at in range(0, len(data), c.RECORD_BYTES):
            record = data[at : at + c.RECORD_BYTES]
            assert records.decode(record, LOG_ID, first)["uptime_cs"] == 3000 * first
            boots.append(boot_id)
            first += 1
            count -= 1
    return boots


def test_file_system_is_the_boards():
    if not HAS_LITTLEFS:
        skip("no littlefs in this interpreter: logs, settings and copies lay in a plain folder")


def test_flushed_records_outlive_the_power_and_numbers_go_on():
    root = fresh()
    log = _boot(root)
    assert (log.log_id, log.boot_id, log.next_record_no) == (LOG_ID, 1, 0)
    _append(log, 6)
    flushed = log.flushed_record_no
    # Two minutes of records at the most are not durable.
    assert 6 - flushed <= 120 // INTERVAL_S
    restart(log._file)
    log = _boot(root)
    assert (log.log_id, log.boot_id) == (LOG_ID, 2)
    assert flushed <= log.next_record_no <= 6
    held = log.next_record_no
    _append(log, 3)
    log.commit()
    assert _read(log, 0, held + 3) == [1] * held + [2] * 3
    unmount(log._file)


def test_what_littlefs_was_not_told_to_keep_is_lost():
    if not HAS_LITTLEFS:
        skip("without littlefs every write lasts at once")
    root = fresh()
    log = _boot(root)
    _append(log, 6)
    assert log.flushed_record_no == 4
    restart(log._file)
    assert _boot(root).next_record_no == 4
    unmount()


def test_full_log_gives_up_its_oldest_segments_and_counts_their_records():
    if not HAS_LITTLEFS:
        skip("without littlefs nobody knows when a file system is full")
    root = fresh()
    held = store.SEGMENT_RECORDS
    store.SEGMENT_RECORDS = 8
    try:
        log = _boot(root)
        _append(log, 50)
        log.commit()
        # A segment of eight takes one block.
        assert log.make_room(os.statvfs(root)[3] + 2 - store.SPARE_BLOCKS)
    finally:
        store.SEGMENT_RECORDS = held
    assert log.oldest_record_no == 16
    assert log.read(0, 1)[1] == 16
    assert _read(log, 16, 34) == [1] * 34
    unmount(log._file)


def test_damaged_header_loses_its_segment_and_no_number_is_used_twice():
    root = fresh()
    log = _boot(root)
    _append(log, 5)
    log.commit()
    restart(log._file)
    path = root + "/log/00000000.seg"
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(b"X" + data[1:])
    log = _boot(root)
    assert log.damaged_count == 1
    # Four of the five were in a slot of the tail too.
    assert log.next_record_no >= 4
    assert log.boot_id >= 2
    unmount()
