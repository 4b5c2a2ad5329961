"""The fields of a form, made from the columns of its table.

    column          field
    word of a list  dropdown; the words are the codes
    other text      text, or notes where it is long
    true and false  truefalse: 1 and 0
    number          text, checked as integer or number, with the column's range
    date            text, checked as date_ymd
    ..._utc         text, checked as datetime_seconds_ymd; ..._ms where milliseconds are known
    ..._local       likewise, and ..._offset_min: minutes from UTC, for REDCap keeps no offset

Site and infant stand in the first form only: the record tells whose the others are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pouch_host.export.columns import Column
from pouch_host.export.write_csv import has_milliseconds

from .forms import FORMS, RECORD_ID, Form

NAME_CHARACTERS_MAX = 26
"""REDCap advises against longer names, and other programs cut them."""

# Tried one after the other where a name is too long.
_SHORTER = (("minutes", "min"), ("session", "ses"), ("probability", "prob"), ("unknown", "unk"))

# From UTC-12:00 to UTC+14:00: all zones that there are.
_OFFSET_MIN_MIN, _OFFSET_MIN_MAX = -720, 840
_MS_MAX = 999

# What `moment` of the columns ends with; here the offset is in a field of its own.
_WITH_OFFSET = ", in the ward's zone with its offset"
# Text of several sentences.
_LONG = {"text"}
# Text that names nobody. Any other text without a list of words might.
_HARMLESS = {"algorithm_version", "action", "reason", "target", "state"}
_MOMENTS = ("date", "utc", "datetime")
_TOLD_ONCE = {"site", "infant"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a REDCap project.

    Attributes:
        name: unique in the project.
        form: on which form.
        column: of the form's table, where its value comes from.
        part: what of the column it has: "all", "ms" or "offset_min".
        type: "text", "notes", "dropdown" or "truefalse".
        label: English.
        note: Urdu.
        validation: by which text is checked; "" for not at all.
        minimum: smallest value; "" for none.
        maximum: largest value; "" for none.
        choices: codes of a dropdown.
        annotation: what it is, its unit, its source.
        identifies: it may help to tell who somebody is.
    """

    name: str
    form: Form
    column: Column
    part: str
    type: str
    label: str
    note: str
    validation: str
    minimum: str
    maximum: str
    choices: tuple[str, ...]
    annotation: str
    identifies: bool


def fields_of(form: Form) -> tuple[Field, ...]:
    """Return the fields of a form in their order; `record_id` is no field of a repeating one."""
    return tuple(
        field
        for column in form.table.columns
        if not (form.repeats and column.name in _TOLD_ONCE)
        for field in _fields(form, column)
    )


def all_fields() -> tuple[Field, ...]:
    """Return the fields of a project in their order, `record_id` first."""
    found = [field for form in FORMS for field in fields_of(form)]
    return tuple(sorted(found, key=lambda one: one.name != RECORD_ID))


def _fields(form: Form, column: Column) -> Iterator[Field]:
    yield _field(form, column)
    if column.kind == "utc" and has_milliseconds(form.table, column):
        yield _whole_number(form, column, "ms", (0, _MS_MAX))
    if column.kind == "datetime":
        yield _whole_number(form, column, "offset_min", (_OFFSET_MIN_MIN, _OFFSET_MIN_MAX))


def _field(form: Form, column: Column) -> Field:
    kind, validation = _KINDS[column.kind]
    if column.kind == "string" and column.values:
        kind = "dropdown"
    elif column.name in _LONG:
        kind = "notes"
    return Field(
        name=RECORD_ID if column.name == "infant" else _name(form, column.name),
        form=form,
        column=column,
        part="all",
        type=kind,
        label=_label(column),
        note=column.label_ur,
        validation=validation,
        minimum=_plain(column.minimum),
        maximum=_plain(column.maximum),
        choices=column.values,
        annotation=_annotation(form, column, _description(column), column.unit),
        identifies=_identifies(column),
    )


_KINDS = {
    "string": ("text", ""),
    "integer": ("text", "integer"),
    "number": ("text", "number"),
    "boolean": ("truefalse", ""),
    "date": ("text", "date_ymd"),
    "utc": ("text", "datetime_seconds_ymd"),
    "datetime": ("text", "datetime_seconds_ymd"),
}

_PARTS = {
    "ms": ("milliseconds", "ملی سیکنڈ", "milliseconds behind that second", "ms"),
    "offset_min": ("minutes from UTC", "UTC سے فرق (منٹ)", "minus UTC at that moment", "min"),
}


def _whole_number(form: Form, column: Column, part: str, limits: tuple[int, int]) -> Field:
    """Return the field of a part of a moment that a date and a time cannot hold."""
    label, note, description, unit = _PARTS[part]
    moment = column.name.rpartition("_")[0]
    return Field(
        name=_name(form, f"{moment}_{part}"),
        form=form,
        column=column,
        part=part,
        type="text",
        label=f"{column.label}, {label}",
        note=f"{column.label_ur}، {note}",
        validation="integer",
        minimum=f"{limits[0]}",
        maximum=f"{limits[1]}",
        choices=(),
        annotation=_annotation(form, column, f"{_description(column)}; {description}", unit),
        identifies=False,
    )


def _label(column: Column) -> str:
    """Return the label with its unit, unless its last word is the unit."""
    if not column.unit or column.label.split()[-1] in {column.unit, "minutes", "hours"}:
        return column.label
    return f"{column.label} ({column.unit})"


def _description(column: Column) -> str:
    if column.kind != "datetime":
        return column.description
    return f"{column.description.removesuffix(_WITH_OFFSET)}, local time in the ward's zone"


def _name(form: Form, column_name: str) -> str:
    name = f"{form.prefix}_{column_name}"
    for word, shorter in _SHORTER:
        if len(name) > NAME_CHARACTERS_MAX:
            name = name.replace(word, shorter)
    return name


def _plain(limit: float | None) -> str:
    """Return a limit with all of its digits."""
    if limit is None:
        return ""
    return f"{int(limit)}" if limit == int(limit) else repr(limit)


def _annotation(form: Form, column: Column, description: str, unit: str) -> str:
    told = f"{description[:1].upper()}{description[1:]}."
    if unit:
        told += f" Unit: {unit}."
    return f"{told} Source: {column.source}. Column: {form.table.name}.{column.name}"


def _identifies(column: Column) -> bool:
    """Tell whether REDCap should keep a column out of de-identified exports.

    By the Safe Harbor list of HIPAA (45 CFR 164.514(b)(2)): all elements of dates but the year,
    numbers of devices, names and codes of people and places, and free text, which may hold any of
    them. The same for every export, so that one project takes them all.
    """
    if column.kind in _MOMENTS:
        return True
    return column.kind == "string" and not column.values and column.name not in _HARMLESS
