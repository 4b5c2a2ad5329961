"""Runs in MicroPython: the segment log on a real littlefs."""

import os

from band import store, tail
from band.folder import FREE_BLOCKS_MIN, IMAGE_BLOCKS, free_blocks
from band.store import SEGMENT_RECORDS, SegmentLog
from band.tail import SLOTS
from pouch_protocol import constants as c
from pouch_protocol import records, segments
from pouch_protocol.errors import Unsupported
from tests.protocol.plain import raises, sample
from tests.support.on_band.ram_flash import ROOT, PowerCut, RamFlash, mount, names, power_cycle

BAND = 0x0012ABCD


def _open(interval_s=30, log_id=77):
    return SegmentLog(ROOT, BAND, interval_s, lambda: log_id)


def _reopen(log_id=77):
    power_cycle()
    return _open(log_id=log_id)


def _fresh(blocks=64, interval_s=30):
    flash = RamFlash(blocks)
    mount(flash, format_it=True)
    return flash, _open(interval_s)


def _append(log, count):
    for _ in range(count):
        log.append(c.KIND_SAMPLE, sample(uptime_cs=log.next_record_no * 3000))


def _read_all(log):
    log.commit()
    held = {}
    number = log.oldest_record_no
    while True:
        boot_id, first, data = log.read(number, 37)
        if not data:
            return held
        for index in range(len(data) // 20):
            record = data[index * 20 : index * 20 + 20]
            fields = records.decode(record, log.log_id, first + index)
            assert first + index not in held
            held[first + index] = (boot_id, fields["uptime_cs"])
        number = first + len(data) // 20


def test_new_log_draws_an_identity_and_starts_at_zero():
    _, log = _fresh()
    assert (log.log_id, log.boot_id, log.next_record_no, log.oldest_record_no) == (77, 1, 0, 0)
    assert log.read(0, 10)[2] == b""


def test_new_log_makes_its_folders():
    _fresh()
    log = SegmentLog(ROOT + "/pouch", BAND, 30, lambda: 78)
    _append(log, 4)
    assert len(_read_all(log)) == 4


def test_read_gives_back_what_was_committed_and_nothing_else():
    _, log = _fresh()
    _append(log, 10)
    assert log.flushed_record_no == 8
    assert log.read(0, 10)[2] == b""
    log.commit()
    assert log.flushed_record_no == 10
    assert sorted(_read_all(log)) == list(range(10))
    _append(log, 5)
    assert len(log.read(10, 10)[2]) == 0
    assert len(log.read(0, 100)[2]) == 10 * 20


def test_flushed_records_are_there_after_a_power_cut_and_pending_ones_are_not():
    _, log = _fresh()
    _append(log, 11)
    again = _reopen()
    assert again.next_record_no == 8
    assert sorted(_read_all(again)) == list(range(8))


def test_flush_by_hand_makes_the_last_records_durable():
    _, log = _fresh()
    for count in (1, 2, 3, 1, 1):
        _append(log, count)
        log.flush()
    assert sorted(_read_all(_reopen())) == list(range(8))


def test_more_flushes_than_slots_commit_in_between():
    _, log = _fresh()
    for _ in range(SLOTS * 2 + 30):
        _append(log, 1)
        log.flush()
    assert len(os.listdir(ROOT + "/tail")) == SLOTS
    assert sorted(_read_all(_reopen())) == list(range(SLOTS * 2 + 30))


def test_tail_across_a_pull_is_joined_to_what_was_committed():
    _, log = _fresh()
    _append(log, 30)
    log.commit()
    _append(log, 9)
    again = _reopen()
    assert sorted(_read_all(again)) == list(range(38))
    assert names() == ["00000000.seg", "0000001e.seg"]


def test_damaged_slot_loses_its_records_and_no_others():
    _, log = _fresh()
    _append(log, 40)
    with open(ROOT + "/tail/03", "r+b") as file:
        file.write(b"\x00\x00")
    again = _reopen()
    assert sorted(_read_all(again)) == [n for n in range(40) if not 12 <= n < 16]
    assert again.next_record_no == 40


def test_slot_that_cannot_be_written_loses_nothing_and_is_counted():
    _, log = _fresh()
    os.mkdir(ROOT + "/tail/00")
    _append(log, 8)
    assert (log.take_refused(), log.take_refused()) == (2, 0)
    log = _reopen()
    assert (log.next_record_no, len(_read_all(log))) == (8, 8)


def test_slots_of_another_log_are_not_taken():
    _, log = _fresh()
    _append(log, 40)
    log.commit()
    with open(ROOT + "/tail/00", "wb") as file:
        file.write(segments.encode_slot(4711, 9, 1000, bytes(80)))
    again = _reopen()
    assert (again.next_record_no, again.boot_id) == (40, 2)


def test_flush_is_due_within_two_minutes_at_every_interval():
    for interval_s in (10, 30, 60, 120, 300):
        _, log = _fresh(interval_s=interval_s)
        worst = 0
        for _ in range(30):
            _append(log, 1)
            worst = max(worst, log.next_record_no - log.flushed_record_no)
        assert worst * interval_s <= 120, interval_s


def test_reboot_keeps_numbers_and_log_and_counts_boots():
    _, log = _fresh()
    _append(log, 8)
    again = _reopen(log_id=99)
    assert (again.log_id, again.boot_id, again.next_record_no) == (77, 2, 8)
    _append(again, 4)
    held = _read_all(again)
    assert sorted(held) == list(range(12))
    assert {held[number][0] for number in range(8)} == {1}
    assert {held[number][0] for number in range(8, 12)} == {2}


def test_segments_follow_each_other():
    _, log = _fresh()
    _append(log, SEGMENT_RECORDS * 2 + 4)
    assert names() == ["00000000.seg", "00000190.seg", "00000320.seg"]
    held = _read_all(log)
    assert sorted(held) == list(range(SEGMENT_RECORDS * 2 + 4))
    assert all(held[number][1] == number * 3000 for number in held)


def test_full_log_gives_up_its_oldest_segment_and_counts_it():
    _, log = _fresh(blocks=32)
    _append(log, SEGMENT_RECORDS * 20)
    assert log.oldest_record_no > 0
    assert log.oldest_record_no % SEGMENT_RECORDS == 0
    held = _read_all(log)
    assert sorted(held) == list(range(log.oldest_record_no, SEGMENT_RECORDS * 20))
    oldest = log.oldest_record_no
    assert log.read(0, 5)[1] == oldest
    assert _reopen().oldest_record_no == oldest


def test_damaged_newest_header_is_set_aside_and_its_numbers_are_not_used_again():
    _, log = _fresh()
    _append(log, SEGMENT_RECORDS + 40)
    log.commit()
    with open(ROOT + "/log/00000190.seg", "r+b") as file:
        file.seek(10)
        file.write(b"\x55")
    again = _reopen()
    assert again.damaged_count == 1
    assert again.log_id == 77
    assert again.next_record_no == SEGMENT_RECORDS + 40
    assert again.boot_id == 3
    assert names() == ["00000000.seg", "00000190.bad"]
    _append(again, 4)
    held = _read_all(again)
    assert sorted(held) == list(range(SEGMENT_RECORDS)) + list(
        range(SEGMENT_RECORDS + 40, SEGMENT_RECORDS + 44)
    )


def test_damaged_header_in_the_middle_is_passed_over():
    _, log = _fresh()
    _append(log, SEGMENT_RECORDS * 3)
    log.commit()
    with open(ROOT + "/log/00000190.seg", "r+b") as file:
        file.write(b"XXXX")
    again = _reopen()
    held = _read_all(again)
    assert sorted(held) == [
        number
        for number in range(SEGMENT_RECORDS * 3)
        if not SEGMENT_RECORDS <= number < SEGMENT_RECORDS * 2
    ]


def test_damaged_record_is_sent_as_it_is():
    _, log = _fresh()
    _append(log, 8)
    log.commit()
    with open(ROOT + "/log/00000000.seg", "r+b") as file:
        file.seek(32 + 3 * 20 + 7)
        file.write(b"\x00\x00")
    _, first, data = _reopen().read(0, 8)
    assert first == 0
    good = [records.check(data[n * 20 : n * 20 + 20], 77, n) for n in range(8)]
    assert good == [True, True, True, False, True, True, True, True]


def test_foreign_files_in_the_folder_do_not_matter():
    _, log = _fresh()
    _append(log, 4)
    for name in ("notes.txt", "zz.seg.tmp"):
        with open(ROOT + "/log/" + name, "w") as file:
            file.write("?")
    assert _reopen().next_record_no == 4


def test_numbers_and_boots_of_a_segment_set_aside_stay_used_over_boots():
    _, log = _fresh()
    _append(log, SEGMENT_RECORDS + 40)
    log.commit()
    with open(ROOT + "/log/00000190.seg", "r+b") as file:
        file.seek(10)
        file.write(b"\x55")
    boots = {log.boot_id}
    for _ in range(3):
        # Power goes again before anything is flushed.
        again = _reopen()
        assert again.next_record_no == SEGMENT_RECORDS + 40
        assert again.damaged_count == 1
        _append(again, 2)
        boots.add(again.boot_id)
    assert min(boots - {1}) > 2


def test_log_of_newer_firmware_is_refused_and_left_alone():
    _, log = _fresh()
    _append(log, 8)
    log.commit()
    with open(ROOT + "/log/00000000.seg", "r+b") as file:
        file.seek(4)
        file.write(b"\x02")
    raises(Unsupported, _reopen)
    assert names() == ["00000000.seg"]


def test_segment_that_cannot_be_read_does_not_hold_up_the_others():
    _, log = _fresh()
    _append(log, SEGMENT_RECORDS * 3)
    log.commit()
    os.remove(ROOT + "/log/00000190.seg")
    held = sorted(_read_all(log))
    assert len(held) == SEGMENT_RECORDS * 2
    assert held[-1] == SEGMENT_RECORDS * 3 - 1


def test_damaged_segments_make_room_before_good_ones():
    _, log = _fresh(blocks=64)
    _append(log, SEGMENT_RECORDS * 2 + 4)
    log.commit()
    os.rename(ROOT + "/log/00000000.seg", ROOT + "/log/00000000.bad")
    again = _reopen()
    _append(again, SEGMENT_RECORDS * 30)
    assert again.damaged_count == 0
    assert again.oldest_record_no > SEGMENT_RECORDS


def test_28_days_fit_beside_the_firmware():
    # 2,880 samples a day, a status and a tally each hour, two records more a day. The loader and
    # the factory's image are 26 blocks, an update beside it is 20: see docs/DESIGN.md.
    for keeps_room, firmware_blocks in ((True, 26), (False, 46)):
        _, log = _fresh(blocks=512)
        log.keeps_room = keeps_room
        with open(ROOT + "/firmware", "wb") as file:
            for _ in range(firmware_blocks):
                file.write(bytes(4096))
        for hour in range(28 * 24):
            _append(log, 122 if hour % 24 else 124)
            if hour % 24 == 0:
                log.commit()
        assert log.oldest_record_no == 0, firmware_blocks
        assert log.next_record_no == 28 * (24 * 122 + 2)
        if keeps_room:
            assert free_blocks(ROOT) >= FREE_BLOCKS_MIN + IMAGE_BLOCKS


def test_cut_at_every_flash_operation_keeps_every_flushed_record():
    # Goal: a flush is a promise. Method: count the operations of a clean run, then repeat it
    # once per operation with the power cut there, remount, and compare.
    total = _run_until_cut(0)[0].operations
    assert total > 100
    for cut_at in range(1, total + 1):
        flash, promised, begun = _run_until_cut(cut_at)
        _check_survivor(flash, promised, begun, cut_at)


def test_cut_at_every_operation_of_small_segments_reuse_and_recovery():
    # As above, with segments of ten records, three slots and a flash so small that the oldest
    # segments go: every cut also falls into roll-over, eviction and the recovery after a cut.
    small = (10, 3)
    usual = (store.SEGMENT_RECORDS, tail.SLOTS)
    store.SEGMENT_RECORDS, tail.SLOTS = small
    try:
        for blocks in (64, 26):
            total = _run_until_cut(0, blocks)[0].operations
            for cut_at in range(1, total + 1):
                flash, promised, begun = _run_until_cut(cut_at, blocks)
                _check_survivor(flash, promised, begun, cut_at)
    finally:
        store.SEGMENT_RECORDS, tail.SLOTS = usual


def _check_survivor(flash, promised, begun, cut_at):
    mount(RamFlash(image=bytes(flash.image)))
    log = _open(log_id=78)
    held = _read_all(log)
    assert set(range(log.oldest_record_no, promised)) <= set(held), (cut_at, promised, held)
    assert max(held or [-1]) < begun, cut_at
    assert all(held[number][1] == number * 3000 for number in held), cut_at
    before = log.next_record_no
    assert before >= promised, cut_at
    # Two minutes at 30 s, the record that was being written among them.
    assert begun - before <= 4, (cut_at, begun, before)
    _append(log, 4)
    assert sorted(_read_all(log))[-4:] == list(range(before, before + 4)), cut_at


def _run_until_cut(cut_at, blocks=64):
    """Append 200 records over two boots, with a commit in each, as a pull makes it.

    Returns:
        The flash, one more than the last flushed record, and one more than the last begun.
    """
    flash = RamFlash(blocks)
    mount(flash, format_it=True)
    flash.operations = 0
    flash.cut_at = cut_at
    promised = begun = 0
    try:
        for _ in range(2):
            log = _open()
            for count in range(100):
                begun = max(begun, log.next_record_no + 1)
                _append(log, 1)
                if count == 61:
                    log.commit()
                promised = max(promised, log.flushed_record_no)
            flash = power_cycle()
    except PowerCut:
        pass  # As intended: the flash is dead from here on.
    return flash, promised, begun
