"""What one card of the board shows: a `BoardRow` judged for display, and the order of the cards.

Nothing here is text for a person: the words belong to the templates. Nothing here is an alert
either: a line crossed by one valid reading moves its card up, it does not ring.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pouch_host.derive import BoardRow

# Two rounds of `pouch collect` at its usual five minutes: one missed round may be chance.
STALE_AFTER_S = 2 * 300.0
# A Li-ion cell at a light load holds about a tenth of its charge here.
BATTERY_LOW_MV = 3500

# Lines that staff act on, in degrees Celsius, coldest first. 35.5 and 38.0 are WHO's danger
# signs, where even the line itself counts on the warm side.
_COLD_LINES_C = (32.0, 35.5, 36.0, 36.5)
_FEVER_C = 38.0
_WARM_C = 37.5

# Places in the order of the board, worst first.
_DANGER, _OFF_RANGE, _UNSEEN, _APART, _TOGETHER = range(5)


@dataclass(frozen=True, slots=True)
class Line:
    """A temperature line that the core is likely to have crossed at the last valid reading.

    It tells of now only as long as the reading is not old.

    Attributes:
        side: "below" or "above".
        line_c: the line, in degrees Celsius.
        danger: whether it is one of the danger signs.
    """

    side: str
    line_c: float
    danger: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One infant's card.

    Attributes:
        row: what was derived from the store.
        stale: the newest record is older than the limit, or there is none.
        temperature_old: the last reading is older than that limit.
        line: the line that the last valid reading crosses, if any.
        confirmed_percent: confirmed contact as a part of the infant's target, 0 to 100.
        possible_percent: contact at most as a part of it, 0 to 100.
        battery_low: charge the band today.
        place: 0 for the worst; cards of one place keep the order of their hours.
    """

    row: BoardRow
    stale: bool
    temperature_old: bool
    line: Line | None
    confirmed_percent: float
    possible_percent: float
    battery_low: bool
    place: int


def crossed_line(core_c: float) -> Line | None:
    """Return the gravest line that the core is likely to have crossed, None if there is none.

    Skin is colder than the core, and in a cot more so than with the mother. Held against the skin
    itself every baby in a cot would seem cold, and nobody would look any more. The number shown
    stays the skin's own.

    Args:
        core_c: the estimate that goes with a valid reading, in degrees Celsius.
    """
    for line_c in _COLD_LINES_C:
        if core_c < line_c:
            return Line("below", line_c, danger=line_c in _COLD_LINES_C[:2])
    if core_c >= _FEVER_C:
        return Line("above", _FEVER_C, danger=True)
    if core_c > _WARM_C:
        return Line("above", _WARM_C, danger=False)
    return None


def make_card(row: BoardRow, *, stale_after_s: float = STALE_AFTER_S) -> Card:
    """Judge one row for display.

    Args:
        row: what was derived from the store.
        stale_after_s: age in seconds from which data is shown as stale.
    """
    stale = row.last_record_age_s is None or row.last_record_age_s > stale_after_s
    old = row.temperature_age_s is not None and row.temperature_age_s > stale_after_s
    line = None
    if row.core_c is not None and row.temperature_valid:
        line = crossed_line(row.core_c)
    return Card(
        row=row,
        stale=stale,
        temperature_old=old,
        line=line,
        confirmed_percent=_percent(row.ssc_hours, row.target_h),
        possible_percent=_percent(row.ssc_hours_upper, row.target_h),
        battery_low=row.battery_mv is not None and row.battery_mv < BATTERY_LOW_MV,
        place=_place(row.state, line, unseen=stale or old),
    )


def worst_first(cards: Iterable[Card]) -> list[Card]:
    """Return the cards in the order of the board."""
    return sorted(cards, key=lambda card: (card.place, card.row.ssc_hours, card.row.infant_code))


def _percent(hours: float, target_h: float) -> float:
    return round(100 * min(max(hours / target_h, 0.0), 1.0), 1)


def _place(state: str, line: Line | None, *, unseen: bool) -> int:
    # An old alarm is none: what matters of an infant that was cold yesterday is that nobody has
    # seen its temperature since.
    if line is not None and not unseen:
        return _DANGER if line.danger else _OFF_RANGE
    if unseen or state == "unknown":
        return _UNSEEN
    return _TOGETHER if state == "ssc" else _APART
