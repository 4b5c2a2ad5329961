"""Keeps the simulator and its MicroPython processes on one processor core.

They never run at the same time: one blocks until the other speaks. A question and its answer took
65 us when the two sat on different cores and 5.5 us on one, because waking another core is slow.
"""

from __future__ import annotations

import os
import re


def pin_to_one_core() -> int | None:
    """Confine the calling thread, and every process it starts, to one core; return which.

    An affinity already narrowed to one core is left alone, so a test runner that gives each of
    its workers a core keeps its choice. Otherwise workers of pytest-xdist are spread by their
    number, and anything else takes a core by its process id. Where the system has no affinity
    (macOS) this does nothing and returns None: the simulation is the same, only slower.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) == 1:
        return allowed[0]
    worker = re.search(r"\d+$", os.environ.get("PYTEST_XDIST_WORKER", ""))
    number = int(worker.group()) if worker else os.getpid()
    core = allowed[number % len(allowed)]
    os.sched_setaffinity(0, {core})
    return core
