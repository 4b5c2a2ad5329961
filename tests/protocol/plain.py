"""Helpers of the tests that run in CPython and in MicroPython: no pytest here."""

from pouch_protocol import constants as c
from pouch_protocol.band import Refusal


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

    def __init__(self, records: list, oldest: int = 0, boots: int = 1) -> None:
        """Hold records; `boots` boots share them evenly."""
        self.records = records
        self.oldest = oldest
        self._per_boot = max(1, len(records) // boots)
        self.times = []

    def hello(self) -> dict:
        """Answer like a band."""
        return {
            "wire_version": 1,
            "flash_version": 1,
            "band_id": 0x0012ABCD,
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

    def nonce(self) -> bytes:
        """Return a nonce that every test knows."""
        return bytes(range(16))

    def handle(self, request, nonce, local: bool) -> tuple:
        """Refuse what changes a band, unless it comes with a nonce and over a cable."""
        if nonce is None or not local:
            raise Refusal(c.CODE_NOT_AUTHENTICATED)
        return c.OP_RESPONSE, {"request": request.opcode, "code": c.CODE_SUCCESS}
