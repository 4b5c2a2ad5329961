"""Whom a nurse goes to first.

    0  danger     an alert of high priority stands, or the last reading crosses a danger sign
    1  serious    likewise of medium priority: below 36.0 C
    2  out        likewise of low priority: below 36.5 C, above 37.5 C, cooling, contact lost
    3  unseen     nothing is known of now, or its band has a fault: stale, an old reading, no
                  known state, a technical alert
    4  apart      known, and not in contact
    5  together   in contact

Within 0 to 2 who is cold comes before who is warm, and the coldest first: to a tenth of a degree,
the thermometer's error. Of those equally cold comes first who got no better, then whom nobody has
seen. So the coldest of all infants with a reading of now is always first among the cold ones; an
alert keeps its class until its condition has ended, though the core is on its way up by then.

Who is unseen never stands below those who are well: an infant of whom nothing is heard may be in
danger. Within 3 the stale ones come first, the longest silent before the others. An old reading
below a line is no danger of now; but an alert that stands is, and ends by itself when its
condition was not seen for hours.

Whoever is equal after that stands in the order of today's hours, fewest first.
"""

import math

from pouch_host.alerts import AlertFamily, Priority
from pouch_host.derive import BoardRow

from .board import InfantNow, StandingAlert
from .lines import Line

DANGER, SERIOUS, OUT, UNSEEN, APART, TOGETHER = range(6)

_PLACES = {Priority.HIGH: DANGER, Priority.MEDIUM: SERIOUS, Priority.LOW: OUT}

# Below it even odds are moderate hypothermia (docs/ALERTS.md).
_SERIOUS_BELOW_C = 36.0


def place(
    row: BoardRow, line: Line | None, alerts: tuple[StandingAlert, ...], *, unseen: bool
) -> int:
    """Return the class of an infant in the order of the board, 0 for the worst.

    Args:
        row: what was derived of it.
        line: the line that its last valid reading crosses.
        alerts: what stands.
        unseen: its newest record or reading is old.
    """
    places = [_PLACES[one.priority] for one in alerts if one.family.is_physiological]
    # A line is of now only as long as the reading is. An old alarm is none: what matters of an
    # infant that was cold yesterday is that nobody has seen its temperature since.
    if line is not None and not unseen:
        places.append(_of_line(line))
    if places:
        return min(places)
    if unseen or row.state == "unknown" or alerts:
        return UNSEEN
    return TOGETHER if row.state == "ssc" else APART


def rank(infant: InfantNow) -> tuple[int, int, float, bool, bool, float, str]:
    """Return what infants are sorted by, the worst first."""
    row = infant.row
    group, measure = 0, 0.0
    if infant.place <= OUT:
        group, measure = _coldness(infant)
    elif infant.place == UNSEEN:
        age_s = row.last_record_age_s
        group, measure = int(not infant.stale), -math.inf if age_s is None else -age_s
    of_infant = [one for one in infant.alerts if one.family.is_physiological]
    escalated = any(one.escalated for one in of_infant)
    unseen = any(one.acknowledged_by is None for one in of_infant)
    return infant.place, group, measure, not escalated, not unseen, row.ssc_hours, row.infant_code


def _of_line(line: Line) -> int:
    if line.danger:
        return DANGER
    return SERIOUS if line.side == "below" and line.line_c <= _SERIOUS_BELOW_C else OUT


def _coldness(infant: InfantNow) -> tuple[int, float]:
    """Return 0 for cold and 1 for warm, and how far: less is worse."""
    of_infant = [one for one in infant.alerts if one.family.is_physiological]
    fresh = not (infant.stale or infant.temperature_old)
    core_c = infant.row.core_c if fresh and infant.row.temperature_valid else None
    # What cannot be seen any more stands where it was when it was told of last.
    if core_c is None:
        told = [one.values["core_c"] for one in of_infant if "core_c" in one.values]
        core_c = float(told[0]) if told else math.inf
    warm = infant.line.side == "above" if infant.line else False
    if of_infant:
        warm = of_infant[0].family is AlertFamily.HEAT
    height_c = core_c if math.isinf(core_c) else round(core_c, 1)
    return int(warm), -height_c if warm else height_c
