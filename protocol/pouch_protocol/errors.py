"""The ways in which bytes from outside can be wrong. Misuse by our own code is a ValueError."""


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
