"""Messages: what band and host say to each other, whole and checked.

    +--------+-----------+----------------------+---------+
    | opcode | procedure |  fields of the opcode |  crc32  |
    +--------+-----------+----------------------+---------+

The host numbers its procedures; the band echoes the number, so that an answer to a procedure
that was given up is not taken for the answer to the next one. A later version may append fields:
a reader takes those it knows and ignores the rest.
"""

from . import constants as c
from .crc import CRC_BYTES, crc32
from .errors import Corrupt, Truncated, Unsupported
from .fields import Layout, Layouts

_HEAD_BYTES = 2

# What a host may set, and may ask for.
_SETTINGS = (
    "interval_s H %d %d, plan B %d %d, switches B, quiet_from_min H 0 1439, "
    "quiet_until_min H 0 1439, utc_offset_min h -840 840, target_min H 1 1440"
) % (c.INTERVAL_S_MIN, c.INTERVAL_S_MAX, c.PLAN_DEFAULT, c.PLAN_SLOW)
_RANGE = "first_record_no I, last_record_no I"

LAYOUTS = Layouts(
    {
        c.OP_HELLO: "wire_version B, nonce 16s",
        c.OP_COUNT: _RANGE,
        c.OP_REPORT: _RANGE,
        c.OP_SET_TIME: "utc_s I, utc_ms H 0 999, source B, round_trip_ms H",
        c.OP_ABORT: "",
        c.OP_SELF_TEST: "",
        c.OP_AUTH: "proof 16s",
        c.OP_CONFIGURE: _SETTINGS,
        c.OP_UPDATE_BEGIN: "total_bytes I, index_bytes H, index_sha256 32s",
        # Followed by bytes of the update stream.
        c.OP_UPDATE_DATA: "data_offset B, position I",
        c.OP_UPDATE_FINISH: "",
        c.OP_FACTORY_RESET: "",
        c.OP_SET_KEY: "key 16s",
        c.OP_IDENTIFY: "duration_s B 1 %d" % c.IDENTIFY_S_MAX,
        c.OP_INFO: "",
        c.OP_SETTINGS: "",
        c.OP_TIME: "",
        # The first field keeps its place in every wire version there will ever be.
        c.OP_HELLO_REPLY: "wire_version B, battery_class B 0 4, nonce 16s, hint 8s",
        c.OP_COUNT_REPLY: "record_count I, oldest_record_no I, next_record_no I",
        # Followed by whole records, all of one boot, numbered from first_record_no.
        c.OP_RECORDS: "records_offset B, record_bytes B, boot_id H, first_record_no I",
        c.OP_REPORT_DONE: "record_count I, records_crc I",
        c.OP_SET_TIME_REPLY: "uptime_cs I, record_no I",
        c.OP_SELF_TEST_REPLY: "failed H, infant_temperature_c128 h, "
        "caregiver_temperature_c128 h, infant_touch_pf512 H, caregiver_touch_pf512 H, "
        "activity_mg B, battery_mv H, free_heap_bytes I, free_blocks H, reset_cause B",
        c.OP_AUTH_REPLY: "proof 16s",
        c.OP_UPDATE_REPLY: "position I",
        c.OP_RESPONSE: "request B, code B",
        c.OP_SETTINGS_REPLY: _SETTINGS,
        c.OP_INFO_REPLY: "band_id I, flash_version B, log_id I, boot_id H, uptime_cs I, "
        "oldest_record_no I, next_record_no I, interval_s H %d %d, battery_mv H, "
        "firmware_major B, firmware_minor B, firmware_patch B, capabilities H, board 16s"
        % (c.INTERVAL_S_MIN, c.INTERVAL_S_MAX),
        c.OP_TIME_REPLY: "uptime_cs I, status B 0 1, utc_s I, utc_ms H 0 999, "
        "round_trip_ms H, set_uptime_cs I",
    }
)

