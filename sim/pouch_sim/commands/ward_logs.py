"""What people of `pouch sim ward` write down: an observer, a nurse's chart, a mother's diary.

    truth --> observer.csv   looks every two hours, day and night
          --> chart.csv      minutes of contact in slots of four hours
          --> diary.csv      episodes with begin and end

All errors are made up, by seed; their sizes are guided by what is known: in Uganda (OMWaNA) a
chart came within 0.2 h a day of an observer and a diary ran 1.7 h high, and of single episodes
only 55 to 58 % agreed (docs/AGREEMENT.md). They are no measurement of anybody.
"""

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from pouch_sim.world.day import SSC

from .run_files import STATES, Truth
from .ward_lives import Life, Stay

OBSERVER_NAME, CHART_NAME, DIARY_NAME = "observer.csv", "chart.csv", "diary.csv"
NAMES = (OBSERVER_NAME, CHART_NAME, DIARY_NAME)

_SSC = STATES.index(SSC) + 1
_MINUTE_S = 60
_HOUR_MIN, _DAY_MIN = 60, 1440
_MIDNIGHT = "%Y-%m-%dT00:00"

# An observer comes every two hours, some minutes late, and leaves out a round now and then. What
# is under a blanket is told wrong now and then, or not at all.
_LOOK_MIN, _LOOK_LATE_MIN = 120, 10
_LOOK_MISSED, _LOOK_WRONG, _LOOK_UNKNOWN = 0.05, 0.02, 0.02
# A chart is filled in at the end of a slot, from memory, in quarters of an hour.
_SLOT_MIN, _SLOT_SD_MIN, _SLOT_STEP_MIN, _SLOT_EMPTY = 240, 20.0, 15, 0.1
# A diary: breaks of a feed go unnoticed, short sessions are forgotten, times are rounded and
# ends are told late, and some days are left out.
_DIARY_BRIDGED_MIN, _DIARY_SHORT_MIN, _DIARY_FORGOTTEN = 15, 30, 0.4
_DIARY_STEP_MIN, _DIARY_EARLY_MIN, _DIARY_LATE_MIN, _DIARY_LEFT_OUT = 15, 10.0, 25.0, 0.1
_EPISODE_MIN_MAX = 1440

Span = tuple[int, int]


def write_logs(
    folder: Path, stays: Sequence[Stay], lives: Sequence[Life], zone: ZoneInfo, seed: int
) -> None:
    """Write the three logs.

    Args:
        folder: where.
        stays: who was there.
        lives: what happened, of each in the same order.
        zone: of local times.
        seed: of all errors.

    Raises:
        OSError: they cannot be written.
    """
    both = list(zip(stays, lives, strict=True))

    def rows(name: str) -> Iterator[Sequence[object]]:
        for stay, life in both:
            chance = random.Random(f"{name} {seed} {stay.code}")
            yield from _ROWS[name](stay.code, life.truth, zone, chance)

    for name, header in _HEADERS.items():
        _write(folder / name, header, rows(name))


def _looks(
    code: str, truth: Truth, zone: ZoneInfo, chance: random.Random
) -> Iterator[Sequence[object]]:
    for due in range(0, len(truth.state), _LOOK_MIN):
        at = due + chance.randrange(_LOOK_LATE_MIN)
        if at >= len(truth.state) or chance.random() < _LOOK_MISSED:
            continue
        seen = (truth.state[at] == _SSC) != (chance.random() < _LOOK_WRONG)
        word = "unknown" if chance.random() < _LOOK_UNKNOWN else ("yes" if seen else "no")
        yield code, _local(truth, at, zone), word


