"""Runs in MicroPython: each part that fails sets its own bit, and no other."""

import os

from band import selftest
from band.config import Config
from band.selftest import SelfTest
from band.store import SegmentLog
from drivers import fault
from drivers.fault import SensorFault
from pouch_protocol import constants as c
from pouch_protocol import messages, records
from tests.protocol.plain import sample
from tests.support.on_band.cut_flash import CutFlash, mount
from tests.support.on_band.hand_board import HandBoard, HandClock
from tests.support.on_band.ram_flash import BLOCK_BYTES, ROOT

CHIPS = (
    c.SELF_TEST_INFANT_THERMOMETER,
    c.SELF_TEST_CAREGIVER_THERMOMETER,
    c.SELF_TEST_TOUCH,
    c.SELF_TEST_MOTION,
)
SENSORS = CHIPS[0] | CHIPS[1] | CHIPS[2] | CHIPS[3]


class Chip:
    """Answers, or fails with a code."""

    def __init__(self):
        self.code = None

    def check(self):
        if self.code is not None:
            raise SensorFault(self.code)


class WornFlash(CutFlash):
    """Flash that stops taking what is written to it, by an error or by a bit that sticks.

    Worn, it neither raises nor allocates: the garbage collector closes files too.
    """

    refuses = False
    sticks = False

    def writeblocks(self, block, buffer, offset=0):
        if self.refuses or self.dead:
            return -5
        if self.sticks:
            start = block * BLOCK_BYTES + offset
            for index in range(len(buffer)):
                self.image[start + index] = buffer[index] | 1
            return 0
        return CutFlash.writeblocks(self, block, buffer, offset)


class Radio:
    opened_count = 1


class ListLog:
    """A log of encoded records."""

    log_id = 77
    oldest_record_no = 0

    def __init__(self, count, damaged=None, shifted=0, unreadable=False):
        self.next_record_no = count
        self._records = [
            records.encode(c.KIND_SAMPLE, sample(), self.log_id, number + shifted)
            for number in range(count)
        ]
        if damaged is not None:
            record = self._records[damaged]
            self._records[damaged] = record[:7] + bytes((record[7] ^ 0x10,)) + record[8:]
        self._unreadable = unreadable

    def commit(self):
        pass

    def read(self, first, count_max):
        if self._unreadable:
            return 0, first, b""
        return 1, first, b"".join(self._records[first : first + count_max])


class Bench:
    """A band that is sound, to take a part away from."""

    def __init__(self):
        self.flash = WornFlash()
        mount(self.flash, format_it=True)
        self.board = HandBoard(HandClock())
        self.board.cause = c.RESET_WATCHDOG
        self.settings = Config(77)
        self.settings.key = bytes(16)
        # Kept: its open file would write when it is collected.
        self.log = self._kept = SegmentLog(ROOT, 77, 30, lambda: 5)
        for number in range(45):
            self.log.append(c.KIND_SAMPLE, sample(uptime_cs=number * 3_000))
        self.chips = {bit: Chip() for bit in CHIPS}
        self.radio = Radio()
        self.shown = 0
        self.sample = sample()

    def _show(self):
        self.shown += 1

    def run(self):
        chips = tuple((bit, self.chips[bit]) for bit in CHIPS)
        test = SelfTest(ROOT, self.board, chips, self.log, self.settings, self.radio, self._show)
        return test.run(self.sample)

    def failed(self):
        return self.run()["failed"]


def test_sound_band_fails_nothing_and_leaves_nothing_behind():
    bench = Bench()
    before = os.listdir(ROOT)
    fields = bench.run()
    assert fields["failed"] == 0
    assert sorted(os.listdir(ROOT)) == sorted(before)
    assert bench.shown == 1


def test_reply_says_what_the_parts_measure_and_goes_over_the_air():
    bench = Bench()
    fields = bench.run()
    for name in ("infant_temperature_c128", "caregiver_touch_pf512", "activity_mg"):
        assert fields[name] == bench.sample[name]
    assert fields["battery_mv"] == 3_900
    assert fields["reset_cause"] == c.RESET_WATCHDOG
    assert 0 < fields["free_blocks"] < 64
    assert fields["free_heap_bytes"] > 8_192
    data = messages.encode(c.OP_SELF_TEST_REPLY, 1, fields)
    assert messages.decode(data).fields == fields


def test_chip_that_does_not_answer_sets_its_bit():
    for bit in CHIPS:
        for code in (fault.BUS, fault.IDENTITY, fault.NOT_READY, fault.RANGE):
            bench = Bench()
            bench.chips[bit].code = code
            assert bench.failed() == bit


def test_value_that_is_missing_sets_the_bit_of_its_chip():
    cases = (
        ("infant_temperature_c128", c.TEMPERATURE_MISSING, CHIPS[0]),
        ("caregiver_temperature_c128", c.TEMPERATURE_MISSING, CHIPS[1]),
        ("infant_touch_pf512", c.TOUCH_MISSING, CHIPS[2]),
        ("caregiver_touch_pf512", c.TOUCH_MISSING, CHIPS[2]),
        ("activity_mg", c.BYTE_MISSING, CHIPS[3]),
    )
    for name, missing, bit in cases:
        bench = Bench()
        bench.sample[name] = missing
        assert bench.failed() == bit, name