# Bytes of a RECORDS message that are not records.
RECORDS_OVERHEAD_BYTES = _HEAD_BYTES + LAYOUTS[c.OP_RECORDS].size + CRC_BYTES
# Where the bytes that follow an opcode's fields begin in the message, by the field that says so.
_PAYLOAD_OFFSETS = {c.OP_RECORDS: "records_offset", c.OP_UPDATE_DATA: "data_offset"}
UPDATE_DATA_OFFSET = _HEAD_BYTES + LAYOUTS[c.OP_UPDATE_DATA].size
UPDATE_DATA_BYTES_MAX = c.MESSAGE_BYTES_MAX - UPDATE_DATA_OFFSET - CRC_BYTES
# Field of HELLO_REPLY that every version has. A text: a band never reads it.
_HELLO_STABLE = "wire_version B"


class Message:
    """One decoded message.

    Attributes:
        opcode: one of the OP constants.
        procedure: number that the host gave the procedure, u8.
        fields: the opcode's fields by name.
        payload: records of OP_RECORDS, bytes of OP_UPDATE_DATA, else empty.
    """

    def __init__(self, opcode: int, procedure: int, fields: dict, payload: bytes = b"") -> None:
        """Hold the parts; nothing is checked here."""
        self.opcode = opcode
        self.procedure = procedure
        self.fields = fields
        self.payload = payload


def encode(opcode: int, procedure: int, fields: dict, payload: bytes = b"") -> bytes:
    """Return a message ready for a splitter.

    Raises:
        ValueError: a field is missing or out of range, or the message is too long.
    """
    body = bytes((opcode, procedure)) + LAYOUTS[opcode].encode(fields) + payload
    if len(body) + CRC_BYTES > c.MESSAGE_BYTES_MAX:
        raise ValueError("message of %d bytes" % (len(body) + CRC_BYTES))
    return body + crc32(body).to_bytes(CRC_BYTES, "little")


def encode_records(procedure: int, boot_id: int, first_record_no: int, records: bytes) -> bytes:
    """Return an OP_RECORDS message.

    Args:
        procedure: the procedure it answers.
        boot_id: boot of all these records.
        first_record_no: number of the first.
        records: their bytes, at most MESSAGE_BYTES_MAX with the overhead.
    """
    return encode(
        c.OP_RECORDS,
        procedure,
        {
            "records_offset": _HEAD_BYTES + LAYOUTS[c.OP_RECORDS].size,
            "record_bytes": c.RECORD_BYTES,
            "boot_id": boot_id,
            "first_record_no": first_record_no,
        },
        records,
    )


def decode(data: bytes) -> Message:
    """Return the message in these bytes.

    Raises:
        Truncated: shorter than its opcode's fields.
        Corrupt: the CRC does not hold, a field is out of range, or what follows the fields is said
            to begin among them.
        Unsupported: an opcode of a later version, or records of another size.
    """
    if len(data) < _HEAD_BYTES + CRC_BYTES:
        raise Truncated("message of %d bytes" % len(data))
    end = len(data) - CRC_BYTES
    # Views: a board's heap is short of pieces of a kilobyte.
    view = memoryview(data)
    if crc32(view[:end]) != int.from_bytes(data[end:], "little"):
        raise Corrupt("message fails its CRC")
    opcode = data[0]
    if opcode not in LAYOUTS:
        raise Unsupported("opcode 0x%02x" % opcode)
    body = view[_HEAD_BYTES:end]
    if opcode == c.OP_HELLO_REPLY:
        _check_wire_version(body)
    fields = LAYOUTS[opcode].decode(body)
    payload = b""
    if opcode in _PAYLOAD_OFFSETS:
        start = fields[_PAYLOAD_OFFSETS[opcode]]
        if not _HEAD_BYTES + LAYOUTS[opcode].size <= start <= end:
            raise Corrupt("what follows the fields begins at %d" % start)
        payload = data[start:end]
    if opcode == c.OP_RECORDS:
        if fields["record_bytes"] != c.RECORD_BYTES:
            raise Unsupported("records of %d bytes" % fields["record_bytes"])
        if len(payload) % c.RECORD_BYTES:
            raise Corrupt("%d bytes are not whole records" % len(payload))
    return Message(opcode, data[1], fields, payload)


def _check_wire_version(body: "bytes | memoryview") -> None:
    """Refuse a newer band before its unknown fields are misread."""
    stable = Layout(_HELLO_STABLE).decode(body)
    if stable["wire_version"] > c.WIRE_VERSION:
        raise Unsupported(
            "the band speaks wire version %d; this program reads up to %d"
            % (stable["wire_version"], c.WIRE_VERSION)
        )
