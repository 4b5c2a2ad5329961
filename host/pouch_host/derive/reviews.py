"""What nurses said of sessions, beside what the machine says: neither replaces the other.

machine   |---- A ----|      |-- B --|        |--- C ---|
nurse     confirmed          rejected          |- corrected -|     |- missed -|
reviewed  |---- A ----|                        |-------------|     |----------|
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.minutes import MinuteStates
from pouch_host.analysis.sessions import Session
from pouch_host.analysis.states import MINUTE_S, State
from pouch_host.store.remarks import Review, Verdict

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class ReviewedSession:
    """One session with the newest answer to it.

    Attributes:
        session: as the machine has it now; None for one that it missed.
        review: the newest answer, None without one.
        changed: the machine has another answer now than the one that was reviewed.
    """

    session: Session | None
    review: Review | None
    changed: bool = False

    @property
    def span_utc_s(self) -> tuple[int, int] | None:
        """Return begin and end that count after the review; None if it was rejected."""
        said = self.review
        if said is not None and said.verdict is Verdict.REJECTED:
            return None
        if said is not None and said.said_begin_utc_s is not None:
            return said.said_begin_utc_s, said.said_end_utc_s or said.said_begin_utc_s
        assert self.session is not None
        return self.session.begin_utc_s, self.session.end_utc_s

    @property
    def begin_utc_s(self) -> int:
        """Return where it stands in a list: where it begins for either."""
        if self.session is not None:
            return self.session.begin_utc_s
        span = self.span_utc_s
        return span[0] if span else 0


def reviewed_sessions(
    sessions: Iterable[Session], reviews: Sequence[Review]
) -> tuple[ReviewedSession, ...]:
    """Join sessions and the answers to them, by time.

    An answer goes with the session that it overlaps most, since late records may have moved its
    edges: with one session, also where they have cut it in two.

    Args:
        sessions: as the machine has them now.
        reviews: all answers about the infant, in their order.
    """
    found = list(sessions)
    missed: dict[tuple[int, int], Review] = {}
    newest: dict[int, Review] = {}
    for review in reviews:
        if review.begin_utc_s is not None:
            place = _place(found, review)
            if place is not None:
                newest[place] = review
            continue
        assert review.said_begin_utc_s is not None
        assert review.said_end_utc_s is not None
        said = review.said_begin_utc_s, review.said_end_utc_s
        if review.verdict is Verdict.MISSED:
            missed[said] = review
        else:
            missed.pop(said, None)
    joined = [_joined(session, newest.get(place)) for place, session in enumerate(found)]
    joined += [ReviewedSession(None, review) for review in missed.values()]
    return tuple(sorted(joined, key=lambda one: one.begin_utc_s))


def _place(sessions: Sequence[Session], review: Review) -> int | None:
    """Return which session an answer is about; None if it meets none by half of the shorter."""
    begin_utc_s, end_utc_s = review.begin_utc_s or 0, review.end_utc_s or 0
    best_s, place = 0, None
    for number, one in enumerate(sessions):
        common_s = min(one.end_utc_s, end_utc_s) - max(one.begin_utc_s, begin_utc_s)
        shorter_s = min(one.end_utc_s - one.begin_utc_s, end_utc_s - begin_utc_s)
        if common_s > _HALF * shorter_s and common_s > best_s:
            best_s, place = common_s, number
    return place


def _joined(session: Session, review: Review | None) -> ReviewedSession:
    if review is None or review.verdict is Verdict.WITHDRAWN:
        return ReviewedSession(session, None)
    edges = (review.begin_utc_s, review.end_utc_s)
    return ReviewedSession(session, review, edges != (session.begin_utc_s, session.end_utc_s))


def reviewed_contact(
    minutes: MinuteStates, reviewed: Iterable[ReviewedSession]
) -> npt.NDArray[np.bool_]:
    """Return which minutes are contact after the reviews, shape (minutes,).

    Where nobody said anything it is the machine's confirmed contact: also in what a session has
    grown by since it was answered. A corrected or missed session is contact as a whole, since
    nobody told of gaps in it.

    Args:
        minutes: as the machine has them.
        reviewed: from `reviewed_sessions`.
    """
    contact = minutes.states == State.SSC
    chosen = [one for one in reviewed if one.review is not None]
    for one in chosen:
        review = one.review
        if review is None or review.begin_utc_s is None or review.end_utc_s is None:
            continue
        if review.verdict is not Verdict.CONFIRMED:
            contact[_part(minutes, review.begin_utc_s, review.end_utc_s)] = False
    for one in chosen:
        if one.review is not None and one.review.said_begin_utc_s is not None and one.span_utc_s:
            contact[_part(minutes, *one.span_utc_s)] = True
    return contact


def _part(minutes: MinuteStates, begin_utc_s: int, end_utc_s: int) -> slice:
    first = round((begin_utc_s - minutes.first_utc_s) / MINUTE_S)
    last = round((end_utc_s - minutes.first_utc_s) / MINUTE_S)
    return slice(max(0, first), max(0, last))
