"""Checks a data dictionary and records against what REDCap publishes about both.

Written from the rules, not from the exporter. Each fault is a line that begins with the name of
the rule that it breaks.

References:
    [1] linkml-redcap, a model of the dictionary: linkml.io/linkml-redcap/reference/data_dictionary
        (18 columns, names `^[a-z][a-z0-9_]*$` and unique, record id first and of type text, forms
        contiguous, codes of choices in small letters, digits and underscores, types of fields,
        types of validation)
    [2] vanderbilt-redcap/redcap_rsvc, the validation suite of REDCap's own makers:
        Files/dictionaries/Project1xml_DataDictionary.csv (the header as REDCap writes it);
        B.3.16.0400 (only valid formats are imported), .0500 (only codes of choices), .0800
        (repeating instrument and instance are required, and refused where nothing repeats),
        .1200 (blank values are ignored)
    [3] vubiostat/redcapAPI, R/constants.R and R/fieldValidationAndCasting.R (names end in a letter
        or digit; form of choices; forms of integers, numbers, dates and times), and
        importRepeatingInstrumentsEvents (form_name, custom_form_label)
    [4] Data Dictionary of Vanderbilt University, as university guides carry it: names of up to 26
        characters advised and 100 allowed; validation for text only; y or blank
    [5] Missing Data Codes: utahctsi.atlassian.net/wiki/spaces/RC1/pages/1118601267 and
        kb.wisc.edu/smph/informatics/108107 (code, comma, label; letters, digits, dots, dashes and
        underscores; saved as the value of any field, also by import; must be no real value)
    [6] DOH-AXG5303/quarto_test, General Import notes: no duplicates of the unique key, no value
        outside of the row's instrument, no column that is no field, dates with the year first
    [7] 45 CFR 164.514(b)(2), Safe Harbor: all elements of dates but the year identify
"""

import csv
import io
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime

HEADER = [
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max",
    "Identifier?", "Branching Logic (Show field only if...)", "Required Field?",
    "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
]  # fmt: skip
TYPES = {
    "text", "notes", "dropdown", "radio", "checkbox", "calc", "file", "descriptive", "slider",
    "yesno", "truefalse",
}  # fmt: skip
WITH_CHOICES = {"dropdown", "radio", "checkbox"}
ALIGNMENTS = {"", "RV", "RH", "LV", "LH"}
SYSTEM = ("redcap_repeat_instrument", "redcap_repeat_instance")
NAME_MAX, NAME_ADVISED = 100, 26

_NAME = re.compile(r"[a-z]([a-z0-9_]*[a-z0-9])?")
_CODE = re.compile(r"[a-z0-9_]+")
_MISSING_CODE = re.compile(r"[A-Za-z0-9._-]+")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_RECORD = re.compile(r"[^\"'#&+?<>\\\[\]]{1,100}")
_PIPED = re.compile(r"\[([^\]]*)\]")


def _read(form, parse):
    def value(text):
        return parse(text) if form.fullmatch(text) else None

    return value


def _or_none(parse):
    def value(text):
        try:
            return parse(text)
        except ValueError:
            return None

    return value


# Each gives a value that can be compared, or None if the text is not of that form.
VALIDATIONS = {
    "integer": _read(_INTEGER, int),
    "number": _read(_NUMBER, float),
    "date_ymd": _read(_DATE, _or_none(date.fromisoformat)),
    "datetime_seconds_ymd": _read(_DATETIME, _or_none(datetime.fromisoformat)),
}


@dataclass(frozen=True)
class Project:
    """What a REDCap project would know: fields by name, forms that repeat, missing data codes."""

    fields: dict
    repeating: dict
    missing: set


def project(dictionary, repeating, codes):
    """Read a project from the texts of its three files."""
    rows = list(csv.DictReader(io.StringIO(dictionary)))
    forms = csv.DictReader(io.StringIO(repeating))
    return Project(
        {row[HEADER[0]]: row for row in rows},
        {row["form_name"]: row["custom_form_label"] for row in forms},
        {line.split(",")[0] for line in codes.splitlines()},
    )


