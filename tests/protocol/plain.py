"""Helpers of the tests that run in CPython and in MicroPython: no pytest here."""

from pouch_protocol import auth
from pouch_protocol import constants as c
from pouch_protocol.errors import Refusal

KEY = bytes(range(100, 116))
OTHER_KEY = bytes(range(16))
HOST_NONCE = bytes(range(32, 48))
BAND_ID = 0x0012ABCD


class Suite:
    """AES and SHA-256 of whatever interpreter this is."""

    mac = staticmethod(auth.hmac_sha256)

    @staticmethod
    def block_cipher(key):
        """Return what encrypts whole blocks."""
        try:
            import cryptolib  # pyright: ignore[reportMissingImports] - the band's
        except ImportError:
            from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

            return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update
        return cryptolib.aes(key, 1).encrypt


def raises(error, action, *arguments) -> None:
    """Assert that a call raises exactly this kind of error."""
    try:
        action(*arguments)
    except error:
        return
    raise AssertionError("%s was not raised" % (error,))


def sample(**changes) -> dict:
    """Return the fields of a plausible sample record."""
    fields = {
        "flags": 0,
        "uptime_cs": 360_000,
        "infant_temperature_c128": 4640,
        "caregiver_temperature_c128": 4480,
        "infant_touch_pf512": 4608,
        "caregiver_touch_pf512": 4096,
        "activity_mg": 12,
        "breath_adult": 255,
        "breath_infant": 255,
    }
    fields.update(changes)
    return fields


class ListSource:
    """A band's knowledge kept in a list: what a BandSession asks of the real recorder."""

    suite = Suite

    def __init__(self, records: list, oldest: int = 0, boots: int = 1, key=KEY) -> None:
        """Hold records; `boots` boots share them evenly."""
        self.records = records
        self.oldest = oldest
        self.key = key
        self._per_boot = max(1, len(records) // boots)
        self.times = []
        self._drawn = 0

    def nonce(self) -> bytes:
        """Return nonces that every test knows, each another one."""
        self._drawn += 1
        return bytes((self._drawn & 0xFF,)) * 16

    def battery_class(self) -> int:
        """Answer like a band."""
        return c.BATTERY_FULL

    def info(self) -> dict:
        """Answer like a band."""
        return {
            "flash_version": 1,
            "band_id": BAND_ID,
            "log_id": 7,
            "boot_id": 3,
            "uptime_cs": 123_456,
            "oldest_record_no": self.oldest,
            "next_record_no": len(self.records),
            "interval_s": 30,
            "battery_mv": 3_912,
            "firmware_major": 0,
            "firmware_minor": 1,
            "firmware_patch": 0,
            "capabilities": 0x1F,
            "board": b"xiao_esp32c3" + bytes(4),
        }

    def time(self) -> dict:
        """Answer like a band that was told the time once."""
        told = self.times[-1] if self.times else {"utc_s": 0, "utc_ms": 0, "round_trip_ms": 0}
        return {
            "uptime_cs": 123_456,
            "status": c.TIME_SET if self.times else c.TIME_UNKNOWN,
            "utc_s": told["utc_s"],
            "utc_ms": told["utc_ms"],
            "round_trip_ms": told["round_trip_ms"],
            "set_uptime_cs": 123_456 if self.times else 0,
        }

    def bounds(self) -> tuple:
        """Return the oldest number and the next."""
        return self.oldest, len(self.records)

    def read(self, first: int, count_max: int) -> tuple:
        """Return records of one boot."""
        first = max(first, self.oldest)
        boot_end = (first // self._per_boot + 1) * self._per_boot
        end = min(first + count_max, boot_end, len(self.records))
        return first // self._per_boot + 1, first, b"".join(self.records[first:end])

    def set_time(self, fields: dict) -> tuple:
        """Remember what was set."""
        self.times.append(fields)
        return 123_500, len(self.records)

    def handle(self, request, trusted: bool, local: bool) -> tuple:
        """Do nothing, for a host that has the key or a cable."""
        if not (trusted or local):
            raise Refusal(c.CODE_NOT_AUTHENTICATED)
        return c.OP_RESPONSE, {"request": request.opcode, "code": c.CODE_SUCCESS}


def deliver(band, host, frame_bytes=244, keep=None) -> list:
    """Carry frames both ways until neither speaks; return the host's events.

    `keep` is told the number of each of the band's frames and decides which of them arrive.
    """
    events = []
    number = 0
    while True:
        frame = host.next_frame(frame_bytes)
        if frame is not None:
            band.receive(frame)
            continue
        item = band.next_frame(frame_bytes)
        if item is None:
            return events
        if keep is None or keep(number):
            events += host.receive(item[0], item[1])
        number += 1


def trusted(source, key=KEY, local=False) -> tuple:
    """Return both ends of a connection after the handshake: `(host, band)`."""
    # Most device tests need neither, and have no room for both.
    from pouch_protocol.band import BandSession
    from pouch_protocol.host import HostSession

    host, band = HostSession(), BandSession(source, local)
    host.hello(HOST_NONCE)
    deliver(band, host)
    host.authenticate(Suite, key)
    deliver(band, host)
    return host, band
