"""The command `pouch agree`: the band beside an observer, a nurse's chart and a mother's diary."""

from collections.abc import Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from .cli_console import (
    AsJson,
    NowOption,
    StorePath,
    chosen_now_s,
    output,
    print_error,
    print_json,
    print_note,
)
from .errors import InputError
from .out_files import check_room, whole_files
from .store import Store
from .version import version_text

_NEEDED = ("pingouin", "scipy", "statsmodels")
_SLOT_MIN_MAX = 720
_HOURS_A_DAY = 24


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(agree)


ObserverLog = Annotated[Path | None, typer.Option(metavar="LOG.csv", help="An observer's log.")]
ChartLog = Annotated[Path | None, typer.Option(metavar="LOG.csv", help="A nurse's chart.")]
DiaryLog = Annotated[Path | None, typer.Option(metavar="LOG.csv", help="A mother's diary.")]
WithReviews = Annotated[
    bool, typer.Option("--reviews", help="Also the band after nurses' answers.")
]
Codes = Annotated[
    list[str] | None, typer.Option(metavar="CODE", help="Only this infant; may be repeated.")
]
FirstDay = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="First day, as 2026-03-01.")
]
LastDay = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day.")]
Slot = Annotated[
    int,
    typer.Option(
        min=1,
        max=_SLOT_MIN_MAX,
        metavar="MINUTES",
        help="Length of slots without an end, and of those made where no log has any.",
    ),
]
Known = Annotated[
    float,
    typer.Option(
        min=0,
        max=_HOURS_A_DAY,
        metavar="HOURS",
        help="Hours are compared of days of which both know so many.",
    ),
]
OutFolder = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where tables and figures go.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are in DIR already.")]


def agree(
    store: StorePath,
    observer: ObserverLog = None,
    chart: ChartLog = None,
    diary: DiaryLog = None,
    reviews: WithReviews = False,
    infant: Codes = None,
    first: FirstDay = None,
    last: LastDay = None,
    slot: Slot = 120,
    known: Known = 16.0,
    out: OutFolder = None,
    force: Force = False,
    as_json: AsJson = False,
    now: NowOption = None,
) -> None:
    """Compare the band's hours and episodes with what people wrote down.

    Logs are CSV files, or were imported with `pouch import`; a file goes before the import. Each
    two sources: Bland-Altman limits of hours a day, intraclass correlation, kappa, sensitivity
    and specificity by minute and slot, agreement of episodes. Time that one of them does not know
    never counts; how much that is stands beside. docs/AGREEMENT.md says what each figure means.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise InputError("pouch agree needs more packages: pip install 'pouch[research]'")
    # Imported here: the statistics take longer to load than all other commands.
    from .agreement.run import Question, agreement
    from .store.episode_log import LogSource

    paths = {LogSource.OBSERVER: observer, LogSource.CHART: chart, LogSource.DIARY: diary}
    with Store.open(store, create=False) as opened:
        now_utc_s = chosen_now_s(now, opened.zone)
        logs, files = _read(opened, paths, slot, now_utc_s)
        question = Question(
            now_utc_s=now_utc_s,
            codes=tuple(infant or ()),
            first_day=_day(first, "--from"),
            last_day=_day(last, "--to"),
            slot_min=slot,
            known_h=known,
            with_reviews=reviews,
            logs=logs,
            files=files,
        )
        found = agreement(opened, question)
    document = {"software_version": version_text(), "now_utc_s": now_utc_s, **found.plain()}
    if out is not None:
        _write(found, document, out, force=force)
    for note in found.notes:
        print_note(f"note: {note}")
    if as_json:
        print_json(document)
    else:
        _print(found)


def _read(
    store: Store, paths: Mapping[Any, Path | None], slot_min: int, now_utc_s: float
) -> tuple[dict[Any, dict[str, list[Any]]], dict[str, str]]:
    """Return the logs of files by source and infant, and name and digest of the files.

    Raises:
        InputError: a line cannot be used; all of them are printed first but the last.
    """
    from .imports import read_log

    codes = {one.code for one in store.infants()}
    logs: dict[Any, dict[str, list[Any]]] = {}
    files: dict[str, str] = {}
    for source, path in paths.items():
        if path is None:
            continue
        log = read_log(path, store.zone, codes, slot_min, now_utc_s)
        for complaint in log.complaints[:-1]:
            print_error(str(complaint))
        if log.complaints:
            raise InputError(str(log.complaints[-1]))
        if not log.rows:
            raise InputError(f"{path}: no line of it says anything; name another file")
        for other, told in files.items():
            if told.endswith(log.sha256):
                raise InputError(
                    f"--{source.value} {path}: the same text as --{other}: they would agree in all"
                )
        if log.unknown_count:
            print_note(f"note: {path}: {log.unknown_count} rows say that nobody knows")
        by_infant = logs.setdefault(source, {})
        for row in log.rows:
            by_infant.setdefault(row.code, []).append(row.span)
        files[source.value] = f"{path.name} sha256:{log.sha256}"
    return logs, files


def _write(found: Any, document: dict[str, Any], out: Path, *, force: bool) -> None:
    from .agreement import figures, tables

    drawings = {name: pair for pair in found.pairs for name in figures.file_names(pair)}
    # The document is last: where it is, the others are of the same run.
    names = [*drawings, tables.FIGURES_CSV, tables.DAYS_CSV, tables.JSON_NAME]
    check_room(out, names, force=force)
    with whole_files(out, names) as paths:
        for name, pair in drawings.items():
            figures.write_pair(pair, paths[name])
        tables.write_figures(paths[tables.FIGURES_CSV], found)
        tables.write_days(paths[tables.DAYS_CSV], found)
        tables.write_json(paths[tables.JSON_NAME], document)
    print_note(f"{len(names)} files are in {out}")


def _print(found: Any) -> None:
    from .agreement.tables import figures_of

    shown = {
        ("day", "mean_reference_h"), ("day", "mean_other_h"), ("day", "bias_h"),
        ("day", "lower_limit_h"), ("day", "upper_limit_h"),
        ("day", "ICC(A,1) of days"), ("infant", "ICC(A,1) of infants' means"),
        ("minute", "left_out_share"), ("minute", "kappa"), ("minute", "sensitivity"),
        ("minute", "specificity"), ("slot", "agreement"), ("slot", "kappa"),
        ("look", "agreement"), ("look", "kappa"), ("episode", "agreement"),
    }  # fmt: skip
    console = output()
    for pair in found.pairs:
        title = f"{pair.other} held against {pair.reference} (differences: the first minus it)"
        table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
        for heading in ("Of", "Figure"):
            table.add_column(heading)
        for heading in ("Value", "95 % interval", "Units", "Infants"):
            table.add_column(heading, justify="right")
        table.add_column("Note")
        for unit, name, figure, count, infants in figures_of(pair):
            if (unit, name) in shown:
                value = "-" if figure.value is None else f"{figure.value:.3f}"
                interval = "-" if figure.low is None else f"{figure.low:.3f} to {figure.high:.3f}"
                table.add_row(unit, name, value, interval, str(count), str(infants), figure.note)
        console.print(table)


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a date such as 2026-03-01", param_hint=option
        ) from error