def choices(row):
    """Return codes and labels of a field's choices; one that has no comma has no label."""
    parts = [one.strip() for one in row[HEADER[5]].split("|")]
    return [tuple(cell.strip() for cell in one.split(",", 1)) for one in parts]


def dictionary_faults(text, missing=()):
    """Return what REDCap would refuse in a data dictionary, or warn of."""
    table = list(csv.reader(io.StringIO(text)))
    if not table or table[0] != HEADER:
        return ["columns: not REDCap's 18"]
    faults = [f"width: row {n}" for n, row in enumerate(table) if len(row) != len(HEADER)]
    rows = [dict(zip(HEADER, row, strict=False)) for row in table[1:] if len(row) == len(HEADER)]
    if not rows or rows[0][HEADER[0]] != "record_id" or rows[0][HEADER[3]] != "text":
        faults.append("first: the first field is the record's name, as text")
    forms = list(dict.fromkeys(row[HEADER[1]] for row in rows))
    faults += _order_faults(rows)
    taken = {f"{form}_complete" for form in forms} | set(SYSTEM)
    for row in rows:
        faults += [f"{rule}: {row[HEADER[0]]}" for rule in _row_faults(row, taken, set(missing))]
    return faults


def _order_faults(rows):
    names = Counter(row[HEADER[0]].lower() for row in rows)
    yield from (f"unique: {name}" for name, count in names.items() if count > 1)
    seen, before = set(), None
    for row in rows:
        form = row[HEADER[1]]
        if form != before and form in seen:
            yield f"contiguous: {form} comes again at {row[HEADER[0]]}"
        seen.add(form)
        before = form


def _row_faults(row, taken, missing):
    yield from _name_faults(row[HEADER[0]], row[HEADER[1]], taken)
    kind, validation = row[HEADER[3]], row[HEADER[7]]
    if kind not in TYPES:
        yield "type"
    yield from _choice_faults(row, kind, missing)
    if validation and (kind != "text" or validation not in VALIDATIONS):
        yield "validation"
    yield from _limit_faults(row, VALIDATIONS.get(validation))
    if validation.startswith("date") and row[HEADER[10]] != "y":
        yield "identifier"
    yield from _other_faults(row)


def _name_faults(name, form, taken):
    # Three underscores part the name of a checkbox from its code in an export.
    if not _NAME.fullmatch(name) or len(name) > NAME_MAX or "__" in name:
        yield "name"
    elif len(name) > NAME_ADVISED:
        yield "long"
    if name in taken or name.startswith("redcap_"):
        yield "reserved"
    if not _NAME.fullmatch(form):
        yield "form"


def _other_faults(row):
    # Brackets pipe another field into a text, and tags are dropped from it.
    if not row[HEADER[4]] or any(mark in row[HEADER[n]] for n in (2, 4, 6) for mark in "[<"):
        yield "label"
    if row[HEADER[10]] not in {"", "y"} or row[HEADER[12]] not in {"", "y"}:
        yield "y or blank"
    if row[HEADER[13]] not in ALIGNMENTS or any(row[HEADER[n]] for n in (15, 16)):
        yield "layout"
    # A word with @ in the annotation is a command.
    if "@" in row[HEADER[17]]:
        yield "action tag"


def _choice_faults(row, kind, missing):
    if kind not in WITH_CHOICES:
        if row[HEADER[5]]:
            yield "choices"
        return
    pairs = choices(row)
    codes = [pair[0] for pair in pairs]
    if any(len(pair) == 1 or not pair[1] or not _CODE.fullmatch(pair[0]) for pair in pairs):
        yield "choices"
    if len(set(codes)) < len(codes):
        yield "choices"
    if missing & set(codes):
        yield "missing code"


