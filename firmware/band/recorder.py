"""Turns what happens on the band into records."""

import gc

from pouch_protocol import constants as c


class Recorder:
    """Writes records of every kind to the log."""

    def __init__(self, log, clock, board, config, version: tuple) -> None:
        """Take the band's parts.

        Args:
            log: the SegmentLog.
            clock: tells the uptime.
            board: tells battery and reset cause.
            config: the band's settings.
            version: firmware version, three ints.
        """
        self._log = log
        self._clock = clock
        self._board = board
        self._config = config
        self._version = version
        self._first_record_no = log.next_record_no

    @property
    def is_durable(self) -> bool:
        """Whether a record of this boot is safe from a power cut."""
        return self._log.flushed_record_no > self._first_record_no

    def add_boot(self) -> None:
        """Record that the band started.

        It becomes durable with the first flush, half a minute later at the usual interval: a band
        that loses its power over and over before that leaves nothing, instead of a segment.
        """
        self.add(
            c.KIND_BOOT,
            {
                "boot_id": self._log.boot_id,
                "reset_cause": self._board.reset_cause(),
                "firmware_major": self._version[0],
                "firmware_minor": self._version[1],
                "firmware_patch": self._version[2],
            },
        )

    def add_sample(self, fields: dict) -> None:
        """Record one sample."""
        if self._config.worn_by_infant:
            fields["flags"] |= c.FLAG_WORN_BY_INFANT
        self._log.append(c.KIND_SAMPLE, fields)

    def add_status(self) -> None:
        """Record the band's own state."""
        self.add(
            c.KIND_STATUS,
            {
                "battery_mv": self._board.battery_mv(),
                "free_heap_bytes": gc.mem_free(),
                "records_lost": self._log.oldest_record_no,
                "segments_damaged": min(self._log.damaged_count, 0xFF),
            },
        )

    def add_event(self, event: int, detail: int = 0, value: int = 0) -> None:
        """Record that something happened, durably: it is rare and may be the last thing.

        Args:
            event: one of the EVENT constants, which say what the others hold.
            detail: u32.
            value: signed 16 bits.
        """
        self.add(c.KIND_EVENT, {"event": event, "detail": detail, "value": value})
        self._log.flush()

    def add(self, kind: int, fields: dict) -> int:
        """Record something now; return the record's number.

        Args:
            kind: one of the KIND constants.
            fields: those of the kind but `flags` and `uptime_cs`.
        """
        fields["flags"] = 0
        fields["uptime_cs"] = self._clock.uptime_cs()
        return self._log.append(kind, fields)

    def add_fault(self, module: int, code: int) -> None:
        """Record that the firmware failed, durably: a reset follows."""
        self.add(c.KIND_FAULT, {"module": module, "code": code & 0xFFFF, "fault_count": 1})
        self._log.flush()
