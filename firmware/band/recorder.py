"""Turns what happens on the band into records, and tells a host about the band."""

import gc

from pouch_protocol import constants as c

# Once an hour is enough to see a battery fall and a heap shrink, and costs 0.8 % of the log.
_STATUS_INTERVAL_MS = 3_600_000


class Recorder:
    """Writes records. It is also the `source` of a connection's BandSession."""

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
        self._status_due_ms = 0

    def add_boot(self) -> None:
        """Record that the band started.

        It becomes durable with the first flush, half a minute later at the usual interval: a band
        that loses its power over and over before that leaves nothing, instead of a segment.
        """
        self._log.append(
            c.KIND_BOOT,
            {
                "flags": 0,
                "uptime_cs": self._clock.uptime_cs(),
                "boot_id": self._log.boot_id,
                "reset_cause": self._board.reset_cause(),
                "firmware_major": self._version[0],
                "firmware_minor": self._version[1],
                "firmware_patch": self._version[2],
            },
        )

    def add_sample(self, fields: dict) -> None:
        """Record one sample, and once an hour the band's own state."""
        if self._config.worn_by_infant:
            fields["flags"] |= c.FLAG_WORN_BY_INFANT
        self._log.append(c.KIND_SAMPLE, fields)
        now_ms = self._clock.uptime_ms()
        if now_ms >= self._status_due_ms:
            self._status_due_ms = now_ms + _STATUS_INTERVAL_MS
            self._log.append(
                c.KIND_STATUS,
                {
                    "flags": 0,
                    "uptime_cs": self._clock.uptime_cs(),
                    "battery_mv": self._board.battery_mv(),
                    "free_heap_bytes": gc.mem_free(),
                    "records_lost": self._log.oldest_record_no,
                    "segments_damaged": min(self._log.damaged_count, 0xFF),
                },
            )

    def add_fault(self, module: int, code: int) -> None:
        """Record that the firmware failed, durably: a reset follows."""
        self._log.append(
            c.KIND_FAULT,
            {
                "flags": 0,
                "uptime_cs": self._clock.uptime_cs(),
                "module": module,
                "code": code & 0xFFFF,
                "fault_count": 1,
            },
        )
        self._log.flush()

    def hello(self) -> dict:
        """Return the fields of a hello reply. What it counts is committed first."""
        self._log.commit()
        return {
            "wire_version": c.WIRE_VERSION,
            "flash_version": c.FLASH_VERSION,
            "band_id": self._config.band_id,
            "log_id": self._log.log_id,
            "boot_id": self._log.boot_id,
            "uptime_cs": self._clock.uptime_cs(),
            "oldest_record_no": self._log.oldest_record_no,
            "next_record_no": self._log.next_record_no,
            "interval_s": self._config.interval_s,
            "battery_mv": self._board.battery_mv(),
            "firmware_major": self._version[0],
            "firmware_minor": self._version[1],
            "firmware_patch": self._version[2],
        }

    def bounds(self) -> tuple:
        """Return the oldest record number held and one more than the newest, all committed."""
        self._log.commit()
        return self._log.oldest_record_no, self._log.next_record_no

    def read(self, first: int, count_max: int) -> tuple:
        """Return `(boot_id, record_no, records)`, see SegmentLog.read."""
        return self._log.read(first, count_max)

    def set_time(self, fields: dict) -> tuple:
        """Store an anchor: what the host says the time is, at this uptime.

        Returns:
            `(uptime_cs, record_no)` of the anchor.
        """
        uptime_cs = self._clock.uptime_cs()
        record_no = self._log.append(
            c.KIND_ANCHOR,
            {
                "flags": 0,
                "uptime_cs": uptime_cs,
                "utc_s": fields["utc_s"],
                "utc_ms": fields["utc_ms"],
                "source": fields["source"],
                "round_trip_ms": fields["round_trip_ms"],
            },
        )
        self._log.flush()
        return uptime_cs, record_no
