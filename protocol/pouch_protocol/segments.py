"""The segment: one append-only file of records of one boot, with a header that says whose.

     0       4   5   6   7   8         12       16        18         20         24        28    32
    +-------+---+---+---+---+---------+--------+---------+----------+----------+---------+-----+
    | magic | v | h | r | 0 | band_id | log_id | boot_id | interval | first_no | opened  | crc |
    +-------+---+---+---+---+---------+--------+---------+----------+----------+---------+-----+

Then come r bytes for each record, to the end of the file; a torn last record is not one.
"""

from . import constants as c
from .crc import crc32
from .errors import Corrupt, Truncated, Unsupported
from .fields import Layout

MAGIC = b"PSEG"

_HEADER = Layout(
    ("magic", "4s"),
    ("flash_version", "B"),
    ("header_bytes", "B"),
    ("record_bytes", "B"),
    ("reserved", "B"),
    ("band_id", "I"),
    ("log_id", "I"),
    ("boot_id", "H"),
    ("interval_s", "H"),
    ("first_record_no", "I"),
    ("opened_uptime_cs", "I"),
)
HEADER_BYTES = _HEADER.size + 4


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
    return body + crc32(body).to_bytes(4, "little")


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
    crc = int.from_bytes(data[HEADER_BYTES - 4 : HEADER_BYTES], "little")
    if crc != crc32(data[: HEADER_BYTES - 4]):
        raise Corrupt("segment header fails its CRC")
    return values


def record_count(file_bytes: int) -> int:
    """Return how many whole records a segment file of this size holds."""
    return max(0, file_bytes - HEADER_BYTES) // c.RECORD_BYTES


def record_offset(index: int) -> int:
    """Return the position in its file of the record with this index."""
    return HEADER_BYTES + index * c.RECORD_BYTES
