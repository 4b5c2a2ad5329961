"""Values of Observations: quantities, words, periods, sampled data, and why there is none."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pouch_host.export.columns import Column

from .codes import ABSENT, UCUM, Resource, column_code, concept, our_coding

if TYPE_CHECKING:
    import polars as pl

    from pouch_host.export.times import Times

MINUTE_MS = 60_000
_SECOND_MS = 1000
_DAY_MS = 86_400_000

_ABSENT_TEXT = {
    "not-performed": "Not Performed",
    "not-applicable": "Not Applicable",
    "unknown": "Unknown",
}


def quantity(value: float, unit: str) -> Resource:
    """Return a Quantity with all of its digits; its unit is a UCUM code."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def absent(reason: str) -> Resource:
    """Return a dataAbsentReason."""
    return concept({"system": ABSENT, "code": reason, "display": _ABSENT_TEXT[reason]})


def period(begin: str, end: str | None) -> Resource:
    """Return a Period; without an end it lasts."""
    return {"start": begin} | ({} if end is None else {"end": end})


def moments(utc: "pl.Series") -> list[int | None]:
    """Return moments of a frame as milliseconds, shifted as they are."""
    return utc.dt.epoch("ms").to_list()


def last_seconds(times: "Times", ends_ms: Iterable[int | None]) -> list[str | None]:
    """Return the local time of the last second before each end.

    FHIR counts the second in which a Period ends as a part of it: a day that ended with the next
    midnight would be found on two dates, and by none of them alone.

    Args:
        times: how moments of the infant are told.
        ends_ms: first millisecond after each span, shifted.
    """
    import polars as pl

    real = pl.Series(list(ends_ms), dtype=pl.Int64) - times.shift_days * _DAY_MS - _SECOND_MS
    return times.local(real).to_list()


def sampled(values: Sequence[float | None], unit: str) -> Resource:
    """Return SampledData of one value each minute, "E" where there is none.

    Origin 0 and no factor: each number is the value itself, with the digits that the store has.
    No number is beyond the sensor's range: there is no "L" or "U", so no limits are told.
    """
    data = " ".join("E" if value is None else repr(value) for value in values)
    if "e" in data:
        # Tiny numbers; FHIR's sampled data has no exponents.
        plain = ("E" if value is None else format(Decimal(repr(value)), "f") for value in values)
        data = " ".join(plain)
    return {
        "origin": quantity(0, unit),
        "period": MINUTE_MS,
        "dimensions": 1,
        "data": data,
    }


def component(kind: str, column: Column, value: Any, reason: str = "not-applicable") -> Resource:
    """Return a component of an Observation that is a value of a table.

    Args:
        kind: "day" or "session".
        column: of the table.
        value: of the column, or None.
        reason: why there is none.
    """
    head = {"code": concept(our_coding(column_code(kind, column.name)))}
    if value is None:
        return head | {"dataAbsentReason": absent(reason)}
    if column.kind == "boolean":
        return head | {"valueBoolean": value}
    if column.kind == "string":
        coding = our_coding(column_code(kind, column.name, value))
        return head | {"valueCodeableConcept": concept(coding)}
    if column.kind == "integer" and not column.unit:
        return head | {"valueInteger": value}
    # A share has the unit 1.
    return head | {"valueQuantity": quantity(value, column.unit or "1")}
