"""Tells a host about the band: the `source` of a connection's BandSession."""

from pouch_protocol import constants as c


class Source:
    """Answers what a session asks, see pouch_protocol.band."""

    def __init__(self, log, recorder, clock, board, config, version: tuple, make_requests) -> None:
        """Take the band's parts.

        Args:
            log: the SegmentLog.
            recorder: writes anchors.
            clock: tells the uptime; takes the time of day.
            board: tells the battery; draws random bytes.
            config: the band's settings.
            version: firmware version, three ints.
            make_requests: returns the Requests, for all that is not about records; called when
                the first of that comes, because its modules are an eighth of all in memory.
        """
        self._log = log
        self._recorder = recorder
        self._clock = clock
        self._board = board
        self._config = config
        self._version = version
        self._make_requests = make_requests
        self._requests = None

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
        anchor = {name: fields[name] for name in ("utc_s", "utc_ms", "source", "round_trip_ms")}
        record_no = self._recorder.add(c.KIND_ANCHOR, anchor)
        self._log.flush()
        self._clock.set_utc(fields["utc_s"])
        return anchor["uptime_cs"], record_no

    def nonce(self) -> bytes:
        """Return sixteen random bytes."""
        return self._board.random_bytes(c.NONCE_BYTES)

    def token(self) -> bytes:
        """Return the six bytes that the band advertises, another six each time."""
        return self._board.random_bytes(6)

    def battery_level(self) -> int:
        """Return the battery's class as the percentage that stands for it."""
        return 100

    def handle(self, request, nonce: "bytes | None", local: bool) -> tuple:
        """Do anything else, see Requests.handle."""
        if self._requests is None:
            self._requests = self._make_requests()
        return self._requests.handle(request, nonce, local)