def test_breath_that_is_missing_is_no_failure():
    bench = Bench()
    bench.sample["breath_adult"] = bench.sample["breath_infant"] = c.BYTE_MISSING
    assert bench.failed() == 0


def test_temperature_no_body_and_no_room_has_sets_its_bit():
    for name, bit in (
        ("infant_temperature_c128", CHIPS[0]),
        ("caregiver_temperature_c128", CHIPS[1]),
    ):
        for c128, failed in ((0, 0), (-1, bit), (50 * 128, 0), (50 * 128 + 1, bit)):
            bench = Bench()
            bench.sample[name] = c128
            assert bench.failed() == failed, c128


def test_band_without_a_sample_yet_cannot_vouch_for_its_sensors():
    bench = Bench()
    bench.sample = None
    fields = bench.run()
    assert fields["failed"] == SENSORS
    assert fields["infant_temperature_c128"] == c.TEMPERATURE_MISSING
    messages.encode(c.OP_SELF_TEST_REPLY, 1, fields)


def test_flash_that_cannot_be_written_sets_its_bit():
    for fault_name in ("refuses", "sticks"):
        bench = Bench()
        # What is to be written of the log is written.
        bench.log.commit()
        setattr(bench.flash, fault_name, True)
        assert bench.failed() == c.SELF_TEST_FLASH
        # Files that were never closed are closed at some time: then nothing may be written.
        bench.flash.dead = True


class Forgetful:
    """A file whose first byte is another one when it is read."""

    def __init__(self, file):
        self._file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def read(self):
        held = self._file.read()
        return bytes((held[0] ^ 1,)) + held[1:]


def test_flash_that_gives_back_something_else_sets_its_bit():
    def open_forgetful(path, mode):
        file = open(path, mode)  # noqa: SIM115 - who asked for it closes it
        return Forgetful(file) if mode == "rb" else file

    bench = Bench()
    selftest.open = open_forgetful
    try:
        assert bench.failed() == c.SELF_TEST_FLASH
    finally:
        del selftest.open


def test_log_that_cannot_be_written_is_said_and_not_fatal_to_the_answer():
    bench = Bench()
    bench.flash.refuses = True
    assert bench.failed() == c.SELF_TEST_FLASH | c.SELF_TEST_LOG
    bench.flash.dead = True


def test_log_with_a_damaged_record_among_the_newest_sets_its_bit():
    for count in (1, 19, 20, 21, 300):
        for damaged in (None, count - 1, max(0, count - 20)):
            bench = Bench()
            bench.log = ListLog(count, damaged)
            assert bench.failed() == (0 if damaged is None else c.SELF_TEST_LOG), count


def test_log_whose_records_have_other_numbers_or_cannot_be_read_sets_its_bit():
    bench = Bench()
    bench.log = ListLog(50, shifted=1)
    assert bench.failed() == c.SELF_TEST_LOG
    bench.log = ListLog(50, unreadable=True)
    assert bench.failed() == c.SELF_TEST_LOG


def test_empty_log_is_well():
    bench = Bench()
    bench.log = ListLog(0)
    assert bench.failed() == 0


def test_battery_that_is_no_cells_sets_its_bit():
    cases = ((2_999, True), (3_000, False), (4_300, False), (4_301, True), (0, True))
    for battery_mv, fails in cases:
        bench = Bench()
        bench.board.mv = battery_mv
        assert bench.failed() == (c.SELF_TEST_BATTERY if fails else 0), battery_mv
    bench.board.mv = 70_000
    messages.encode(c.OP_SELF_TEST_REPLY, 1, bench.run())


def test_key_that_is_missing_and_radio_that_was_never_on_set_theirs():
    bench = Bench()
    bench.settings.key = None
    assert bench.failed() == c.SELF_TEST_KEY
    bench.radio.opened_count = 0
    assert bench.failed() == c.SELF_TEST_KEY | c.SELF_TEST_RADIO


class LittleHeap:
    """Stands in for `gc` in a board whose heap is nearly full."""

    free_bytes = 8_191

    @staticmethod
    def collect():
        pass

    @classmethod
    def mem_free(cls):
        return cls.free_bytes


def test_heap_that_is_nearly_full_sets_its_bit():
    real = selftest.gc
    selftest.gc = LittleHeap
    try:
        bench = Bench()
        assert bench.failed() == c.SELF_TEST_MEMORY
        LittleHeap.free_bytes = 8_192
        assert bench.failed() == 0
    finally:
        selftest.gc = real


def test_failures_add_up():
    bench = Bench()
    bench.chips[c.SELF_TEST_TOUCH].code = fault.BUS
    bench.settings.key = None
    bench.board.mv = 2_000
    wanted = c.SELF_TEST_TOUCH | c.SELF_TEST_KEY | c.SELF_TEST_BATTERY
    assert bench.failed() == wanted
