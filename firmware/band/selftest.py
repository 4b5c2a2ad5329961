"""Tries each part of the band that can tell by itself; light and motor need somebody who looks.

It takes nothing away from the sampling that goes on beside it: chips are asked who they are, and
what they measure is that of the newest sample.
"""

import gc
import os

from micropython import const

from drivers.fault import SensorFault
from pouch_protocol import constants as c
from pouch_protocol import records

from .folder import free_blocks

# What a sensor can say of a baby, a mother or a room; beyond it the part is broken or loose. A
# band on a table in the cold, one under a warmer.
_C128_MIN = const(0)
_C128_MAX = const(50 * 128)
# A lithium-ion cell, and what charges it (4.2 V and 50 mV of tolerance).
_BATTERY_MV_MIN = const(3_000)
_BATTERY_MV_MAX = const(4_300)
# A pull needs two messages of 1 kB and their frames, an update a list of its files.
_FREE_HEAP_BYTES_MIN = const(8_192)

_SCRATCH_FILE = "/scratch"
# More than littlefs keeps inside a folder: it has to write a block.
_SCRATCH_BYTES = const(512)
_LOG_RECORDS = const(20)


class SelfTest:
    """Runs on request."""

    def __init__(self, root: str, board, chips: tuple, log, config, link, show) -> None:
        """Take the band's parts.

        Args:
            root: folder of the band's file system.
            board: tells battery, reset cause and random bytes.
            chips: `(SELF_TEST bit, driver)` of each.
            log: the SegmentLog.
            config: the band's settings.
            link: tells how often the radio has been on.
            show: called without arguments: light and motor go on for somebody to look at.
        """
        self._root = root
        self._board = board
        self._chips = chips
        self._log = log
        self._config = config
        self._link = link
        self._show = show

    def run(self, sample: "dict | None") -> dict:
        """Return the fields of a SELF_TEST_REPLY.

        Args:
            sample: fields of the newest sample record; None before the first.
        """
        self._show()
        gc.collect()
        fields = {
            "infant_temperature_c128": c.TEMPERATURE_MISSING,
            "caregiver_temperature_c128": c.TEMPERATURE_MISSING,
            "infant_touch_pf512": c.TOUCH_MISSING,
            "caregiver_touch_pf512": c.TOUCH_MISSING,
            "activity_mg": c.BYTE_MISSING,
        }
        if sample is not None:
            for name in fields:
                fields[name] = sample[name]
        fields["battery_mv"] = min(self._board.battery_mv(), 0xFFFF)
        fields["free_heap_bytes"] = gc.mem_free()
        fields["free_blocks"] = min(free_blocks(self._root), 0xFFFF)
        fields["reset_cause"] = self._board.reset_cause()
        fields["failed"] = self._sensors(fields) | self._parts(fields)
        return fields

    def _sensors(self, fields: dict) -> int:
        failed = 0
        for bit, chip in self._chips:
            try:
                chip.check()
            except SensorFault:
                failed |= bit
        if not _C128_MIN <= fields["infant_temperature_c128"] <= _C128_MAX:
            failed |= c.SELF_TEST_INFANT_THERMOMETER
        if not _C128_MIN <= fields["caregiver_temperature_c128"] <= _C128_MAX:
            failed |= c.SELF_TEST_CAREGIVER_THERMOMETER
        if c.TOUCH_MISSING in (fields["infant_touch_pf512"], fields["caregiver_touch_pf512"]):
            failed |= c.SELF_TEST_TOUCH
        if fields["activity_mg"] == c.BYTE_MISSING:
            failed |= c.SELF_TEST_MOTION
        return failed

    def _parts(self, fields: dict) -> int:
        failed = 0
        if not self._flash_works():
            failed |= c.SELF_TEST_FLASH
        if not self._log_is_readable():
            failed |= c.SELF_TEST_LOG
        if not _BATTERY_MV_MIN <= fields["battery_mv"] <= _BATTERY_MV_MAX:
            failed |= c.SELF_TEST_BATTERY
        if fields["free_heap_bytes"] < _FREE_HEAP_BYTES_MIN:
            failed |= c.SELF_TEST_MEMORY
        if self._config.key is None:
            failed |= c.SELF_TEST_KEY
        if not self._link.opened_count:
            failed |= c.SELF_TEST_RADIO
        return failed

    def _flash_works(self) -> bool:
        """Write a file, read it back, remove it."""
        path = self._root + _SCRATCH_FILE
        written = self._board.random_bytes(_SCRATCH_BYTES)
        try:
            with open(path, "wb") as file:
                file.write(written)
            with open(path, "rb") as file:
                held = file.read()
            os.remove(path)
        except OSError:
            return False
        return held == written

    def _log_is_readable(self) -> bool:
        """Read the newest records back; none at all is well, after a reset to the factory."""
        log = self._log
        try:
            log.commit()
        except OSError:
            # The next record says so too, and starts the band again; this answer goes out first.
            return False
        first = max(log.oldest_record_no, log.next_record_no - _LOG_RECORDS)
        _, record_no, data = log.read(first, _LOG_RECORDS)
        for at in range(0, len(data), c.RECORD_BYTES):
            record = data[at : at + c.RECORD_BYTES]
            if not records.check(record, log.log_id, record_no + at // c.RECORD_BYTES):
                return False
        return bool(data) or log.next_record_no == log.oldest_record_no
