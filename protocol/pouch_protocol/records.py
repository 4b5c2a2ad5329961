"""The record: 20 bytes, the unit that is stored, numbered, sent and never changed.

     0      1        3           7                                18      20
    +------+--------+-----------+--------------------------------+-------+
    | kind | flags  | uptime_cs |  fields of the kind (11 bytes) |  crc  |
    +------+--------+-----------+--------------------------------+-------+

The CRC begins with the log and the record's number, which are not stored with it: a record that
turns up in another place or another log is corrupt there.
"""

from . import constants as c
from .crc import crc16
from .errors import Corrupt, Truncated, Unsupported
from .fields import Layout, Layouts

_HEAD = "kind B, flags H, uptime_cs I, "
BODY_BYTES = 18

LAYOUTS = Layouts(
    {
        c.KIND_SAMPLE: _HEAD + "infant_temperature_c128 h, caregiver_temperature_c128 h, "
        "infant_touch_pf512 H, caregiver_touch_pf512 H, activity_mg B, breath_adult B, "
        "breath_infant B",
        c.KIND_ANCHOR: _HEAD + "utc_s I, utc_ms H 0 999, source B, round_trip_ms H, reserved 2s",
        c.KIND_BOOT: _HEAD + "boot_id H, reset_cause B, firmware_major B, firmware_minor B, "
        "firmware_patch B, reserved 5s",
        c.KIND_STATUS: _HEAD
        + "battery_mv H, free_heap_bytes I, records_lost I, segments_damaged B",
        c.KIND_FAULT: _HEAD + "module B, code H, fault_count H, reserved 6s",
        # What the band itself made of the samples since the last tally, once an hour. The host
        # counts the hours; these are what the band showed to the mother.
        c.KIND_TALLY: _HEAD + "span_s H, contact_s H, unknown_s H, contact_24h_min H 0 1440, "
        "battery_days B, alerts B, reserved 1s",
        c.KIND_EVENT: _HEAD + "event B, detail I, value h, reserved 4s",
        # Counts since the last health record; each stays at its largest value instead of wrapping.
        c.KIND_HEALTH: _HEAD + "infant_thermometer_faults B, caregiver_thermometer_faults B, "
        "touch_faults B, motion_faults B, flash_faults B, restarts B, free_heap_min_bytes I, "
        "reserved 1s",
    }
)
# Every kind begins with these.
_HEAD_LAYOUT = Layout(_HEAD.rstrip(", "))


def crc(body: bytes, log_id: int, record_no: int) -> int:
    """Return the CRC-16 that goes with a record's first 18 bytes at its place.

    It begins with four bytes that are not stored: log and number, each u32, exclusive-or.
    """
    place = (log_id ^ record_no).to_bytes(4, "little")
    return crc16(body, crc16(place))


def encode(kind: int, values: dict, log_id: int, record_no: int) -> bytes:
    """Return the record as stored.

    Args:
        kind: one of the KIND constants.
        values: every field of the kind but `kind` and reserved ones.
        log_id: the log it is written to.
        record_no: its number in that log.

    Raises:
        ValueError: a field is missing or out of range.
    """
    layout = LAYOUTS[kind]
    fields = dict(values)
    fields["kind"] = kind
    if "reserved" in layout.names:
        fields["reserved"] = bytes(int(layout.codes[-1][:-1]))
    body = layout.encode(fields)
    return body + crc(body, log_id, record_no).to_bytes(2, "little")


def check(record: bytes, log_id: int, record_no: int) -> bool:
    """Tell whether the 20 bytes are an undamaged record of that log and number."""
    if len(record) != c.RECORD_BYTES:
        return False
    stored = int.from_bytes(record[BODY_BYTES:], "little")
    return crc(record[:BODY_BYTES], log_id, record_no) == stored


def uptime_cs(record: bytes) -> int:
    """Return when a record was written, hundredths of a second since its boot; unchecked.

    Every kind begins with the same fields, so this holds for kinds of later versions too.
    """
    return _HEAD_LAYOUT.decode(record)["uptime_cs"]


def decode(record: bytes, log_id: int, record_no: int) -> dict:
    """Return the fields of one record.

    Raises:
        Truncated: fewer than 20 bytes.
        Corrupt: its CRC does not hold for this log and number.
        Unsupported: a kind of a later version. Keep the bytes, skip the record.
    """
    if len(record) < c.RECORD_BYTES:
        raise Truncated("record %d has %d bytes" % (record_no, len(record)))
    if not check(record, log_id, record_no):
        raise Corrupt("record %d fails its CRC" % record_no)
    if record[0] not in LAYOUTS:
        raise Unsupported("record %d is of unknown kind %d" % (record_no, record[0]))
    return LAYOUTS[record[0]].decode(record)
