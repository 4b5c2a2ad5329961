"""Numbers as the templates print them. Words stay in the templates."""

from dataclasses import dataclass

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86400
_HOURS_SHOWN_MAX = 48
# A little over an hour still reads best in minutes.
_MINUTES_SHOWN_MAX = 90


@dataclass(frozen=True, slots=True)
class Age:
    """An age in the largest unit that keeps it exact enough to act on.

    Attributes:
        count: how many units, rounded down.
        unit: "s" (less than a minute, count is 0), "min", "h" or "d".
    """

    count: int
    unit: str


def age(seconds: float) -> Age:
    """Return an age in seconds as a count and a unit; a future time counts as now."""
    if seconds < _MINUTE_S:
        return Age(0, "s")
    if seconds < _MINUTES_SHOWN_MAX * _MINUTE_S:
        return Age(int(seconds // _MINUTE_S), "min")
    if seconds < _HOURS_SHOWN_MAX * _HOUR_S:
        return Age(int(seconds // _HOUR_S), "h")
    return Age(int(seconds // _DAY_S), "d")


def one_decimal(value: float) -> str:
    """Return hours or degrees Celsius with one decimal."""
    return f"{value:.1f}"


def percent(share: float) -> str:
    """Return a share of 0 to 1 as whole percent, 100 only if nothing at all is missing."""
    whole = round(100 * share)
    return str(whole if share >= 1 else min(whole, 99))


FILTERS = {"age": age, "one_decimal": one_decimal, "percent": percent}
