"""AES and SHA-256 from the package `cryptography`, as `pouch_protocol.auth` asks for them."""

from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC


class HostSuite:
    """See `pouch_protocol.auth`."""

    def mac(self, key: bytes) -> Callable[..., bytes]:
        """Return a function of any number of byte strings: their HMAC-SHA256."""
        # A key of no bytes is one of as many zeros, which this library does not take.
        keyed = HMAC(key or bytes(1), SHA256())

        def digest(*parts: bytes) -> bytes:
            context = keyed.copy()
            for part in parts:
                context.update(part)
            return context.finalize()

        return digest

    def block_cipher(self, key: bytes) -> Callable[[bytes], bytes]:
        """Return a function of whole blocks that encrypts each by AES-128."""
        # What is encrypted is the counter of a key stream (`sealing`), no block twice: this is
        # AES in counter mode, whose blocks the protocol counts itself.
        mode = modes.ECB()  # noqa: S305 - see above
        return Cipher(algorithms.AES(key), mode).encryptor().update
