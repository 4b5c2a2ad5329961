"""What a caller may give for a day, a moment or some infants."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pouch_host.errors import InputError
from pouch_host.export.deidentify import Shift

Day = date | str
"""A local date, or its text such as "2026-03-01"."""

Moment = datetime | str | float
"""A time: a `datetime` or ISO 8601 (without an offset local time of the ward), or UTC seconds."""


def day_of(day: Day | None, name: str) -> date | None:
    """Return a local date.

    Raises:
        InputError: it is none.
    """
    if isinstance(day, datetime):
        raise InputError(f"{name}={day!r}: give a date, such as 2026-03-01")
    if day is None or isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise InputError(f"{name}={day!r}: this is not a day such as 2026-03-01") from None


def utc_s_of(moment: Moment, zone: ZoneInfo) -> float:
    """Return UTC seconds.

    Raises:
        InputError: it is no time.
    """
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise InputError(
                f"now={moment!r}: this is not a time such as 2026-03-01T08:00"
            ) from None
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    return float(moment)


def shift_of(text: str) -> Shift:
    """Return by what dates are moved.

    Raises:
        InputError: there is no such way.
    """
    try:
        return Shift(text)
    except ValueError:
        raise InputError(f"shift_dates={text!r}: choose {', '.join(Shift)}") from None


def codes_of(infants: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return codes of infants; None for all of them. One may be given by itself."""
    if infants is None:
        return None
    return (infants,) if isinstance(infants, str) else tuple(infants)
