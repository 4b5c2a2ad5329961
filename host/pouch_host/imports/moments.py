"""Times as people write them in a list: ISO 8601, in local time or with an offset."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .wrong import Wrong

_CITED = 40
_EARLIEST_YEAR = 2020
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_END_OF_DAY = "24:00"


def utc_s_of(name: str, text: str, zone: ZoneInfo) -> int:
    """Return a time in whole UTC seconds.

    Args:
        name: of its column, for complaints.
        text: such as 2026-03-01T08:00 or 2026-03-01 08:00+05:00; 24:00 is the end of the day.
        zone: of times without an offset; an offset is that of this zone, or UTC.

    Raises:
        Wrong: it is no such time, does not exist in the zone or exists twice, has the offset of
            somewhere else, or lies before 2020.
    """
    found = _ISO.fullmatch(text.strip())
    if found is None:
        raise Wrong(_not_iso(name, text))
    day, clock, seconds, offset = found.groups()
    later = timedelta(0)
    if clock == _END_OF_DAY and not (seconds or "").strip(":0."):
        clock, seconds, later = "00:00", None, timedelta(days=1)
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{seconds or ''}") + later
    except (ValueError, OverflowError):
        raise Wrong(_not_iso(name, text)) from None
    if moment.year < _EARLIEST_YEAR:
        raise Wrong(f"{name} {text[:_CITED]!r} is before {_EARLIEST_YEAR}: check the year")
    if offset is None:
        return _local(name, text, moment, zone)
    return _with_offset(name, text, moment, offset, zone)


def date_of(name: str, text: str) -> date:
    """Return a date.

    Args:
        name: of its column, for complaints.
        text: such as 2026-03-01. A time of day behind it is refused: whoever wrote one may mean
            the date of another zone.

    Raises:
        Wrong: it is no such date.
    """
    try:
        if _DATE.fullmatch(text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass  # Such as the 30th of February.
    raise Wrong(
        f"{name} {text[:_CITED]!r} is not a date such as 2026-03-01; in a spreadsheet, give the "
        "column the format yyyy-mm-dd and save again"
    )


def _local(name: str, text: str, moment: datetime, zone: ZoneInfo) -> int:
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return int(first.timestamp())
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise Wrong(
            f"{name} {text[:_CITED]!r} does not exist in {zone.key}: the clock goes forward then; "
            "correct it"
        )
    raise Wrong(
        f"{name} {text[:_CITED]!r} comes twice on that day in {zone.key}, which has 25 hours; "
        f"add which is meant, {_offset_text(first)} (earlier) or {_offset_text(second)}"
    )


def _with_offset(name: str, text: str, moment: datetime, offset: str, zone: ZoneInfo) -> int:
    try:
        aware = datetime.fromisoformat(f"{moment.isoformat()}{offset.upper()}")
    except ValueError:
        raise Wrong(_not_iso(name, text)) from None
    there = aware.astimezone(zone)
    if aware.utcoffset() not in (timedelta(0), there.utcoffset()):
        raise Wrong(
            f"{name} {text[:_CITED]!r}: {offset} is not the offset of {zone.key} then, which is "
            f"{_offset_text(there)}, nor UTC; correct it"
        )
    return int(aware.timestamp())


def _offset_text(moment: datetime) -> str:
    return moment.isoformat()[-len("+00:00") :]


def _not_iso(name: str, text: str) -> str:
    return (
        f"{name} {text[:_CITED]!r} is not a time such as 2026-03-01T08:00; in a spreadsheet, "
        "give the column the format yyyy-mm-dd hh:mm and save again"
    )
