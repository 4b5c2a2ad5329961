"""What every column of an export is, in one place.

    columns ---+--> tables/*.py    frames with exactly these columns
               +--> write_*.py     types of the files
               +--> codebook.py    datapackage.json, CODEBOOK.md, labels

Labels in Urdu are in `urdu`, by name of the column.
"""

from dataclasses import replace

from .derived import DAYS, EPISODES, GAPS, MINUTES, SESSIONS
from .kinds import KINDS, NOT_AVAILABLE, Column, Table
from .measured import BANDS, CLOCK_ANCHORS, CLOCK_FITS, RECORDS
from .people import ALERTS, ASSIGNMENTS, AUDIT, HANDOVERS, INFANTS, REMARKS, REVIEWS
from .urdu import LABELS

__all__ = ["KINDS", "NOT_AVAILABLE", "TABLES", "Column", "Table", "table"]


def _labelled(one: Table) -> Table:
    """Return a table whose columns have their labels."""
    columns = tuple(
        replace(
            column,
            label_ur=LABELS[column.name],
            label=column.name.replace("_", " "),
        )
        for column in one.columns
    )
    return replace(one, columns=columns)


TABLES: tuple[Table, ...] = tuple(
    _labelled(one)
    for one in (
        INFANTS,
        ASSIGNMENTS,
        RECORDS,
        MINUTES,
        SESSIONS,
        DAYS,
        EPISODES,
        ALERTS,
        BANDS,
        CLOCK_ANCHORS,
        CLOCK_FITS,
        GAPS,
        AUDIT,
        REVIEWS,
        REMARKS,
        HANDOVERS,
    )
)

_BY_NAME = {one.name: one for one in TABLES}


def table(name: str) -> Table:
    """Return the table of a name; KeyError if there is none."""
    return _BY_NAME[name]
