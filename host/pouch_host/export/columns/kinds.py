"""What a column and a table are: the one description that code, codebook and labels share."""

from collections.abc import Iterable
from dataclasses import dataclass

NOT_AVAILABLE = "NA"
"""What CSV files have where there is no value; R, Stata (by a line) and polars know it."""

KINDS = ("string", "integer", "number", "boolean", "date", "datetime", "utc")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: as it stands in the header; ends with the unit where there is one.
        kind: "string", "integer", "number", "boolean", "date", "datetime" (ISO 8601 with the
            offset of the ward's zone) or "utc" (ISO 8601 with Z).
        description: what it is, in a sentence.
        source: where it comes from: "observed", "confirmed", "derived" or "administrative", and
            by what.
        unit: of a number, in words or as UCUM has it; "" without.
        values: all that a word may be; () if it may be anything.
        minimum: smallest possible number, or None.
        maximum: largest possible number, or None.
        label_ur: short name in Urdu.
        label: short name in English.
        required: there is always a value.
    """

    name: str
    kind: str
    description: str
    source: str
    unit: str = ""
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    label_ur: str = ""
    label: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: of its file.
        title: for a person.
        description: what a row is.
        key: columns that no two rows share.
        columns: in their order.
        per_date: large: Parquet keeps it in one folder for each local date.
    """

    name: str
    title: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    per_date: bool = False

    def column(self, name: str) -> Column:
        """Return the column of a name; KeyError if there is none."""
        for one in self.columns:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns in their order."""
        return tuple(one.name for one in self.columns)


ADMINISTRATIVE = "administrative: entered by staff"
OBSERVED = "observed: measured by the band"
DERIVED = "derived: by Pouch from the records"
CONFIRMED = "confirmed: said by staff"
COLLECTOR = "observed: by the collector"
BAND_COUNTED = "observed: counted by the band itself"


def text(
    name: str,
    description: str,
    source: str,
    *,
    values: Iterable[str] = (),
    required: bool = False,
) -> Column:
    """Return a column of words."""
    # Words of an enumeration are plain words in a file.
    plain = tuple(f"{one}" for one in values)
    return Column(name, "string", description, source, values=plain, required=required)


def count(
    name: str,
    description: str,
    source: str,
    *,
    unit: str = "",
    minimum: float | None = 0,
    maximum: float | None = None,
    required: bool = True,
) -> Column:
    """Return a column of whole numbers."""
    return Column(
        name, "integer", description, source, unit, (), minimum, maximum, required=required
    )


def number(
    name: str,
    description: str,
    source: str,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    required: bool = False,
) -> Column:
    """Return a column of numbers."""
    return Column(
        name, "number", description, source, unit, (), minimum, maximum, required=required
    )


def flag(name: str, description: str, source: str, *, required: bool = True) -> Column:
    """Return a column of true and false."""
    return Column(name, "boolean", description, source, required=required)


def day(name: str, description: str, source: str, *, required: bool = True) -> Column:
    """Return a column of local dates."""
    return Column(name, "date", description, source, required=required)


def moment(
    name: str, description: str, source: str, *, required: bool = True
) -> tuple[Column, Column]:
    """Return the two columns of a moment: `NAME_utc`, and `NAME_local` with its offset."""
    return (
        Column(f"{name}_utc", "utc", f"{description}, in UTC", source, required=required),
        Column(
            f"{name}_local",
            "datetime",
            f"{description}, in the ward's zone with its offset",
            source,
            required=required,
        ),
    )


SITE = text("site", "name of the site, or its study code", ADMINISTRATIVE, required=True)
INFANT = text("infant", "code of the infant, or its study code", ADMINISTRATIVE, required=True)
BAND = text("band", "label printed on the band, or its study code", ADMINISTRATIVE, required=True)
DATE = day("date", "local date in the ward's zone", DERIVED)
ALGORITHM = text("algorithm_version", "method and parameters that derived it", DERIVED)
