"""Checksums: CRC-32 for messages and headers, CRC-16 for records."""

import binascii

CRC_BYTES = 4

# CRC-16/CCITT (x^16 + x^12 + x^5 + 1), by half bytes: 16 entries cost 32 bytes where a whole
# table costs 512, and one record per half minute does not need the speed.
_NIBBLES = tuple((n * 0x1021) & 0xFFFF for n in range(16))


def crc32(data: "bytes | memoryview", seed: int = 0) -> int:
    """Return the CRC-32 (IEEE 802.3) of data, going on from an earlier value if given.

    MicroPython computes it in C on every port.
    """
    return binascii.crc32(data, seed)


def crc16(data: bytes, seed: int = 0xFFFF) -> int:
    """Return the CRC-16/CCITT of data, going on from an earlier value if given.

    It finds every error of up to three bits in a record and every burst of up to sixteen
    (Koopman and Chakravarty, DSN 2004: distance 4 up to 32,751 bits), which half of a CRC-32
    does not.
    """
    crc = seed
    for byte in data:
        crc = ((crc << 4) & 0xFFFF) ^ _NIBBLES[(crc >> 12) ^ (byte >> 4)]
        crc = ((crc << 4) & 0xFFFF) ^ _NIBBLES[(crc >> 12) ^ (byte & 0x0F)]
    return crc
