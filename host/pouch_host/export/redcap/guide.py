"""What to do with the files of an export, for the person who sets the REDCap project up."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .dictionary import MISSING_CODE, MISSING_CODES
from .forms import FORMS, LEFT_OUT, RECORD_ID

if TYPE_CHECKING:
    from pouch_host.export.about import About

DICTIONARY, REPEATING, CODES = (
    "data_dictionary.csv", "repeating_instruments.csv", "missing_data_codes.txt",
)  # fmt: skip


def guide(about: "About", files: Sequence[str]) -> str:
    """Return the steps of an import, with what is in the files and what is not.

    Args:
        about: the export.
        files: of records, in their order.
    """
    lines = ["# Importing this export into REDCap", "", *_head(about), ""]
    lines += ["## In an empty project in development", ""]
    lines += [f"{number}. {text}" for number, text in enumerate(_steps(files), start=1)]
    lines += ["", "## Forms", "", "| Form | Repeats | Rows |", "| --- | --- | --- |"]
    lines += _forms(about.rows)
    lines += ["", "## What is not here", ""]
    lines += [f"- `{name}`: {why}" for name, why in LEFT_OUT.items()]
    lines += ["", "Export with `--format csv` or `--format parquet` for these tables.", ""]
    return "\n".join(lines)


def _head(about: "About") -> Iterator[str]:
    yield f"- Site: {about.site}"
    yield f"- Time: {about.when or 'left out, since dates are shifted'}"
    yield f"- Software: {about.software_version}; algorithm: {about.algorithm_version}"
    yield f"- Infants: {len(about.query['infants'])}"
    if about.query["first_day"] or about.query["last_day"]:
        first, last = about.query["first_day"], about.query["last_day"]
        yield (
            f"- Days: {first or 'first'} to {last or 'last'}. Instances are numbered within "
            "them: import other days into another project"
        )
    if about.deidentified is None:
        yield "- Names: codes and labels of the ward, not de-identified"
    else:
        yield f"- Names: study codes; {about.deidentified['dates']}"
        yield f"- Free text: {about.deidentified['free_text']}"
    yield from (f"- Warning: {one}" for one in about.warnings)
    yield "- A research tool; it does not replace a thermometer. Skin is measured at the chest."


def _steps(files: Sequence[str]) -> Iterator[str]:
    repeating = ", ".join(f"`{one.name}`" for one in FORMS if one.repeats)
    records = ", ".join(f"`{one}`" for one in files)
    yield (
        f"Data Dictionary: upload `{DICTIONARY}` and commit it. It replaces every form that is "
        "there."
    )
    yield (
        "Project Setup, Enable optional modules: disable Auto-numbering for records, since "
        f"`{RECORD_ID}` is the infant's code."
    )
    yield (
        f"Project Setup, Repeating instruments: enable, tick {repeating}, and copy their labels "
        f"from `{REPEATING}`."
    )
    yield (
        f"Project Setup, Additional customizations, Missing Data Codes: enter `{MISSING_CODES}` "
        f"(the line in `{CODES}`). Without it the import refuses `{MISSING_CODE}`."
    )
    yield (
        "Data Import Tool, CSV: blank values are ignored (as it is set), comma as delimiter, "
        "rows, a date format with YYYY-MM-DD. Upload one file after the other, and press Import "
        f"Data after each: {records}."
    )


def _forms(rows: Mapping[str, int]) -> Iterator[str]:
    for one in FORMS:
        count = rows.get(one.table.name, 0)
        yield f"| `{one.name}` | {'yes' if one.repeats else 'no'} | {count:,} |"
