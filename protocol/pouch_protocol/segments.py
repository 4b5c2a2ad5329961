"""The segment: one append-only file of records of one boot, with a header that says whose.

     0       4   5   6   7   8         12       16        18         20         24        28    32
    +-------+---+---+---+---+---------+--------+---------+----------+----------+---------+-----+
    | magic | v | h | r | 0 | band_id | log_id | boot_id | interval | first_no | opened  | crc |
    +-------+---+---+---+---+---------+--------+---------+----------+----------+---------+-----+

Then come r bytes for each record, to the end of the file; a torn last record is not one. The
newest records of a segment that is not committed yet stand in tail slots too.
"""

from . import constants as c
from .crc import CRC_BYTES, crc32
from .errors import Corrupt, Truncated, Unsupported
from .fields import Layout

MAGIC = b"PSEG"

_HEADER = Layout(
    "magic 4s, flash_version B, header_bytes B, record_bytes B, reserved B, band_id I, log_id I, "
    "boot_id H, interval_s H, first_record_no I, opened_uptime_cs I"
)
HEADER_BYTES = _HEADER.size + CRC_BYTES

# What leads a tail slot: whose the few records after it are, until their segment is committed.
_SLOT = Layout("log_id I, first_record_no I, boot_id H")
SLOT_HEADER_BYTES = _SLOT.size + CRC_BYTES


def encode_header(
    band_id: int,
    log_id: int,
    boot_id: int,
    interval_s: int,
    first_record_no: int,
    opened_uptime_cs: int,
) -> bytes:
    """Return the header of a new segment.

    Args:
        band_id: the band, u32.
        log_id: the log, u32, drawn when the log was formatted.
        boot_id: the boot that writes every record of this segment, u16.
        interval_s: the sampling interval in force, seconds.
        first_record_no: number of the first record that follows.
        opened_uptime_cs: the band's uptime at opening, hundredths of a second: a lower bound
            for the time of each record in it.
    """
    body = _HEADER.encode(
        {
            "magic": MAGIC,
            "flash_version": c.FLASH_VERSION,
            "header_bytes": HEADER_BYTES,
            "record_bytes": c.RECORD_BYTES,
            "reserved": 0,
            "band_id": band_id,
            "log_id": log_id,
            "boot_id": boot_id,
            "interval_s": interval_s,
            "first_record_no": first_record_no,
            "opened_uptime_cs": opened_uptime_cs,
        }
    )
    return body + crc32(body).to_bytes(CRC_BYTES, "little")


def decode_header(data: bytes) -> dict:
    """Return the fields of a segment's header.

    Raises:
        Truncated: the file is shorter than a header.
        Corrupt: not a segment, or a damaged header.
        Unsupported: written by a newer firmware.
    """
    if len(data) < HEADER_BYTES:
        raise Truncated("segment of %d bytes" % len(data))
    values = _HEADER.decode(data)
    if values["magic"] != MAGIC:
        raise Corrupt("segment without its magic number")
    if values["flash_version"] > c.FLASH_VERSION:
        raise Unsupported("flash version %d" % values["flash_version"])
    if int.from_bytes(data[_HEADER.size : HEADER_BYTES], "little") != crc32(data[: _HEADER.size]):
        raise Corrupt("segment header fails its CRC")
    return values


def encode_slot(log_id: int, boot_id: int, first_record_no: int, records: bytes) -> bytes:
    """Return the content of a tail slot.

    Args:
        log_id: the log, u32.
        boot_id: boot of these records, u16.
        first_record_no: number of the first.
        records: whole records.
    """
    body = _SLOT.encode({"log_id": log_id, "first_record_no": first_record_no, "boot_id": boot_id})
    return body + crc32(body).to_bytes(CRC_BYTES, "little") + records


def decode_slot(data: bytes) -> tuple:
    """Return the fields of a slot's header and its records, which carry CRCs of their own.

    Raises:
        Truncated: shorter than its header.
        Corrupt: a damaged header.
    """
    fields = _SLOT.decode(data)
    if len(data) < SLOT_HEADER_BYTES:
        raise Truncated("slot of %d bytes" % len(data))
    if int.from_bytes(data[_SLOT.size : SLOT_HEADER_BYTES], "little") != crc32(data[: _SLOT.size]):
        raise Corrupt("slot header fails its CRC")
    return fields, data[SLOT_HEADER_BYTES:]


def record_count(file_bytes: int) -> int:
    """Return how many whole records a segment file of this size holds."""
    return max(0, file_bytes - HEADER_BYTES) // c.RECORD_BYTES


def record_offset(index: int) -> int:
    """Return the position in its file of the record with this index."""
    return HEADER_BYTES + index * c.RECORD_BYTES
