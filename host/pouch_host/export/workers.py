"""Makes the parts of an export, in this process or in several."""

import gc
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path

from pouch_host.errors import InputError
from pouch_host.store import Store

from .formats import PartWriter, format_of, taken
from .request import Request, parts_of
from .selection import Selection
from .snapshot import Snapshot
from .staging import Staging
from .tables import all_frames

# From so many infants on, starting processes costs less than it gains.
_INFANTS_MIN = 12
_WORKERS_MAX = 8
_LOOK_EVERY_S = 0.2
# So many new objects, as an infant's segments are several times.
_GARBAGE_AT = 50_000


@dataclass(frozen=True, slots=True)
class Job:
    """What a process has to know to make any part.

    Attributes:
        request: what is asked for.
        snapshot: how far the store counts.
        out: name that the export gets.
    """

    request: Request
    snapshot: Snapshot
    out: Path


@dataclass(slots=True)
class _Process:
    """What a process of the pool was told."""

    job: Job | None = field(default=None)


_process = _Process()


def make_parts(
    job: Job, numbers: Sequence[int], on_done: Callable[[int], None], workers: int | None = None
) -> None:
    """Make some parts; those that are finished when it fails stay.

    Args:
        job: of the export.
        numbers: of the parts that are missing.
        on_done: told the number of each that is finished.
        workers: how many processes; None to choose by the size of the export and the machine.

    Raises:
        OSError: a part cannot be written.
        InputError: a process was ended from outside.
        StoreError: the store cannot be read.
    """
    many = len(job.snapshot.infants) >= _INFANTS_MIN
    count = workers or (min(_WORKERS_MAX, os.cpu_count() or 1) if many else 1)
    count = min(count, len(numbers))
    if count <= 1:
        for number in numbers:
            make_part(job, number)
            on_done(number)
        return
    # Read by NumPy when it is imported, which is before `_begin`: threads of its linear algebra
    # would wait in a loop on a core that another process needs.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A fork would copy the locks of threads that are not copied.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ExitStack() as stack:
        pool = ProcessPoolExecutor(count, context, _begin, (job, stop, os.getpid()))
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        try:
            futures = {pool.submit(_make, number): number for number in numbers}
            for future in as_completed(futures):
                future.result()
                on_done(futures[future])
        except BrokenProcessPool as error:
            raise InputError(
                "a process of the export was ended from outside, as by a machine without free "
                "memory: go on with --resume"
            ) from error
        except BaseException:
            # Somebody waits: what the others are writing is made again next time.
            stop.set()
            raise


def make_part(job: Job, number: int) -> None:
    """Make one part: a folder of each format with what is about a few infants.

    Raises:
        OSError: it cannot be written.
        StoreError: the store cannot be read.
    """
    staging = Staging(job.out)
    folder = staging.new_part(number)
    try:
        # The store anew for each part: what is remembered of its infants goes with it.
        with Store.open(job.request.store, create=False) as store:
            selection = parts_of(job.request.selection(store, job.snapshot))[number]
            rows = _write(selection, job.request.formats, folder)
        staging.finish_part(number, folder, rows)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write(selection: Selection, formats: Sequence[str], folder: Path) -> dict[str, int]:
    rows: dict[str, int] = {}
    with ExitStack() as stack:
        writers: list[PartWriter] = []
        for name in formats:
            (folder / name).mkdir()
            writer = format_of(name).part(folder / name, selection)
            stack.callback(writer.close)
            writers.append(writer)
        for table, frame in all_frames(selection, taken(formats)):
            rows[table.name] = rows.get(table.name, 0) + len(frame)
            for writer in writers:
                writer.add(table, frame)
    return rows


def _begin(job: Job, stop: Event, parent: int) -> None:
    """Prepare a process of the pool."""
    _process.job = job
    # One process for each core; polars and Arrow read these when they are first imported.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # Ctrl-C goes to all processes of a terminal; the first one says what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Rows by the ten thousand are no garbage; to look for it among them took a twentieth.
    gc.set_threshold(_GARBAGE_AT, 20, 20)
    threading.Thread(target=_watch, args=(stop, parent), daemon=True).start()


def _watch(stop: Event, parent: int) -> None:
    """End this process when it is told to, or when its parent is gone."""
    while not stop.wait(_LOOK_EVERY_S):
        if os.getppid() != parent:
            break
    os._exit(1)


def _make(number: int) -> None:
    assert _process.job is not None
    make_part(_process.job, number)
