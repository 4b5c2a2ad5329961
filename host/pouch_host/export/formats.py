"""The kinds of export, and what each has to be able to do.

A format is the module `write_NAME` of this package with

    TAKES                                    names of the tables that it takes: no other is made
    check(selection) -> None                 refuses what it cannot take, before anything is made
    part(folder, selection) -> PartWriter    takes the frames of a few infants, writes into folder
    join(parts, out, about) -> None          makes the export of the folders of all parts

Parts are written by several processes and may be made days before the rest, so `join` must find
all it needs in their folders. It runs again from its beginning if it was killed: a file that it
moves may have been moved already (`moved`).
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from pouch_host.errors import InputError

from .columns import Table

if TYPE_CHECKING:
    import polars as pl

    from .about import About
    from .selection import Selection

NAMES = ("csv", "parquet", "fhir", "redcap")
ALL = "all"


class PartWriter(Protocol):
    """Writes what is given to it into one folder."""

    def add(self, table: Table, frame: "pl.DataFrame") -> None:
        """Take a frame of a table. Those of one infant come one after the other."""
        ...

    def close(self) -> None:
        """Finish the files, or leave them if something failed; nothing is given any more."""
        ...


class Format(Protocol):
    """What the module of a format offers."""

    TAKES: tuple[str, ...]
    check: "Callable[[Selection], None]"
    part: "Callable[[Path, Selection], PartWriter]"
    join: "Callable[[Sequence[Path], Path, About], None]"


def chosen(name: str) -> tuple[str, ...]:
    """Return the formats that a person means.

    Args:
        name: of one, or "all".

    Raises:
        InputError: there is none of that name.
    """
    if name == ALL:
        return NAMES
    if name not in NAMES:
        raise InputError(f"--format {name}: choose {', '.join(NAMES)} or {ALL}")
    return (name,)


def format_of(name: str) -> Format:
    """Return the module of a format."""
    return cast("Format", import_module(f"{__package__}.write_{name}"))


def check(names: Iterable[str], selection: "Selection") -> None:
    """Refuse what one of some formats cannot take.

    Raises:
        InputError: there is such a thing.
    """
    for name in names:
        format_of(name).check(selection)


def taken(names: Iterable[str]) -> frozenset[str]:
    """Return the names of the tables that some formats take: no other need be made."""
    return frozenset(table for name in names for table in format_of(name).TAKES)


def moved(source: Path, to: Path) -> None:
    """Move a file of a part to its place; one that is there already was moved before.

    Raises:
        OSError: it cannot be moved, or is neither here nor there.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    if source.exists() or not to.exists():
        source.replace(to)


def joined(pieces: Iterable[Path], to: Path, head: bytes = b"") -> None:
    """Write a file that is some pieces, one after the other, behind a head.

    Raises:
        OSError: it cannot be written.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as file:
        file.write(head)
        for piece in pieces:
            with piece.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)