def _slots(
    code: str, truth: Truth, zone: ZoneInfo, chance: random.Random
) -> Iterator[Sequence[object]]:
    contact = truth.state == _SSC
    for begin, end in _within_days(truth, zone, _SLOT_MIN):
        told = int(np.count_nonzero(contact[begin:end]))
        if 0 < told < end - begin:
            told = _rounded(told + chance.gauss(0.0, _SLOT_SD_MIN), _SLOT_STEP_MIN)
        written = min(max(told, 0), end - begin)
        cell = "" if chance.random() < _SLOT_EMPTY else written
        yield code, _local(truth, begin, zone), _local(truth, end, zone), cell


def _episodes(
    code: str, truth: Truth, zone: ZoneInfo, chance: random.Random
) -> Iterator[Sequence[object]]:
    told = [one for one in _remembered(truth, chance) if one[1] > one[0]]
    days = list(_within_days(truth, zone, _DAY_MIN))
    for first, last in days:
        left_out = chance.random() < _DIARY_LEFT_OUT
        mine = [one for one in told if first <= one[0] < last]
        if left_out:
            continue
        for begin, end in mine:
            yield code, _local(truth, begin, zone), _local(truth, end, zone), "yes"
        reached = any(begin < last and first < end for begin, end in told)
        if not reached and last - first == _DAY_MIN:
            yield code, _local(truth, first, zone), _local(truth, last, zone), "no"


def _remembered(truth: Truth, chance: random.Random) -> list[Span]:
    """Return the episodes that a mother writes down, by time and without overlap."""
    found: list[Span] = []
    for begin, end in _bridged(_runs(truth.state == _SSC), _DIARY_BRIDGED_MIN):
        if end - begin < _DIARY_SHORT_MIN and chance.random() < _DIARY_FORGOTTEN:
            continue
        early, late = (chance.uniform(0.0, most) for most in (_DIARY_EARLY_MIN, _DIARY_LATE_MIN))
        since = max(0, _rounded(begin - early, _DIARY_STEP_MIN), found[-1][1] if found else 0)
        until = min(_rounded(end + late, _DIARY_STEP_MIN), since + _EPISODE_MIN_MAX)
        # A row tells a time that was there: nothing after the infant went home.
        found.append((since, min(until, len(truth.state))))
    return found


def _runs(flags: "np.typing.NDArray[np.bool_]") -> list[Span]:
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _bridged(runs: Iterable[Span], gap_min: int) -> list[Span]:
    joined: list[Span] = []
    for begin, end in runs:
        if joined and begin - joined[-1][1] < gap_min:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined


def _within_days(truth: Truth, zone: ZoneInfo, length_min: int) -> Iterator[Span]:
    """Yield stretches of a length that begin with each local day, as far as there is truth."""
    begin = datetime.fromtimestamp(truth.first_utc_s, zone)
    midnight = datetime(begin.year, begin.month, begin.day, tzinfo=zone)
    count = len(truth.state)
    while (first := (midnight.timestamp() - truth.first_utc_s) / _MINUTE_S) < count:
        after = midnight + timedelta(days=1)
        last = (after.timestamp() - truth.first_utc_s) / _MINUTE_S
        edges = [*range(round(first), round(last), length_min), round(last)]
        for low, high in pairwise(edges):
            part = max(low, 0), min(high, count)
            if part[1] > part[0]:
                yield part
        midnight = after


def _rounded(minute: float, step: int) -> int:
    return round(minute / step) * step


def _local(truth: Truth, minute: int, zone: ZoneInfo) -> str:
    """Return a moment in local time, with its offset: an hour that comes twice stays two."""
    utc_s = truth.first_utc_s + _MINUTE_S * minute
    return datetime.fromtimestamp(utc_s, UTC).astimezone(zone).isoformat(timespec="minutes")


_HEADERS = {
    OBSERVER_NAME: ("infant", "at", "contact"),
    CHART_NAME: ("infant", "begin", "end", "contact_min"),
    DIARY_NAME: ("infant", "begin", "end", "contact"),
}
_ROWS = {OBSERVER_NAME: _looks, CHART_NAME: _slots, DIARY_NAME: _episodes}


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
