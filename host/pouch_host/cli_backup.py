"""The commands `pouch backup` and `pouch restore`."""

import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from .cli_console import StorePath, print_note, utc_now_s
from .errors import InputError, StoreError
from .store import Store
from .store.backup import Copied, copy_store
from .store.engine import is_address
from .store.restore import is_in_use, restore_in_use, restore_store
from .store.schema import SCHEMA_VERSION

_EXIT_TERMINATED = 128 + signal.SIGTERM
_BYTES_PER_MB = 1_000_000
_STAMP = "%Y-%m-%dT%H%M%SZ"
_STAMP_PATTERN = r"\d{4}-\d\d-\d\dT\d{6}Z"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(backup)
    app.command()(restore)


def backup(
    store: StorePath,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="File to write; in a folder one with the time in its name is made.",
        ),
    ],
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="With a folder: remove the oldest backups beyond so many."),
    ] = None,
) -> None:
    """Copy a store into one file, while it is in use.

    The copy is as the store was when the command began. It gets its name only when it is whole
    and checked: a backup that is there is a good one. The bands' keys and the certificates are
    no part of it.
    """
    path = _sqlite_file(store, "pg_dump")
    now_utc_s = utc_now_s()
    into_folder = file.is_dir()
    if keep is not None and not into_folder:
        raise typer.BadParameter("only with a folder that is there", param_hint="--keep")
    stamp = datetime.fromtimestamp(now_utc_s, UTC).strftime(_STAMP)
    target = file / f"{path.stem}-{stamp}{path.suffix}" if into_folder else file
    with _terminable(), _progress(f"copying {path}") as on_progress:
        done = copy_store(path, target, on_progress)
    print_note(f"backup of {path}: {target}, {_size(done)}")
    _note_backup(path, done, now_utc_s)
    if keep is not None:
        _rotate(file, path, keep)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of `pouch backup`.")],
    store: StorePath,
    in_use: Annotated[
        bool,
        typer.Option(
            "--even-if-in-use",
            help="Also while other programs have the store open; start them again after it.",
        ),
    ] = False,
) -> None:
    """Put a backup in the place of a store; what was there is kept beside it.

    A backup that is damaged is refused, and a disk that is full leaves the store as it was. What
    bands have recorded since the backup they still hold: the next pulls bring it again.
    """
    path = _sqlite_file(store, "pg_restore")
    if file.exists() and path.exists() and file.samefile(path):
        raise InputError(f"{file} is the store itself: name a backup")
    now_utc_s = utc_now_s()
    stamp = datetime.fromtimestamp(now_utc_s, UTC).strftime(_STAMP)
    kept_as = path.with_name(f"{path.stem}-before-restore-{stamp}{path.suffix}")
    before = path.exists()
    live = in_use and before and is_in_use(path)
    with _terminable(), _progress(f"restoring {path}") as on_progress:
        put_back = restore_in_use if live else restore_store
        done = put_back(file, path, kept_as, on_progress)
    # Opened once, so that an older one is brought up to date now and not under a running ward.
    with Store.open(path, create=False) as opened:
        opened.audit.note(what="restored", when_utc_s=int(now_utc_s), detail={"file": file.name})
        # What was ended after the backup was made would let people in again.
        opened.logins.end_all()
        links = opened.family_links.end_all(when_utc_s=now_utc_s)
    print_note(f"restored {path} from {file}, {_size(done)}")
    if before:
        print_note(f"what was there is kept as {kept_as}")
    print_note("everybody signs in again; look through staff, screens and API tokens of that time")
    if links:
        print_note(f"{links} families' links have ended: make new ones")
    if live:
        print_note("start `pouch serve` and `pouch collect` again: they remember the old store")


def _sqlite_file(store: str, tool: str) -> Path:
    if is_address(store):
        raise InputError(f"this store is on a database server: use {tool}, which it came with")
    return Path(store)


def _note_backup(path: Path, done: Copied, now_utc_s: float) -> None:
    """Keep in the store when the last backup was made, for the system page."""
    if done.schema_version != SCHEMA_VERSION:
        # A store of an older Pouch, which perhaps still runs, would be brought up to date.
        return
    try:
        with Store.open(path, create=False) as opened:
            opened.audit.note(
                what="backed_up",
                when_utc_s=int(now_utc_s),
                detail={"file": done.path.name, "bytes": done.size_bytes},
            )
    except StoreError as error:
        # The backup is there all the same; what it was made for may be just this.
        print_note(f"note: the backup is not noted in the store: {error}")


def _rotate(folder: Path, store: Path, keep: int) -> None:
    name = re.compile(rf"{re.escape(store.stem)}-{_STAMP_PATTERN}{re.escape(store.suffix)}")
    # The time in the names puts them in order, whatever a copy to another disk did to their dates.
    made = sorted(path for path in folder.iterdir() if name.fullmatch(path.name))
    for path in made[:-keep]:
        with suppress(FileNotFoundError):
            try:
                path.unlink()
            except PermissionError as error:
                raise InputError(f"{path}: cannot be removed: {error.strerror}") from error
        print_note(f"removed {path.name}")


def _size(done: Copied) -> str:
    return f"{done.size_bytes / _BYTES_PER_MB:.1f} MB"


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does: nothing half is left behind."""

    def end(*_: object) -> None:
        sys.exit(_EXIT_TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress(title: str) -> Iterator[Callable[[float], None]]:
    """Show a bar where stderr is a terminal; yield what is told the share done, 0 to 1."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda share: progress.update(task, completed=min(1.0, share))
