"""What a simulated run leaves beside its store: the truth, minute by minute, and what it was.

DIR/pouch.db         what a host would have
DIR/truth.csv        time_utc, state, infant_core_c, infant_skin_c: a row a minute
DIR/scenario.json    name, row, split, seed, zone, start, length
"""

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pouch_host.errors import InputError
from pouch_sim.world.day import CAREGIVER_ONLY, INFANT_ONLY, OFF, SSC
from pouch_sim.world.physical import PhysicalWorld

STORE_NAME = "pouch.db"
TRUTH_NAME = "truth.csv"
SCENARIO_NAME = "scenario.json"
COLUMNS = ("time_utc", "state", "infant_core_c", "infant_skin_c")
# In the order in which an analysis numbers them, from 1.
STATES = (OFF, CAREGIVER_ONLY, INFANT_ONLY, SSC)

MINUTE_S = 60
_US_PER_S = 1_000_000
# What anything alive has, fever and bath included; beyond it a column was mixed up.
_C_MIN, _C_MAX = 0.0, 60.0


@dataclass(frozen=True)
class RunLabel:
    """What a run was.

    Attributes:
        name: of its scenario.
        row: the situation that it shows.
        split: training, held_out or own.
        seed: of everything random.
        zone: IANA name.
        start_utc: when it began, ISO 8601 with Z.
        length_s: how long it was to last.
        gear: true for the firmware in its VM, quick for its arithmetic alone.
    """

    name: str
    row: str = "mixed"
    split: str = "own"
    seed: int | None = None
    zone: str = "UTC"
    start_utc: str = ""
    length_s: int = 0
    gear: str = ""


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of one run, by the minute.

    Attributes:
        first_utc_s: where the first minute begins.
        state: index into STATES, plus one, in the middle of each minute.
        infant_core_c: core temperature of the infant then.
        infant_skin_c: chest skin of the infant then.
    """

    first_utc_s: int
    state: NDArray[np.uint8]
    infant_core_c: NDArray[np.float64]
    infant_skin_c: NDArray[np.float64]


def iso_utc(utc_s: float) -> str:
    """Return a time as ISO 8601 in UTC, to the second, with Z."""
    return datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def true_minutes(world: PhysicalWorld, start_utc_s: int, length_s: int) -> Truth:
    """Return the truth of the whole minutes of a run.

    Args:
        world: what happened.
        start_utc_s: Unix time at which the world began.
        length_s: how long the run lasts.
    """
    first_s = -start_utc_s % MINUTE_S
    minutes = max(0, (length_s - first_s) // MINUTE_S)
    number = {name: index for index, name in enumerate(STATES, start=1)}
    names = world.truth_minutes(first_s * _US_PER_S, minutes)
    middles = first_s + MINUTE_S // 2 + MINUTE_S * np.arange(minutes)
    return Truth(
        start_utc_s + first_s,
        np.array([number[name] for name in names], dtype=np.uint8),
        np.asarray(world.infant_core_c)[middles],
        np.asarray(world.infant_skin_c)[middles],
    )


def write_truth(path: Path, truth: Truth) -> None:
    """Write truth.csv.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        columns = (truth.state, truth.infant_core_c, truth.infant_skin_c)
        for index, (state, core_c, skin_c) in enumerate(zip(*columns, strict=True)):
            utc_s = truth.first_utc_s + MINUTE_S * index
            writer.writerow([iso_utc(utc_s), STATES[state - 1], f"{core_c:.3f}", f"{skin_c:.3f}"])


def read_truth(path: Path) -> Truth:
    """Read truth.csv.

    Raises:
        InputError: it is not there, is not such a file, or is torn; the line is named.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(_rows(path, file))
    except FileNotFoundError:
        raise InputError(
            f"{path}: there is no such file; `pouch sim run` writes it beside the store"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise InputError(f"{path}: this is not text in UTF-8; run `pouch sim run` anew") from None
    if not rows:
        raise InputError(f"{path}: no minute is in it; run `pouch sim run` for a minute or more")
    states, cores_c, skins_c = (np.array(column) for column in list(zip(*rows, strict=True))[1:])
    return Truth(rows[0][0], states.astype(np.uint8), cores_c, skins_c)


def _rows(path: Path, file: Iterator[str]) -> Iterator[tuple[int, int, float, float]]:
    """Yield time, state and both temperatures of each line, refusing what cannot be."""
    reader = csv.reader(file)
    header = next(reader, [])
    if tuple(header) != COLUMNS:
        raise InputError(f"{path}: line 1: expected the columns {','.join(COLUMNS)}")
    due_s = None
    for cells in reader:
        line = f"{path}: line {reader.line_num}"
        if len(cells) != len(COLUMNS):
            raise InputError(
                f"{line}: torn: {len(cells)} of {len(COLUMNS)} fields; run the scenario anew"
            )
        utc_s = _utc_s(line, cells[0])
        if due_s is not None and utc_s != due_s:
            raise InputError(f"{line}: {cells[0]} is not a minute after the line before")
        due_s = utc_s + MINUTE_S
        if cells[1] not in STATES:
            raise InputError(f"{line}: unknown state {cells[1]!r}; there are {', '.join(STATES)}")
        temperatures_c = _temperature_c(line, cells[2]), _temperature_c(line, cells[3])
        yield utc_s, STATES.index(cells[1]) + 1, *temperatures_c


def _utc_s(line: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.timestamp() % MINUTE_S:
        raise InputError(f"{line}: {text!r} is not a whole minute such as 2026-03-01T08:00:00Z")
    return int(moment.timestamp())


def _temperature_c(line: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not _C_MIN <= value <= _C_MAX:
        raise InputError(f"{line}: {text!r} is not a temperature in degrees Celsius")
    return value


def write_label(path: Path, label: RunLabel) -> None:
    """Write scenario.json.

    Raises:
        OSError: it cannot be written.
    """
    path.write_text(json.dumps(asdict(label), indent=2) + "\n", encoding="utf-8")


def read_label(folder: Path) -> RunLabel:
    """Read scenario.json of a run's folder; without it the folder's name is the scenario.

    Raises:
        InputError: it is there and cannot be read.
    """
    path = folder / SCENARIO_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return RunLabel(folder.resolve().name)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    try:
        held = json.loads(text)
    except ValueError as error:
        raise InputError(f"{path}: this is not JSON: {error}") from error
    if not isinstance(held, dict) or not isinstance(held.get("name"), str):
        raise InputError(f"{path}: expected an object with a name; run `pouch sim run` anew")
    known = {field.name for field in fields(RunLabel)}
    return RunLabel(**{name: value for name, value in held.items() if name in known})
