"""Cells of one row, read as what they are to be, or refused in words for whoever wrote them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from .moments import date_of, utc_s_of
from .wrong import Wrong

# What programs write where there is no value.
NO_VALUE = frozenset({"", "na", "n/a", "nan", "null", "none", "unknown", "?"})
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})
# What is cited of a cell.
CITED = 40


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong in a file.

    Attributes:
        path: the file.
        line: number of the line, 1 the first.
        text: what is wrong and what to do.
    """

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of data.

    Attributes:
        line: its number in the file, 1 the first.
        cells: what stands in each known column, without spaces around.
    """

    line: int
    cells: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a cell that has to be filled.

        Raises:
            Wrong: it is empty.
        """
        value = self.cells.get(name, "")
        if not value:
            raise Wrong(f"no {name}; write it or remove the line")
        return value

    def is_empty(self, name: str) -> bool:
        """Tell whether a cell says nothing, or is not there."""
        return self.cells.get(name, "").lower() in NO_VALUE

    def moment(self, name: str, zone: ZoneInfo) -> int:
        """Return a time in UTC seconds.

        Raises:
            Wrong: it is empty, no time, or could be two.
        """
        return utc_s_of(name, self.text(name), zone)

    def day(self, name: str) -> date:
        """Return a date.

        Raises:
            Wrong: it is empty, or no date.
        """
        return date_of(name, self.text(name))

    def whole(self, name: str) -> int | None:
        """Return a whole number, None where there is none.

        Raises:
            Wrong: it is no whole number.
        """
        number = self.number(name)
        if number is None:
            return None
        if number != int(number):
            raise Wrong(f"{name} {self.cells[name][:CITED]!r} is not a whole number")
        return int(number)

    def number(self, name: str) -> float | None:
        """Return a number, None where there is none.

        Raises:
            Wrong: it is no number.
        """
        if self.is_empty(name):
            return None
        text = self.cells[name]
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        # Python reads 1_0 as 10, and words for what is no number.
        if "_" in text or not math.isfinite(number):
            hint = "write a decimal point" if "," in text else "correct it or leave it empty"
            raise Wrong(f"{name} {text[:CITED]!r} is not a number; {hint}")
        return number

    def answer(self, name: str) -> bool | None:
        """Return a yes or a no, None where it is not known.

        Raises:
            Wrong: it is neither.
        """
        if self.is_empty(name):
            return None
        word = self.cells[name].lower()
        if word in _YES or word in _NO:
            return word in _YES
        raise Wrong(f"{name} {self.cells[name][:CITED]!r} is neither yes nor no")
