"""Tells a host about the band: the `source` of a connection's BandSession."""

from micropython import const

from pouch_protocol import auth
from pouch_protocol import constants as c

from . import suite
from .power import BROKEN_MV, LOW_MV, charge_permille

_CAPABILITIES = c.CAN_UPDATE | c.CAN_SETTINGS | c.CAN_TIME | c.CAN_SELF_TEST | c.CAN_IDENTIFY
_BOARD_BYTES = const(16)
_UTC_S_MAX = const(0xFFFFFFFF)
# Where a battery is neither full nor low.
_MEDIUM_PERMILLE = const(300)
_FULL_PERMILLE = const(700)


class Source:
    """Answers what a session asks, see pouch_protocol.band.

    Attributes:
        suite: AES and SHA-256.
    """

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
        self.suite = suite
        self._log = log
        self._recorder = recorder
        self._clock = clock
        self._board = board
        self._config = config
        self._version = version
        self._make_requests = make_requests
        self._requests = None
        # The key of the last token, and what was worked out of it.
        self._known_key = None
        self._recognition = None

    @property
    def key(self) -> "bytes | None":
        """The band's key; None before it is given one."""
        return self._config.key

    def token(self) -> bytes:
        """Return what an advertisement says: to who has the key that it is this band."""
        nonce = self._board.random_bytes(auth.TOKEN_BYTES)
        key = self._config.key
        if key is None:
            return nonce
        # Kept: to make it anew for each window would take a day 0.2 mAh, since the radio is on.
        if self._recognition is None or self._known_key != key:
            self._known_key = key
            self._recognition = auth.Recognition(suite, key)
        return self._recognition.token(nonce)

    def battery_class(self) -> int:
        """Return what anybody may know of the battery, one of the BATTERY constants."""
        battery_mv = self._board.battery_mv()
        charge = charge_permille(battery_mv)
        if battery_mv <= BROKEN_MV:
            return c.BATTERY_UNKNOWN
        if battery_mv <= LOW_MV:
            return c.BATTERY_EMPTY
        if charge < _MEDIUM_PERMILLE:
            return c.BATTERY_LOW
        return c.BATTERY_MEDIUM if charge < _FULL_PERMILLE else c.BATTERY_FULL

    def battery_level(self) -> int:
        """Return the same as per cent, for the Battery service."""
        return c.BATTERY_PERCENT[self.battery_class()]

    def info(self) -> dict:
        """Return the fields of an info reply. What it counts is committed first."""
        self._log.commit()
        board = self._board.ARCH_NAME.encode()
        return {
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
            "capabilities": _CAPABILITIES,
            "board": board + bytes(_BOARD_BYTES - len(board)),
        }

    def time(self) -> dict:
        """Return the fields of a time reply."""
        now = self._clock.utc()
        utc_s, utc_ms, round_trip_ms, told_ms = now or (0, 0, 0, 0)
        return {
            "uptime_cs": self._clock.uptime_cs(),
            "status": c.TIME_UNKNOWN if now is None else c.TIME_SET,
            # A host may have told the last second that there is: it must not end the band.
            "utc_s": min(utc_s, _UTC_S_MAX),
            "utc_ms": utc_ms,
            "round_trip_ms": round_trip_ms,
            "set_uptime_cs": told_ms // 10,
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
        # First of all: a flush takes a tenth of a second.
        self._clock.set_utc(fields["utc_s"], fields["utc_ms"], fields["round_trip_ms"])
        record_no = self._recorder.add(c.KIND_ANCHOR, anchor)
        self._log.flush()
        return anchor["uptime_cs"], record_no

    def nonce(self) -> bytes:
        """Return sixteen random bytes."""
        return self._board.random_bytes(auth.NONCE_BYTES)

    def handle(self, request, trusted: bool, local: bool) -> tuple:
        """Do anything else, see Requests.handle."""
        if self._requests is None:
            self._requests = self._make_requests()
        return self._requests.handle(request, trusted, local)
