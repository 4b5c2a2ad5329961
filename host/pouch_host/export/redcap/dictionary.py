"""The data dictionary of a REDCap project, and the settings that it cannot hold.

References:
    The 18 columns: https://linkml.io/linkml-redcap/reference/data_dictionary/ and, as REDCap
    itself writes them, Files/dictionaries/Project1xml_DataDictionary.csv in the validation suite
    https://github.com/vanderbilt-redcap/redcap_rsvc
    Repeating instruments as the API takes them: importRepeatingInstrumentsEvents of the R package
    redcapAPI (form_name, custom_form_label).
"""

import csv
import io
from collections.abc import Iterable, Sequence

from pouch_host.export.columns import NOT_AVAILABLE

from .fields import Field, all_fields
from .forms import FORMS

COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)

MISSING_CODE = NOT_AVAILABLE
"""R reads it as no value, and REDCap has it among the codes that it proposes."""

MISSING_CODES = f"{MISSING_CODE}, No such value: the annotation and the status beside it say why"


def dictionary_csv() -> bytes:
    """Return the data dictionary: the same for every export of this version."""
    return _csv(COLUMNS, (_row(one) for one in _with_headers(all_fields())))


def repeating_csv() -> bytes:
    """Return which instruments repeat."""
    rows = ((one.name, one.label) for one in FORMS if one.repeats)
    return _csv(("form_name", "custom_form_label"), rows)


def missing_codes_text() -> bytes:
    """Return what belongs into the box "Missing Data Codes"."""
    return f"{MISSING_CODES}\n".encode()


def _with_headers(fields: Iterable[Field]) -> "Iterable[tuple[Field, str]]":
    """Put what a row is above the first field of each form."""
    seen: set[str] = set()
    for field in fields:
        table = field.form.table
        header = "" if field.form.name in seen else f"{table.title}: {table.description}"
        seen.add(field.form.name)
        yield field, header


def _row(field_and_header: tuple[Field, str]) -> Sequence[str]:
    one, header = field_and_header
    choices = " | ".join(f"{word}, {_told(word)}" for word in one.choices)
    # No field is required: REDCap would ask it of a person, and nobody fills these in by hand.
    return (
        one.name, one.form.name, header, one.type, one.label, choices, one.note, one.validation,
        one.minimum, one.maximum, "y" if one.identifies else "", "", "", "", "", "", "",
        one.annotation,
    )  # fmt: skip


def _told(word: str) -> str:
    """Return a word for a person; between digits an underscore may be a point or a dash."""
    return word if any(one.isdigit() for one in word) else word.replace("_", " ")


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
