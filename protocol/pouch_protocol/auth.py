"""Proof that a request comes from somebody who has the band's key.

    host                               band
      CHALLENGE ------------------------>
      <--------------- CHALLENGE_REPLY(nonce)
      request(fields, tag) ------------->   tag = HMAC-SHA256(key, nonce, opcode, fields, band)

The band draws a nonce for one request of one connection, so a recorded request is worth nothing.
"""

import hashlib

from . import messages

KEY_BYTES = 16
TAG_BYTES = 32

# HMAC of RFC 2104 with SHA-256: block size and the two paddings.
_BLOCK_BYTES = 64
_INNER_PAD = 0x36
_OUTER_PAD = 0x5C


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """Return the HMAC-SHA256 (RFC 2104); MicroPython has no `hmac`.

    Args:
        key: of any length.
        data: what is to be authenticated.
    """
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    key = key + bytes(_BLOCK_BYTES - len(key))
    inner = hashlib.sha256(bytes(byte ^ _INNER_PAD for byte in key))
    inner.update(data)
    outer = hashlib.sha256(bytes(byte ^ _OUTER_PAD for byte in key))
    outer.update(inner.digest())
    return outer.digest()


def equal(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not tell where two tags differ."""
    if len(one) != len(other):
        return False
    difference = 0
    for index in range(len(one)):
        difference |= one[index] ^ other[index]
    return difference == 0


def request_tag(key: bytes, nonce: bytes, band_id: int, opcode: int, fields: dict) -> bytes:
    """Return the tag of a request.

    Args:
        key: the band's, 16 bytes.
        nonce: what the band answered to CHALLENGE on this connection.
        band_id: the band, u32.
        opcode: of the request, one whose layout ends with `tag`.
        fields: of the request; `tag` itself does not count.
    """
    unsigned = dict(fields)
    unsigned["tag"] = bytes(TAG_BYTES)
    body = messages.LAYOUTS[opcode].encode(unsigned)[:-TAG_BYTES]
    return hmac_sha256(key, nonce + bytes((opcode,)) + body + band_id.to_bytes(4, "little"))
