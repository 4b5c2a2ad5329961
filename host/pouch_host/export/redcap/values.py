"""Rows of a table as rows of a records file: every field of its form has a value, no other has."""

from decimal import Decimal
from typing import TYPE_CHECKING

from .dictionary import MISSING_CODE
from .fields import Field, fields_of
from .forms import FORMS, RECORD_ID, Form

if TYPE_CHECKING:
    import polars as pl

INSTRUMENT, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"
# REDCap's own field of each form; 2 is complete: red dots on its dashboard would ask for work.
_COMPLETE = "2"
_MOMENT = "%Y-%m-%d %H:%M:%S"
_SECONDS_CHARACTERS = len("2026-03-01T12:00:00")
_OFFSET_CHARACTERS = len("+05:00")
_HOUR_MIN = 60


def record_columns() -> tuple[str, ...]:
    """Return the columns of a records file, in the order of REDCap's own template."""
    rest = [
        name for form in FORMS for name in (*(one.name for one in fields_of(form)), _done(form))
    ]
    return (RECORD_ID, INSTRUMENT, INSTANCE, *(name for name in rest if name != RECORD_ID))


def record_rows(form: Form, frame: "pl.DataFrame", first: int) -> "pl.DataFrame":
    """Return rows of a table as rows of a records file: text, and null outside of the form.

    Args:
        form: of the table.
        frame: rows of one infant.
        first: instance of the first row.
    """
    import polars as pl

    own = {one.name: _text(one) for one in fields_of(form)}
    own[RECORD_ID] = pl.col("infant")
    own[_done(form)] = pl.lit(_COMPLETE)
    if form.repeats:
        own[INSTRUMENT] = pl.lit(form.name)
        own[INSTANCE] = pl.int_range(first, first + pl.len()).cast(pl.String)
    if form.order:
        frame = frame.sort(form.order)
    nothing = pl.lit(None, pl.String)
    return frame.select(own.get(name, nothing).alias(name) for name in record_columns())


def _done(form: Form) -> str:
    return f"{form.name}_complete"


def _text(field: Field) -> "pl.Expr":
    """Return a field's values as REDCap reads them; no value is a code of its own, never blank.

    A blank cell would leave in the project whatever is there: the import ignores it.
    """
    return _known(field).fill_null(MISSING_CODE)


def _known(field: Field) -> "pl.Expr":
    import polars as pl

    one = pl.col(field.column.name)
    kind = field.column.kind
    if field.part == "ms":
        return one.dt.millisecond().cast(pl.String)
    if field.part == "offset_min":
        return _offset_min(one.str.tail(_OFFSET_CHARACTERS)).cast(pl.String)
    if kind == "utc":
        return one.dt.strftime(_MOMENT)
    if kind == "datetime":
        return one.str.head(_SECONDS_CHARACTERS).str.replace("T", " ", literal=True)
    if kind == "boolean":
        return one.cast(pl.Int8).cast(pl.String)
    if kind == "number":
        return one.map_batches(_decimal, return_dtype=pl.String)
    if kind == "string" and not field.choices:
        return _line(one)
    return one.cast(pl.String)


def _offset_min(offset: "pl.Expr") -> "pl.Expr":
    """Return an offset such as "-03:30" in minutes."""
    import polars as pl

    minutes = offset.str.slice(1, 2).cast(pl.Int64) * _HOUR_MIN + offset.str.tail(2).cast(pl.Int64)
    return pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)


def _decimal(values: "pl.Series") -> "pl.Series":
    """Return numbers with all of their digits and no exponent, which not every check takes."""
    import polars as pl

    told = [None if one is None else f"{Decimal(repr(one)):f}" for one in values.to_list()]
    return pl.Series(values.name, told, pl.String)


def _line(text: "pl.Expr") -> "pl.Expr":
    """Return text in one line; what is only blanks is no value."""
    import polars as pl

    one = text.str.replace_all(r"[\r\n]+", " ").str.strip_chars()
    return pl.when(one != "").then(one)
