"""Which line of temperature an infant has crossed at its last valid reading. Nothing rings."""

from dataclasses import dataclass

STALE_AFTER_S = 2 * 300.0
"""Two rounds of `pouch collect` at its usual five minutes: one missed round may be chance."""

BATTERY_LOW_MV = 3500
"""A Li-ion cell at a light load holds about a tenth of its charge here."""

# Lines that staff act on, in degrees Celsius, coldest first. 35.5 and 38.0 are WHO's danger
# signs, where even the line itself counts on the warm side.
_COLD_LINES_C = (32.0, 35.5, 36.0, 36.5)
_FEVER_C = 38.0
_WARM_C = 37.5


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
