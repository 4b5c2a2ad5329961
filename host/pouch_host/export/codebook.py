"""The codebook of an export: a Frictionless Data Package, and the same as text for people.

Both come from `columns`, as the tables do.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .columns import NOT_AVAILABLE, TABLES, Column, Table

if TYPE_CHECKING:
    from .about import About

PACKAGE_NAME = "datapackage.json"
BOOK_NAME = "CODEBOOK.md"

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    # No type of Table Schema keeps an offset, so a local time is checked as text of that form.
    "datetime": "string",
    "utc": "datetime",
}
_LOCAL = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?[+-]\d{2}:\d{2}"
# Some moments have a fraction of a second; "any" takes both.
_UTC_ANY = "any"
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}

_HOW = f"""\
- `{NOT_AVAILABLE}` in a CSV file, null in Parquet: there is no such value; the description says
  when. A cell is never empty. `TRUE` and `FALSE` in a CSV file are booleans.
- What is not known is said in a word (`unknown`, `cannot_say`, `no_review`), never as 0.
- Each moment has two columns: `..._utc` ends with Z, `..._local` is the ward's time with its
  offset.
- Local days have 23 or 25 hours where the clock changes.
- Source: observed (measured by a band, met by the collector), confirmed (said by staff), derived
  (by Pouch from the records), administrative (entered by staff), told (an imported log).
- The key of a table holds across the sites of a study.
- What is measured is skin at the chest. The core temperature is an estimate. A research tool; it
  does not replace a thermometer.
"""


def write_codebook(
    folder: Path, about: "About", kind: str, paths: Mapping[str, Sequence[str]]
) -> None:
    """Write both files beside the tables.

    Args:
        folder: of the export.
        about: the export.
        kind: "csv" or "parquet".
        paths: files of each table, relative to the folder.

    Raises:
        OSError: they cannot be written.
    """
    package = json.dumps(datapackage(about, kind, paths), indent=2, ensure_ascii=False)
    (folder / PACKAGE_NAME).write_text(package + "\n", encoding="utf-8")
    (folder / BOOK_NAME).write_text(codebook(about), encoding="utf-8")


def datapackage(about: "About", kind: str, paths: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the Frictionless Data Package of an export."""
    found: dict[str, Any] = {
        "$schema": _PROFILE,
        "profile": "tabular-data-package" if kind == "csv" else "data-package",
        "name": "pouch-export",
        "title": "Skin-to-skin contact of newborns, by Pouch",
        "description": "A research tool; it does not replace a thermometer. See CODEBOOK.md.",
        "version": "1.0.0",
        # A Data Package has no resource without a file: Parquet has none for a large table that
        # nothing is in.
        "resources": [
            resource(table, kind, list(paths[table.name])) for table in TABLES if paths[table.name]
        ],
        "pouch": about.plain(),
    }
    if about.when is not None:
        found["created"] = about.when
    return found


def resource(table: Table, kind: str, paths: list[str]) -> dict[str, Any]:
    """Return the Data Resource of a table."""
    # One path is told as one: not every reader takes a list of one.
    found: dict[str, Any] = {
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "path": paths[0] if len(paths) == 1 else paths,
        "format": kind,
        "mediatype": _MEDIA[kind],
        "encoding": "utf-8",
        "schema": schema(table),
    }
    if kind == "csv":
        found |= {
            "profile": "tabular-data-resource",
            "type": "table",
            "dialect": {"delimiter": ",", "header": True},
        }
    return found


def schema(table: Table) -> dict[str, Any]:
    """Return the Table Schema of a table."""
    return {
        "fields": [field(one) for one in table.columns],
        "missingValues": [NOT_AVAILABLE],
        "primaryKey": list(table.key),
    }


def field(column: Column) -> dict[str, Any]:
    """Return the Table Schema field of a column."""
    found: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.kind],
        "title": column.label,
        "description": column.description,
        "source": column.source,
        "label": {"en": column.label, "ur": column.label_ur},
    }
    if column.kind == "utc":
        found["format"] = _UTC_ANY
    if column.kind == "boolean":
        found |= {"trueValues": ["TRUE"], "falseValues": ["FALSE"]}
    if column.unit:
        found["unit"] = column.unit
    limits: dict[str, Any] = {}
    if column.required:
        limits["required"] = True
    if column.kind == "datetime":
        limits["pattern"] = _LOCAL
    if column.values:
        limits["enum"] = list(column.values)
    if column.minimum is not None:
        limits["minimum"] = column.minimum
    if column.maximum is not None:
        limits["maximum"] = column.maximum
    if limits:
        found["constraints"] = limits
    return found


def codebook(about: "About") -> str:
    """Return the codebook as text."""
    lines = ["# Codebook", "", *_head(about), "", "## How values are written", ""]
    lines += [_HOW.rstrip(), ""]
    for table in TABLES:
        lines += _table(table, about.rows.get(table.name))
    return "\n".join(lines) + "\n"


def _head(about: "About") -> list[str]:
    lines = [
        f"- Site: {about.site}",
        f"- Time: {about.when or 'left out, since dates are shifted'}",
        f"- Software: {about.software_version}",
        f"- Algorithm: {about.algorithm_version}",
        f"- Infants: {len(about.query['infants'])}",
        f"- Zone: {about.query['zone']}",
        f"- Days: {about.query['first_day'] or 'first'} to {about.query['last_day'] or 'last'}",
    ]
    if about.deidentified is None:
        lines.append("- Names: codes and labels of the ward, not de-identified")
    else:
        lines.append(f"- Names: study codes; {about.deidentified['dates']}")
        lines.append(f"- Free text: {about.deidentified['free_text']}")
    return lines + [f"- Warning: {one}" for one in about.warnings]


def _table(table: Table, rows: int | None) -> list[str]:
    count = "" if rows is None else f" {rows:,} rows."
    lines = [f"## {table.name}", "", f"{table.title}. {table.description}.{count}", ""]
    lines += [f"Key: {', '.join(table.key)}.", ""]
    lines += ["| Column | Type | Unit | Range | What it is | Source | English | Urdu |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for one in table.columns:
        cells = (
            f"`{one.name}`", one.kind, one.unit, _range(one), one.description,
            one.source, one.label, one.label_ur,
        )  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return [*lines, ""]


def _range(column: Column) -> str:
    if column.values:
        return ", ".join(column.values)
    if column.minimum is None and column.maximum is None:
        return ""
    low = "" if column.minimum is None else f"{column.minimum:.12g}"
    high = "" if column.maximum is None else f"{column.maximum:.12g}"
    return f"{low} to {high}"
