"""A study's list of infants: a CSV file with a column of codes, or one code a line.

    code,site,enrolled          bed-7
    bed-7,north,2026-03-01      bed-8
    bed-8,south,2026-03-02

A study of several wards has one list and a store for each ward. With a column `site`, only rows
of the store's own site count; what other columns hold is never read.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pouch_host.errors import InputError
from pouch_host.imports import Complaint
from pouch_host.imports.table import read_table

_CODE_COLUMNS = ("infant", "code")
_SITE = "site"
_SEPARATORS = (",", ";", "\t")
# What is cited of a line.
_CITED = 40


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Whom a list names.

    Attributes:
        codes: infants of the store, each once, in the order of the list.
        complaints: lines that name nobody of the store, or not one infant.
        other_site_count: rows that are of other sites.
    """

    codes: tuple[str, ...]
    complaints: tuple[Complaint, ...]
    other_site_count: int


def read_enrolment(
    path: Path, known: Collection[str], site: str, on_note: Callable[[str], None]
) -> Enrolled:
    """Return the infants of a store that a list names.

    Args:
        path: the list.
        known: codes of the infants that the store has.
        site: name of the store's site.
        on_note: told of each code that comes twice.

    Raises:
        InputError: the list cannot be read, or has no code for this site.
    """
    codes: dict[str, int] = {}
    complaints: list[Complaint] = []
    others = 0
    for line, code, of_site in _rows(path, complaints):
        if of_site is not None and of_site != site:
            others += 1
        elif code in codes:
            on_note(f"note: {path}:{line}: {code!r} is in line {codes[code]} already")
        elif wrong := _what_is_wrong(code, known):
            complaints.append(Complaint(str(path), line, wrong))
        else:
            codes[code] = line
    if not codes and not complaints:
        of_others = f": all {others} rows are of other sites than {site!r}" if others else ""
        raise InputError(f"{path}: no infant of this store is in it{of_others}")
    return Enrolled(tuple(codes), tuple(sorted(complaints, key=lambda one: one.line)), others)


def _rows(path: Path, complaints: list[Complaint]) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, code, and site if the list has one, of each row."""
    text = _text(path)
    header = text.split("\n", 1)[0]
    if not _names(header) & set(_CODE_COLUMNS):
        for line, row in enumerate(text.splitlines(), start=1):
            if row.strip():
                yield line, row.strip(), None
        return
    table = read_table(path, (*_CODE_COLUMNS, _SITE))
    complaints += table.complaints
    column = next(one for one in _CODE_COLUMNS if one in table.names)
    for row in table.rows:
        yield row.line, row.cells[column], row.cells.get(_SITE)


def _names(header: str) -> set[str]:
    for separator in _SEPARATORS:
        header = header.replace(separator, "\n")
    return {one.strip().strip('"').lower() for one in header.splitlines()}


def _what_is_wrong(code: str, known: Collection[str]) -> str:
    """Return why a line names no infant of the store; "" if it does."""
    if not code:
        return "no code; write it or remove the line"
    if code in known:
        return ""
    if any(one in code for one in _SEPARATORS):
        return "more than one field; write one code a line, or a header with a column code"
    return (
        f"there is no infant {code[:_CITED]!r} in this store; correct it, or say in a column site "
        "where each infant is"
    )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(f"--infants {path}: {reason}; name a list of infants") from None
    except UnicodeDecodeError:
        raise InputError(
            f"--infants {path}: this is not UTF-8 text; save it as CSV UTF-8"
        ) from None
