"""What is made of a band's key: HMAC, HKDF, recognition of bands, and the keys of one session.

    key (16 bytes, per band)
     |-- HKDF "pouch recognition" --> token in advertisements, hint in HELLO_REPLY
     +-- HKDF of both nonces and both hellos --> two proofs, and for each direction
                                                 one key to encrypt and one to authenticate

AES and SHA-256 come as a `suite`, an object with two methods:

    mac(key) -> function           of any number of byte strings; returns their HMAC-SHA256
    block_cipher(key) -> function  of whole blocks of 16 bytes; returns each encrypted by AES-128

A band has them from `cryptolib` and `hashlib`, a host from the package `cryptography`.
"""

import hashlib

KEY_BYTES = 16
NONCE_BYTES = 16
PROOF_BYTES = 16
HINT_BYTES = 8
TOKEN_BYTES = 6

# Half of a token is drawn, half is made of it with the key: with 50 keys a stranger's band passes
# for one of them once in 300,000 sightings, and then fails to prove it.
_TOKEN_NONCE_BYTES = 3

_MAC_BYTES = 32
# HMAC of RFC 2104 with SHA-256: block size and the two paddings.
_BLOCK_BYTES = 64
_INNER_PAD = b"\x36"
_OUTER_PAD = b"\x5c"

_RECOGNITION = b"pouch recognition"
_SESSION = b"pouch session 1"
_TOKEN = b"token"
_HINT = b"hint"
_HOST = b"host"
_BAND = b"band"

# What a session's key material is cut into.
_SESSION_BYTES = _MAC_BYTES + 2 * (KEY_BYTES + _MAC_BYTES)


def hmac_sha256(key: bytes):  # noqa: ANN201 - a function; there is no typing on the board
    """Return a function of any number of byte strings: their HMAC-SHA256 (RFC 2104).

    MicroPython has no `hmac`. What depends on the key alone is worked out here, once.

    Args:
        key: of any length.
    """
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    inner_pad = _padded(key, _INNER_PAD)
    outer_pad = _padded(key, _OUTER_PAD)

    def digest(*parts: bytes) -> bytes:
        inner = hashlib.sha256(inner_pad)
        for part in parts:
            inner.update(part)
        outer = hashlib.sha256(outer_pad)
        outer.update(inner.digest())
        return outer.digest()

    return digest


def _padded(key: bytes, pad: bytes) -> bytes:
    """Return the key, with zeros up to a block, XORed with a byte over and over."""
    # As whole numbers: byte by byte a board takes milliseconds for each key.
    mixed = int.from_bytes(key, "little") ^ int.from_bytes(pad * _BLOCK_BYTES, "little")
    return mixed.to_bytes(_BLOCK_BYTES, "little")


def hkdf_sha256(suite, key: bytes, salt: bytes, info: bytes, count: int) -> bytes:
    """Return keys made of a key: HKDF with SHA-256 (RFC 5869).

    Args:
        suite: see the module's docstring.
        key: what they are made of.
        salt: need not be secret; may be empty.
        info: what they are for.
        count: bytes in all, at most 255 * 32.
    """
    expand = suite.mac(suite.mac(salt)(key))
    made = b""
    block = b""
    while len(made) < count:
        block = expand(block, info, bytes((len(made) // _MAC_BYTES + 1,)))
        made += block
    return made[:count]


def equal(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not tell where two tags differ."""
    if len(one) != len(other):
        return False
    difference = 0
    for index in range(len(one)):
        difference |= one[index] ^ other[index]
    return difference == 0


class Recognition:
    """Lets a band be known by those who have its key, and by nobody else."""

    def __init__(self, suite, key: bytes) -> None:
        """Work out what the key is needed for.

        Args:
            suite: see the module's docstring.
            key: the band's.
        """
        self._mac = suite.mac(hkdf_sha256(suite, key, b"", _RECOGNITION, _MAC_BYTES))

    def token(self, nonce: bytes) -> bytes:
        """Return what a band says in its advertisements: TOKEN_BYTES.

        Args:
            nonce: random bytes, of which three are used; others each time that the address of
                its radio changes.
        """
        nonce = nonce[:_TOKEN_NONCE_BYTES]
        return nonce + self._mac(_TOKEN, nonce)[: TOKEN_BYTES - len(nonce)]

    def made_token(self, token: bytes) -> bool:
        """Tell whether a token is of the band with this key."""
        return len(token) == TOKEN_BYTES and equal(self.token(token), token)

    def hint(self, host_nonce: bytes, band_nonce: bytes) -> bytes:
        """Return what tells a host which of its keys is this band's: HINT_BYTES."""
        return self._mac(_HINT, host_nonce, band_nonce)[:HINT_BYTES]


class SessionKeys:
    """The keys of one session, the same at both ends.

    Attributes:
        host_proof: what shows the band that the host has the key.
        band_proof: what shows the host that the band has it.
    """

    def __init__(self, suite, key: bytes, nonces: bytes, hello: bytes, hello_reply: bytes) -> None:
        """Work them out.

        Args:
            suite: see the module's docstring.
            key: the band's.
            nonces: the host's and the band's.
            hello: the whole message HELLO. It counts, so that nobody can have changed it.
            hello_reply: the whole message HELLO_REPLY.
        """
        made = hkdf_sha256(suite, key, nonces, _SESSION + hello + hello_reply, _SESSION_BYTES)
        prove = suite.mac(made[:_MAC_BYTES])
        self.host_proof = prove(_HOST)[:PROOF_BYTES]
        self.band_proof = prove(_BAND)[:PROOF_BYTES]
        self._suite = suite
        self._made = made[_MAC_BYTES:]

    def of_host(self) -> tuple:
        """Return `(encrypt, mac)` of the frames that the host sends, see `sealing`."""
        return self._direction(0)

    def of_band(self) -> tuple:
        """Return `(encrypt, mac)` of the frames that the band sends."""
        return self._direction(KEY_BYTES + _MAC_BYTES)

    def _direction(self, at: int) -> tuple:
        mac_at = at + KEY_BYTES
        return (
            self._suite.block_cipher(self._made[at:mac_at]),
            self._suite.mac(self._made[mac_at : mac_at + _MAC_BYTES]),
        )
