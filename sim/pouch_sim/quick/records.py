"""Records as a band sends them, many at once, in pieces as a host's pulls bring them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_protocol.crc import crc16

_LAYOUT = records.LAYOUTS[c.KIND_SAMPLE]
_NUMPY_CODES = {"B": "u1", "H": "<u2", "I": "<u4", "h": "<i2"}

SAMPLE = np.dtype(
    {
        "names": list(_LAYOUT.names),
        "formats": [_NUMPY_CODES[code] for code in _LAYOUT.codes],
        "offsets": list(_LAYOUT.offsets),
        "itemsize": c.RECORD_BYTES,
    }
)
"""A sample record as a numpy row; its last two bytes are the CRC."""

# The protocol's checksum for many records at once: what each byte adds to it.
_CRC_TABLE = np.array([crc16(bytes([byte]), 0) for byte in range(256)], dtype=np.uint16)
_CRC_BEGIN = crc16(b"")
_BYTE_BITS = np.uint16(8)
_PLACE_BYTES = 4


@dataclass(frozen=True)
class Piece:
    """A run of records of one boot, as one pull brings it.

    Attributes:
        log_id: the log on the band.
        boot_id: the boot that wrote all of them.
        first_record_no: number of the first.
        data: whole records.
        pulled_us: true time of the pull, microseconds since the simulation began.
    """

    log_id: int
    boot_id: int
    first_record_no: int
    data: bytes
    pulled_us: int


def sample_rows(fields: Mapping[str, NDArray[np.integer]]) -> NDArray[np.void]:
    """Return sample records without their CRC.

    Args:
        fields: every field of the layout but `kind`, an array each.

    Raises:
        ValueError: a value does not fit its field.
    """
    rows = np.zeros(len(fields["uptime_cs"]), dtype=SAMPLE)
    rows["kind"] = c.KIND_SAMPLE
    for name, code in zip(_LAYOUT.names[1:], _LAYOUT.codes[1:], strict=True):
        width = np.iinfo(_NUMPY_CODES[code])
        values = np.asarray(fields[name])
        if len(values) and not (width.min <= values.min() and values.max() <= width.max):
            raise ValueError(f"field {name} is out of range")
        rows[name] = values
    return rows


def seal(rows: NDArray[np.void], log_id: int, record_no: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the records (n, 20) with their CRCs, as `pouch_protocol.records.encode` makes them.

    Args:
        rows: of `sample_rows`.
        log_id: the log that they are written to.
        record_no: number of each.
    """
    data = np.ascontiguousarray(rows).view(np.uint8).reshape(-1, c.RECORD_BYTES).copy()
    place = (record_no ^ log_id).astype("<u4").view(np.uint8).reshape(-1, _PLACE_BYTES)
    crc = np.full(len(data), _CRC_BEGIN, dtype=np.uint16)
    for column in (*place.T, *data[:, : records.BODY_BYTES].T):
        crc = (crc << _BYTE_BITS) ^ _CRC_TABLE[(crc >> _BYTE_BITS) ^ column]
    data[:, records.BODY_BYTES :] = crc.astype("<u2").view(np.uint8).reshape(-1, 2)
    return data