def _limit_faults(row, parse):
    limits = [row[HEADER[n]] for n in (8, 9) if row[HEADER[n]]]
    if not limits:
        return
    values = [parse(one) if parse else None for one in limits]
    if None in values or values != sorted(values):
        yield "limits"


def settings_faults(known, codes):
    """Return what is wrong with the repeating instruments and the missing data codes."""
    for line in codes.splitlines():
        code, _, label = line.partition(",")
        if not _MISSING_CODE.fullmatch(code) or not label.strip():
            yield f"missing code: {line!r}"
    forms = defaultdict(set)
    for name, row in known.fields.items():
        forms[row[HEADER[1]]].add(name)
    for form, label in known.repeating.items():
        if form not in forms:
            yield f"repeating: no form {form}"
        elif set(_PIPED.findall(label)) - forms[form]:
            yield f"repeating: the label of {form} pipes what is not on it"


def records_faults(known, text):
    """Return what REDCap would refuse in a file of records, or silently leave out.

    Args:
        known: the project.
        text: the file; instances are counted within it.
    """
    table = list(csv.reader(io.StringIO(text)))
    head = table[0]
    complete = {f"{row[HEADER[1]]}_complete": row[HEADER[1]] for row in known.fields.values()}
    faults = []
    if head[0] != "record_id" or not set(SYSTEM) <= set(head) or len(set(head)) < len(head):
        faults.append("columns: the record, its instrument and instance, and each field once")
    strange = set(head) - set(known.fields) - set(complete) - set(SYSTEM)
    faults += [f"columns: no field {name}" for name in sorted(strange)]
    if faults:
        return faults
    counted = Counter()
    for number, cells in enumerate(table[1:], start=2):
        if len(cells) != len(head):
            faults.append(f"width: line {number}")
            continue
        row = dict(zip(head, cells, strict=True))
        said = [*_key_faults(known, row, counted), *_value_faults(known, row, complete)]
        faults += [f"{one} (line {number})" for one in said]
    return faults


def _key_faults(known, row, counted):
    record, form, instance = row["record_id"], *(row[name] for name in SYSTEM)
    if not _RECORD.fullmatch(record) or record in known.missing:
        yield f"record: {record!r}"
    if form and form not in known.repeating:
        yield f"instrument: {form} does not repeat"
    if bool(form) != bool(instance) or (instance and not _INTEGER.fullmatch(instance)):
        yield f"instance: {form!r} {instance!r}"
        return
    counted[record, form] += 1
    if not form and counted[record, form] > 1:
        yield f"duplicate: {record}"
    if form and int(instance) != counted[record, form]:
        yield f"instance: {instance}, not {counted[record, form]}"


def _value_faults(known, row, complete):
    form = row[SYSTEM[0]]
    for name, value in row.items():
        if name == "record_id" or name in SYSTEM:
            continue
        of = complete.get(name) or known.fields[name][HEADER[1]]
        # Without an instrument a row is of the forms that do not repeat.
        here = of == form if form else of not in known.repeating
        if not here:
            if value:
                yield f"foreign: {name} is not on {form or 'a form that does not repeat'}"
        elif not value.strip():
            yield f"blank: {name}"
        elif name in complete:
            if value not in {"0", "1", "2"}:
                yield f"complete: {value}"
        elif value not in known.missing:
            yield from _field_faults(known.fields[name], name, value)


def _field_faults(field, name, value):
    kind, validation = field[HEADER[3]], field[HEADER[7]]
    if kind in WITH_CHOICES and value not in {pair[0] for pair in choices(field)}:
        yield f"choice: {name} {value}"
    if kind in {"truefalse", "yesno"} and value not in {"0", "1"}:
        yield f"choice: {name} {value}"
    if not validation:
        return
    parse = VALIDATIONS[validation]
    found = parse(value)
    if found is None:
        yield f"{validation}: {name} {value}"
        return
    low, high = field[HEADER[8]], field[HEADER[9]]
    if (low and found < parse(low)) or (high and found > parse(high)):
        yield f"range: {name} {value}"
