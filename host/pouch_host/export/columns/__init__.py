"""What every column of an export is, in one place.

    columns ---+--> tables/*.py    frames with exactly these columns
               +--> write_*.py     types of the files
               +--> codebook.py    datapackage.json, CODEBOOK.md, labels

Labels in Urdu are in `urdu`, by name of the column.
"""

from dataclasses import replace

from .band_kinds import BAND_EVENTS, BOOTS, FAULTS, HEALTH, STATUS, TALLIES
from .derived import DAYS, EPISODES, GAPS, MINUTES, SESSIONS
from .kinds import KINDS, NOT_AVAILABLE, SITE, Column, Table
from .measured import BANDS, CLOCK_ANCHORS, CLOCK_FITS, RECORDS
from .people import ALERTS, ASSIGNMENTS, AUDIT, HANDOVERS, INFANTS, REMARKS, REVIEWS
from .told import TOLD_SPANS
from .urdu import LABELS

__all__ = ["KINDS", "NOT_AVAILABLE", "TABLES", "Column", "Table", "table"]


def _labelled(one: Table) -> Table:
    """Return a table whose columns have their labels, and whose key holds across sites."""
    columns = tuple(
        replace(
            column,
            label_ur=LABELS[column.name],
            label=column.name.replace("_", " "),
        )
        for column in one.columns
    )
    # Two wards may call an infant "bed-7", and a band may move from one to the other.
    return replace(one, columns=columns, key=(SITE.name, *one.key))


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
        TALLIES,
        BAND_EVENTS,
        HEALTH,
        BOOTS,
        STATUS,
        FAULTS,
        GAPS,
        AUDIT,
        REVIEWS,
        REMARKS,
        HANDOVERS,
        TOLD_SPANS,
    )
)

_BY_NAME = {one.name: one for one in TABLES}


def table(name: str) -> Table:
    """Return the table of a name; KeyError if there is none."""
    return _BY_NAME[name]
