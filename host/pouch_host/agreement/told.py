"""What one source says of one infant, minute by minute.

share    1 contact, 0 none, between: so much of it, and nobody knows where; NaN not known

           |--- a day with a diary's row ---|   the next day
episode    0 0 1 1 1 1 0 0 0 0 1 1 0 0 0 0 0     NaN NaN
slot       NaN NaN 1 1 0.4 0.4 NaN NaN           NaN NaN
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.days import local_days
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.sessions import GAP_MIN
from pouch_host.analysis.states import MINUTE_S, State
from pouch_host.derive.reviews import ReviewedSession, reviewed_contact
from pouch_host.store.episode_log import Span, SpanKind

Floats = npt.NDArray[np.float64]
Times = tuple[tuple[int, int], ...]


class Source(StrEnum):
    """Who says it. Of two, the earlier one here is what the other is held against."""

    OBSERVER = "observer"
    REVIEWED = "reviewed"
    BAND = "band"
    CHART = "chart"
    DIARY = "diary"


@dataclass(frozen=True, slots=True)
class Grid:
    """The minutes of one infant.

    Attributes:
        first_utc_s: where the first begins, a whole minute.
        count: how many.
        zone: of its days.
    """

    first_utc_s: int
    count: int
    zone: ZoneInfo

    def holds(self, utc_s: float) -> bool:
        """Tell whether a moment lies within its minutes."""
        return 0 <= utc_s - self.first_utc_s < MINUTE_S * self.count

    def place(self, utc_s: float) -> int:
        """Return the edge between minutes that lies nearest, within the grid."""
        place = int(np.floor((utc_s - self.first_utc_s) / MINUTE_S + 0.5))
        return min(max(place, 0), self.count)

    def part(self, begin_utc_s: float, end_utc_s: float) -> slice:
        """Return the minutes between two times."""
        return slice(self.place(begin_utc_s), self.place(end_utc_s))


@dataclass(frozen=True, eq=False)
class Told:
    """What one source says of one infant.

    Attributes:
        share: of each minute, shape (minutes,).
        episodes: begin and end of each contact, UTC seconds, gaps under 5 minutes bridged.
        units: begin and end of its own slots; empty if it has none.
        looks: moments of the grid at which somebody looked, and whether it was contact.
    """

    share: Floats
    episodes: Times
    units: Times = ()
    looks: tuple[tuple[int, bool], ...] = field(default=())


def told_by_band(analysis: InfantAnalysis, grid: Grid) -> Told:
    """Return what the band says."""
    return Told(
        _of_minutes(analysis, _band_share(analysis), grid),
        tuple((one.begin_utc_s, one.end_utc_s) for one in analysis.sessions),
    )


def told_after_reviews(
    analysis: InfantAnalysis, reviewed: Sequence[ReviewedSession], grid: Grid
) -> Told:
    """Return what the band says after nurses put it right, on days on which they did.

    Where nobody said anything it is the band itself: it shows what the answers change, and is no
    independent source.
    """
    minutes = analysis.minutes
    share = _band_share(analysis)
    contact = reviewed_contact(minutes, reviewed)
    answered = np.zeros(len(minutes), np.bool_)
    of_minutes = Grid(minutes.first_utc_s, len(minutes), grid.zone)
    for one in reviewed:
        if one.review is None:
            continue
        spans = [one.span_utc_s] if one.span_utc_s else []
        if one.session is not None:
            spans.append((one.session.begin_utc_s, one.session.end_utc_s))
        # Of a session that was only confirmed, what the band does not know stays so.
        put_right = one.span_utc_s is None or one.review.said_begin_utc_s is not None
        for begin_utc_s, end_utc_s in spans:
            part = of_minutes.part(begin_utc_s, end_utc_s)
            answered[part] = True
            if put_right:
                share[part] = contact[part]
    for _, _, part in local_days(minutes.first_utc_s, len(minutes), grid.zone):
        if not answered[part].any():
            share[part] = np.nan
    spans = [one.span_utc_s for one in reviewed if one.span_utc_s is not None]
    spans = [one for one in spans if not np.isnan(share[of_minutes.part(*one)]).all()]
    return Told(_of_minutes(analysis, share, grid), bridged(spans))


def told_by_log(spans: Sequence[Span], grid: Grid) -> Told:
    """Return what an imported log or a log's file says.

    Args:
        spans: of one infant and one source, by time.
        grid: of the infant.
    """
    share = np.full(grid.count, np.nan)
    begins = [
        grid.place(span.begin_utc_s)
        for span in spans
        if span.kind is SpanKind.EPISODE and grid.holds(span.begin_utc_s)
    ]
    for _, _, part in local_days(grid.first_utc_s, grid.count, grid.zone):
        if any(part.start <= place < part.stop for place in begins):
            share[part] = 0.0
    for span in spans:
        share[grid.part(span.begin_utc_s, span.end_utc_s)] = span.contact_s / span.length_s
    own = [span for span in spans if span.kind is not SpanKind.EPISODE]
    return Told(
        share,
        # A slot counts as an episode, or a part of one, if most of it was contact.
        bridged(
            (one.begin_utc_s, one.end_utc_s) for one in spans if 2 * one.contact_s > one.length_s
        ),
        tuple((one.begin_utc_s, one.end_utc_s) for one in own),
        tuple(
            (one.begin_utc_s, one.contact_s > 0)
            for one in own
            if one.kind is SpanKind.LOOK and grid.holds(one.begin_utc_s)
        ),
    )


def bridged(spans: Iterable[tuple[int, int]]) -> Times:
    """Return spans by time, those with a gap as short as a session bridges as one."""
    joined: list[tuple[int, int]] = []
    for begin_utc_s, end_utc_s in sorted(spans):
        if joined and begin_utc_s - joined[-1][1] < GAP_MIN * MINUTE_S:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_utc_s))
        else:
            joined.append((begin_utc_s, end_utc_s))
    return tuple(joined)


def _band_share(analysis: InfantAnalysis) -> Floats:
    states = analysis.minutes.states
    known = analysis.assigned & (states != State.UNKNOWN)
    return np.where(known, (states == State.SSC).astype(np.float64), np.nan)


def _of_minutes(analysis: InfantAnalysis, share: Floats, grid: Grid) -> Floats:
    """Put the minutes of an analysis into the grid."""
    placed = np.full(grid.count, np.nan)
    ahead = (analysis.minutes.first_utc_s - grid.first_utc_s) // MINUTE_S
    first, last = max(0, ahead), min(grid.count, ahead + len(share))
    if last > first:
        placed[first:last] = share[first - ahead : last - ahead]
    return placed
