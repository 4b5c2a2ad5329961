"""What each kind of person may see and do. Nobody has a right that the work does not need."""

from collections.abc import Mapping
from enum import StrEnum, auto
from types import MappingProxyType


class Role(StrEnum):
    """What somebody is in the ward; the store keeps the value."""

    NURSE = auto()
    HEAD_NURSE = auto()
    RESEARCHER = auto()
    ADMINISTRATOR = auto()


class Right(StrEnum):
    """One thing that may be done or not."""

    SEE_BOARD = auto()
    SEE_INFANT = auto()
    TEND = auto()
    """Acknowledge and snooze alerts, review sessions, remark."""
    ADMIT = auto()
    """Admission, bands, moves, handovers, discharge, a family's link, targets."""
    SET_PROGRAMME = auto()
    SEE_AUDIT = auto()
    MANAGE_NURSES = auto()
    MANAGE_STAFF = auto()
    MANAGE_SITE = auto()
    """The site's settings, its screens, and how its computer is."""
    USE_API = auto()
    """Make tokens for programs of one's own."""


_NURSE = frozenset({Right.SEE_BOARD, Right.SEE_INFANT, Right.TEND, Right.ADMIT})

# Keys are strings as the store has them; a Role is one.
RIGHTS: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        Role.NURSE: _NURSE,
        Role.HEAD_NURSE: _NURSE | {Right.SET_PROGRAMME, Right.SEE_AUDIT, Right.MANAGE_NURSES},
        Role.RESEARCHER: frozenset({Right.SEE_BOARD, Right.SEE_INFANT, Right.USE_API}),
        # Whoever runs the computer needs no baby for it.
        Role.ADMINISTRATOR: frozenset(
            {
                Right.MANAGE_STAFF,
                Right.MANAGE_NURSES,
                Right.MANAGE_SITE,
                Right.SEE_AUDIT,
                Right.SET_PROGRAMME,
            }
        ),
    }
)

SCREEN_RIGHTS = frozenset({Right.SEE_BOARD})
"""Of an enrolled ward screen at which nobody is signed in."""

TOKEN_RIGHTS = frozenset({Right.SEE_BOARD, Right.SEE_INFANT})
"""What a program may have at most, whoever's token it bears: to look, and not to change."""


def may_manage(rights: frozenset[Right], role: str) -> bool:
    """Tell whether somebody with these rights may add, reset or end people of a role."""
    if Right.MANAGE_STAFF in rights:
        return True
    return Right.MANAGE_NURSES in rights and role == Role.NURSE
