"""The command `pouch figures`: figures of a study that a journal can print."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .cli_console import AsJson, NowOption, StorePath, chosen_now_s, print_json, print_note
from .cli_export import (
    ChosenInfants,
    FirstDay,
    KeyFile,
    LastDay,
    ShiftDates,
    check_packages,
    chosen_day,
    chosen_shift,
    refuse_key_inside,
)
from .errors import InputError
from .export.deidentify import read_or_make_key
from .export.request import Request
from .out_files import check_room, whole_files
from .store import Store
from .version import version_text

if TYPE_CHECKING:
    from .export.selection import Selection

_NEEDED = ("polars",)
_SUFFIXES = {"svg": (".svg",), "pdf": (".pdf",), "both": (".svg", ".pdf")}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("figures")(figures)


_Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder for the figures.")]
_Actograms = Annotated[
    bool, typer.Option("--actograms", help="An actogram of every infant, not only of --infant.")
]
_Double = Annotated[
    bool, typer.Option("--double", help="Actograms with the next day to the right of each.")
]
_Codes = Annotated[
    bool,
    typer.Option("--codes", help="Infants' codes in figures and data; else they are numbered."),
]
_Kind = Annotated[str, typer.Option("--format", metavar="KIND", help="svg, pdf or both.")]
_Force = Annotated[bool, typer.Option("--force", help="Replace files that are in DIR already.")]


def figures(
    store: StorePath,
    out: _Out,
    infant: ChosenInfants = None,
    first: FirstDay = None,
    last: LastDay = None,
    deidentify: KeyFile = None,
    shift_dates: ShiftDates = "none",
    actograms: _Actograms = False,
    double: _Double = False,
    codes: _Codes = False,
    kind: _Kind = "both",
    force: _Force = False,
    now: NowOption = None,
    as_json: AsJson = False,
) -> None:
    """Draw a study: dose, hours by age, temperature around sessions, coverage, actograms.

    SVG and PDF for a journal, readable in grey, with what is drawn as CSV beside. The store is
    only read. An actogram is drawn of each infant named by --infant. How to read each figure, and
    what it must not be used for, stands in docs/FIGURES.md.
    """
    check_packages("figures", _NEEDED)
    suffixes = _suffixes(kind)
    shift = chosen_shift(shift_dates, deidentify)
    refuse_key_inside(deidentify, out)
    first_day, last_day = chosen_day(first, "--from"), chosen_day(last, "--to")
    with Store.open(store, create=False) as opened:
        request = Request(
            store=store,
            formats=(),
            now_utc_s=chosen_now_s(now, opened.zone),
            infants=tuple(infant) if infant else None,
            first_day=first_day,
            last_day=last_day,
            key=None if deidentify is None else read_or_make_key(deidentify, print_note),
            shift=shift,
        )
        selection = request.selection(opened)
        names = _names(selection, shown=codes or infant is not None or deidentify is not None)
        said = _draw(
            selection,
            names,
            out,
            suffixes,
            with_actograms=actograms or infant is not None,
            double=double,
            force=force,
        )
    for line in said["warnings"]:
        print_note(f"warning: {line}")
    if as_json:
        print_json(said | {"out": str(out)})
    else:
        count = len(said["files"])
        print_note(f"{len(said['figures'])} figures with their data, {count} files, are in {out}")


def _draw(
    selection: "Selection",
    names: dict[str, str],
    out: Path,
    suffixes: Sequence[str],
    *,
    with_actograms: bool,
    double: bool,
    force: bool,
) -> dict[str, Any]:
    # Imported here: the library that draws takes longer to load than all other commands.
    from .export.about import about
    from .figures import Origin, files
    from .figures.gather import gather

    possible = files.all_names(suffixes, list(names.values()) if with_actograms else [])
    check_room(out, possible, force=force)
    older = files.older_names(out)
    count = len(selection.infants)
    with _bar("reading infants", count) as show:
        study = gather(selection, names, with_actograms=with_actograms, on_progress=show)
    origin = Origin(selection.snapshot.zone, version_text(), selection.shifted)
    found = files.drawings(
        study, origin, double=double, on_nothing=lambda line: print_note(f"note: {line}")
    )
    if not found:
        raise InputError(f"store {selection.store.name}: there is nothing to draw yet")
    made = files.names_of(found, suffixes)
    said: dict[str, Any] = about(selection, version_text(), {}).plain() | {"files": made}
    del said["rows"]
    # What is hidden in the figures is so in what is said of them.
    said["query"]["infants"] = sorted(names.values())
    titles: dict[str, str] = {}
    with whole_files(out, made) as paths, _bar("drawing", len(found)) as show:
        for done, one in enumerate(found, start=1):
            titles[one.name] = files.write_drawing(one, suffixes, paths)
            show(done)
        files.write_seal(paths[files.SEAL], said, titles)
    # What an older run made and this one did not would pass for a figure of this one, and may
    # tell codes that this one hides.
    for name in (older | set(possible)) - set(made):
        (out / name).unlink(missing_ok=True)
    return said | {"figures": titles}


@contextmanager
def _bar(what: str, count: int) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count)
        yield lambda done: bar.update(task, completed=done)


def _names(selection: "Selection", *, shown: bool) -> dict[str, str]:
    """Return what figures call each infant, by its code of the export: that, or a number."""
    told = [selection.codes.infant(one.code) for one in selection.infants]
    digits = len(str(len(told)))
    return {
        code: code if shown else f"{number:0{digits}}" for number, code in enumerate(told, start=1)
    }


def _suffixes(kind: str) -> Sequence[str]:
    if kind not in _SUFFIXES:
        raise typer.BadParameter(f"choose {', '.join(_SUFFIXES)}", param_hint="--format")
    return _SUFFIXES[kind]
