"""The ways in which what comes from outside is not as it should be.

Misuse by our own code is a ValueError.
"""


class ProtocolError(Exception):
    """Something received breaks the protocol. Never raised itself: catch it, raise a child."""


class Truncated(ProtocolError):
    """The bytes end too early. Feed more, or treat the unit as torn and drop it."""


class Corrupt(ProtocolError):
    """A checksum, magic number or range does not hold. Drop the unit and ask for it again."""


class Unsupported(ProtocolError):
    """A version, kind or opcode this program does not know. Skip it, or tell the peer."""


class BadSequence(ProtocolError):
    """A frame is missing or out of place. Drop the message and ask again for its records."""


class NotAuthentic(ProtocolError):
    """Whoever answers does not have the band's key. Leave, and tell a person."""


class Refusal(Exception):
    """A request that the band can read and will not do.

    Attributes:
        code: one of the CODE constants, which the host is told.
    """

    def __init__(self, code: int) -> None:
        """Hold the code."""
        super().__init__(code)
        self.code = code
