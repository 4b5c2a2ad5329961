"""AES from `cryptolib` and SHA-256 from `hashlib`, as `pouch_protocol.auth` asks for them."""

import cryptolib
from micropython import const

from pouch_protocol import auth

# Of block ciphers' modes the one that every port has: the key stream is made of whole blocks.
_MODE_ECB = const(1)

mac = auth.hmac_sha256


def block_cipher(key: bytes):  # noqa: ANN201 - the port's own method
    """Return a function of whole blocks that encrypts each by AES-128.

    Args:
        key: sixteen bytes.
    """
    return cryptolib.aes(key, _MODE_ECB).encrypt
