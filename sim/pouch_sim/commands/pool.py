"""Works through a list in several processes, for what takes minutes."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def core_count() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worked_through(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int
) -> Iterator[tuple[int, Result]]:
    """Yield the index of each item with what the work gave, in the order in which it is done.

    Ctrl-C and errors end it when the items that were begun are done; no further ones begin.

    Args:
        work: a function of a module, or a partial of one. What it raises is raised here; it must
            be an exception that can be pickled.
        items: which can be pickled.
        processes: how many at the same time; with 1 it is done in this process.
    """
    if processes <= 1 or len(items) <= 1:
        for index, item in enumerate(items):
            yield index, work(item)
        return
    # Started anew instead of forked: this process draws its bar in a thread of its own.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_leave_ctrl_c) as pool:
        futures = {pool.submit(work, item): index for index, item in enumerate(items)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _leave_ctrl_c() -> None:
    """Let Ctrl-C be for the process that started this one, which ends the pool in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
