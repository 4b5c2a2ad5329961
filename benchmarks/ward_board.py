"""A ward of 200 infants with a month each: its start, a look with one new pull, its memory."""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pouch_host.derive import RecentRecords, newest_day, row_of
from pouch_host.derive.inputs import Context
from pouch_host.store import Store
from pouch_host.ward import WardSettings, WardWatch
from pouch_host.ward.told import minutes_of

from . import made_ward
from .figures import Figure
from .made_infants import START_UTC_S

INFANTS = 200
DAYS = 30
# The last pulls of each band are kept back, to arrive while the ward is watched.
LEFT_OUT = 24

_DAY_S = 86_400
PULLS = DAYS * _DAY_S // made_ward.PULL_S
_UPDATES = 60
_IDLE_LOOKS = 1000
_ROUNDS = 12
_MS = 1000.0
_KB = 1024.0


@dataclass
class Ward:
    """A ward that is watched by hand, and its time.

    Attributes:
        store: its store.
        watch: what watches it.
        clock: the time, as a list of one.
    """

    store: Store
    watch: WardWatch
    clock: list[float]

    def pull(self, infant: int, number: int) -> None:
        """Store one pull of an infant's band, as the collector does."""
        first, data = made_ward.pull_of(infant, DAYS, number)
        band_id = made_ward.band_id(infant)
        now_utc_s = self.clock[0]
        self.store.add_segment(
            band_id, made_ward.LOG_ID, made_ward.BOOT_ID, first, data, now_utc_s
        )
        self.store.record_contact(band_id, now_utc_s, battery_mv=3900)


@contextmanager
def watched_ward(folder: Path, infants: int = INFANTS) -> Iterator[Ward]:
    """Open a ward whose last pulls have yet to arrive; nobody has looked at it yet."""
    path = made_ward.ward_store(folder, infants, DAYS, left_out_pulls=LEFT_OUT)
    clock = [START_UTC_S + float((PULLS - LEFT_OUT) * made_ward.PULL_S) + 5]
    # Days that are over are brought up to date by themselves, and are no part of a look.
    settings = WardSettings(refresh_every_s=None)
    with Store.open(path) as store:
        watch = WardWatch(store, clock=lambda: clock[0], settings=settings)
        yield Ward(store, watch, clock)
        watch.stop()


def measure(folder: Path) -> list[Figure]:
    """Start a ward, bring it one pull at a time, and let it run for an hour."""
    for infant in range(INFANTS):
        # What a band sends is made before anything is timed.
        made_ward.pull_of(infant, DAYS, 0)
    with watched_ward(folder) as ward:
        start_s = _timed(ward.watch.step)
        board = ward.watch.board()
        _must(len(board.infants) == INFANTS and not board.waiting, "every infant was to be shown")
        _must(board.failure is None, f"the board says: {board.failure}")
        started_kb = rss_kb()
        idle_s = _timed(lambda: _idle(ward)) / _IDLE_LOOKS
        updates_ms = [_update_ms(ward, infant) for infant in range(_UPDATES)]
        parts = _parts(ward)
        sizes_kb = [_round(ward, number) for number in range(1, _ROUNDS + 1)]
    return [
        Figure("ward of 200 infants, 30 days each: start", start_s, "s"),
        Figure("  for each infant", start_s / INFANTS * _MS, "ms"),
        Figure("  memory then", started_kb / _KB, "MB"),
        Figure("look that finds nothing new", idle_s * _MS, "ms"),
        Figure("look that finds one pull, median", float(np.median(updates_ms)), "ms"),
        Figure("  p95", float(np.percentile(updates_ms, 95)), "ms"),
        *(Figure(f"  {name}", value_s * _MS, "ms") for name, value_s in parts),
        Figure(
            "memory after an hour in which all bands are pulled 12 times", sizes_kb[-1] / _KB, "MB"
        ),
        Figure("  grown in its second half", (sizes_kb[-1] - sizes_kb[_ROUNDS // 2]) / _KB, "MB"),
    ]


def _idle(ward: Ward) -> None:
    for _ in range(_IDLE_LOOKS):
        ward.watch.step()


def _update_ms(ward: Ward, infant: int) -> float:
    """Return how long the look takes that finds one new pull."""
    ward.clock[0] += 1
    ward.watch.step()
    ward.pull(infant, PULLS - LEFT_OUT)
    version = ward.watch.board().version
    took_s = _timed(ward.watch.step)
    _must(ward.watch.board().version > version, "the pull was to be seen")
    return took_s * _MS


def _parts(ward: Ward) -> list[tuple[str, float]]:
    """Return what the parts of an update take, one after the other."""
    store, infant = ward.store, ward.store.infants()[_UPDATES]
    given = store.assignments(infant.code)
    bands = {band.band_id: band for band in store.bands()}
    records = RecentRecords(store)
    records.look(ward.clock[0])
    records.read(given[0].band_id)
    ward.pull(_UPDATES, PULLS - LEFT_OUT)
    took = [
        (
            "of which: records read, checked and put in time",
            _timed(lambda: (records.read(given[0].band_id), records.timeline(given[0].band_id))),
        )
    ]
    context = Context.of(store, ward.clock[0], records=records)
    began_s = time.perf_counter()
    day = newest_day(context, infant, given)
    took.append(
        ("           states and temperatures of the last day", time.perf_counter() - began_s)
    )
    took.append(("           hours of today", _timed(lambda: row_of(context, day, bands))))
    took.append(
        ("           minutes for the alerts", _timed(lambda: minutes_of(day, records, 3900)))
    )
    return took


def _round(ward: Ward, number: int) -> float:
    """Let five minutes pass in which every band is pulled once; return the memory after it."""
    pull = PULLS - LEFT_OUT + number
    for infant in range(INFANTS):
        ward.clock[0] += made_ward.PULL_S / INFANTS
        ward.pull(infant, pull)
        ward.watch.step()
    return rss_kb()


def rss_kb() -> float:
    """Return the memory that this process has now; the most that it had where that is not told."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (one for one in status.read_text().splitlines() if one.startswith("VmRSS"))
        return float(line.split()[1])
    scale = _KB if sys.platform == "darwin" else 1.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def _timed(action: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    action()
    return time.perf_counter() - began_s


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)
