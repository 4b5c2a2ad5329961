"""Opens a store for a `Study`."""

import time
import warnings
from pathlib import Path

from pouch_host.errors import InputError
from pouch_host.export.deidentify import Codes, Shift, read_or_make_key
from pouch_host.export.selection import Selection
from pouch_host.store import Store

from .given import Moment, shift_of, utc_s_of
from .needs import FRAMES, need
from .study import Study


def open_store(
    store: str | Path,
    *,
    now: Moment | None = None,
    deidentify: str | Path | None = None,
    shift_dates: str = "none",
    free_text: bool = False,
) -> Study:
    """Open a store to read its tables.

    Nothing is written to it, but that a store of an older version is brought up to date first, as
    by every command. Bands and nurses may go on writing: the study is what there was when it was
    opened.

    Args:
        store: an SQLite file, or an SQLAlchemy address such as
            "postgresql+psycopg://server/ward".
        now: as of when: minutes that are not over by then do not count. None for the moment of
            opening.
        deidentify: file of a study key: codes stand in the place of names, as `pouch export` has
            them with the same key. It is made if it is not there, with a warning.
        shift_dates: "weeks" or "days" moves the dates of each infant by its own; needs a key.
        free_text: also what staff wrote in their own words.

    Returns:
        The study. Use it in a `with` block, or call `close`.

    Raises:
        InputError: a value cannot be used, or polars is not installed.
        StoreError: there is no such store, or it cannot be read.

    Example:
        >>> import pouch_host as pouch
        >>> with pouch.open_store("ward.sqlite") as study:
        ...     print(study.site, study.zone, study.infant_codes[0])
        Example ward Africa/Kampala s-01
    """
    need(*FRAMES)
    shift = shift_of(shift_dates)
    if shift is not Shift.NONE and deidentify is None:
        raise InputError("shift_dates needs the key of deidentify")
    codes = None
    if deidentify is not None:
        codes = Codes(read_or_make_key(Path(deidentify), _warn), shift)
    opened = Store.open(store, create=False)
    try:
        now_utc_s = time.time() if now is None else utc_s_of(now, opened.zone)
        selection = Selection.of(opened, now_utc_s, deidentify=codes, free_text=free_text)
    except BaseException:
        opened.close()
        raise
    return Study(opened, selection)


def _warn(note: str) -> None:
    warnings.warn(note.removeprefix("note: "), stacklevel=3)
