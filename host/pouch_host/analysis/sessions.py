"""SSC sessions: contact with short gaps merged, as studies count them.

minutes    . S S S ? S S . . S S S S . . . . . . . S S
sessions     |<-------------------->|             |<-->|
                   gaps under 5 min are bridged; what they were stays visible
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .minutes import MinuteStates
from .states import MINUTE_S, State

GAP_MIN = 5
"""Gaps shorter than this are bridged: a feed, a turn; a missing sample ends no session."""

LONG_MIN = 60
"""Shorter sessions are discouraged as disturbing (WHO 2003); both kinds are counted."""


@dataclass(frozen=True, slots=True)
class Session:
    """One period of skin-to-skin contact.

    Attributes:
        begin_utc_s: first second of its first confirmed minute.
        end_utc_s: second after its last confirmed minute.
        ssc_minutes: confirmed minutes of contact in it.
        unknown_minutes: bridged minutes of which the state is not known.
        other_minutes: bridged minutes in another state.
        begin_known: the minute before it is known not to be contact.
        end_known: likewise the minute after it.
        provider: "mother", "other" or "unknown", see `provider`.
        provider_probability: of that; None if unknown.
    """

    begin_utc_s: int
    end_utc_s: int
    ssc_minutes: int
    unknown_minutes: int
    other_minutes: int
    begin_known: bool
    end_known: bool
    provider: str = "unknown"
    provider_probability: float | None = None

    @property
    def minutes(self) -> int:
        """Return its length, bridged gaps included."""
        return (self.end_utc_s - self.begin_utc_s) // MINUTE_S

    def overlaps(self, begin_utc_s: float, end_utc_s: float) -> bool:
        """Tell whether any of it lies between two times."""
        return self.begin_utc_s < end_utc_s and self.end_utc_s > begin_utc_s

    @property
    def is_long(self) -> bool:
        """Tell whether it lasted for an hour."""
        return self.minutes >= LONG_MIN


def ssc_sessions(minutes: MinuteStates, assigned: npt.NDArray[np.bool_]) -> tuple[Session, ...]:
    """Return the sessions of some minutes, by time.

    Args:
        minutes: states.
        assigned: for each minute whether the infant had a band. Others count as unknown.
    """
    states = np.where(assigned, minutes.states, State.UNKNOWN)
    return tuple(_session(minutes.first_utc_s, states, run) for run in _runs(states))


def _runs(states: npt.NDArray[np.uint8]) -> Iterator[slice]:
    """Yield where contact is, gaps shorter than `GAP_MIN` bridged."""
    contact = np.flatnonzero(states == State.SSC)
    if not len(contact):
        return
    for run in np.split(contact, np.flatnonzero(np.diff(contact) > GAP_MIN) + 1):
        yield slice(int(run[0]), int(run[-1]) + 1)


def _session(first_utc_s: int, states: npt.NDArray[np.uint8], run: slice) -> Session:
    inside = states[run]
    ssc = int(np.count_nonzero(inside == State.SSC))
    unknown = int(np.count_nonzero(inside == State.UNKNOWN))
    before = states[run.start - 1] if run.start else State.UNKNOWN
    after = states[run.stop] if run.stop < len(states) else State.UNKNOWN
    return Session(
        begin_utc_s=first_utc_s + MINUTE_S * run.start,
        end_utc_s=first_utc_s + MINUTE_S * run.stop,
        ssc_minutes=ssc,
        unknown_minutes=unknown,
        other_minutes=len(inside) - ssc - unknown,
        begin_known=bool(before != State.UNKNOWN),
        end_known=bool(after != State.UNKNOWN),
    )
