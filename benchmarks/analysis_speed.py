"""Infants' samples into states, sessions, temperatures and days, beside wear detection.

Thirty infants of four weeks are analysed in a pool of two processes, as a user of the library
would, samples handed over and results handed back. Then one infant is analysed alone, and DETACH
of two packages gets the same infant: it tells worn from not worn and nothing else. There is no
other program that could be held against the whole.
"""

import importlib
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from pouch_host.analysis.days import Day
from pouch_host.analysis.infant import analyse
from pouch_host.analysis.samples import Samples
from pouch_host.analysis.states import MINUTE_S, State
from pouch_sim.commands import rivals_detach as rule

from .figures import Figure
from .made_infants import SAMPLE_S, START_UTC_S, made_infant

INFANTS = 30
DAYS = 28
_PROCESSES = 2
_ZONE = ZoneInfo("Asia/Karachi")
_DAY_MIN = 1440
_MS_PER_S = 1000
_BYTES_PER_MB = 1e6
_BYTES_PER_KB = 1024
_REPEATS = 3

# Of infants whose states look as the parameters say, the analysis has to know nearly everything:
# otherwise something else was measured than is said.
_KNOWN_SHARE_MIN = 0.8

# scikit-digital-health's DETACH takes windows of at most 15 s, so that it wants a value each 15 s
# at least. The band's accelerometer gives 12.5 a second.
_SKDH_WINDOW_S = 15
_ACCELEROMETER_HZ = 12.5
_ACCELEROMETER_DAYS = 2
_MG_PER_G = 1000


@dataclass(frozen=True)
class _Outcome:
    """What one process made of one infant.

    Attributes:
        days: by date.
        known_share: of all minutes.
        processor_s: processor time it took.
        peak_bytes: most memory that the process has had so far.
    """

    days: tuple[Day, ...]
    known_share: float
    processor_s: float
    peak_bytes: int


def measure(folder: Path) -> list[Figure | str]:  # noqa: ARG001 - nothing is written
    """Analyse all, then one beside the others; fail if the analysis knows too little."""
    infants = [made_infant(seed, DAYS) for seed in range(INFANTS)]
    started_s = time.perf_counter()
    # A process of its own, not a copy of this one: it holds what the analysis takes and no more.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, mp_context=fresh) as pool:
        outcomes = list(pool.map(_outcome, infants))
    wall_s = time.perf_counter() - started_s
    known = min(outcome.known_share for outcome in outcomes)
    if known < _KNOWN_SHARE_MIN:
        raise AssertionError(f"of one infant only {known:.0%} of the minutes are known")
    processor_s = sum(outcome.processor_s for outcome in outcomes)
    peak_bytes = max(outcome.peak_bytes for outcome in outcomes)
    records = sum(len(samples) for samples in infants)
    return [
        Figure(f"{INFANTS} infants, {DAYS} days of {SAMPLE_S} s records (under 20)", wall_s, "s"),
        Figure(f"  records, analysed in {_PROCESSES} processes", records, ""),
        Figure("  infant-days a second", INFANTS * DAYS / wall_s, ""),
        Figure("  processor time of all", processor_s, "s"),
        Figure("  memory of a process at most", peak_bytes / _BYTES_PER_MB, "MB"),
        *_beside_wear_detection(infants[0]),
    ]


def _outcome(samples: Samples) -> _Outcome:
    began_s = time.process_time()
    minutes = DAYS * _DAY_MIN
    spans = [(START_UTC_S, START_UTC_S + MINUTE_S * minutes)]
    result = analyse(samples, START_UTC_S, minutes, _ZONE, spans=spans)
    return _Outcome(
        result.days,
        float(np.mean(result.minutes.states != State.UNKNOWN)),
        time.process_time() - began_s,
        _peak_bytes(),
    )


def _peak_bytes() -> int:
    """Return the most memory that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():
        # On Linux `resource` would count what the parent had when it started this process.
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * _BYTES_PER_KB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, others kilobytes.
    return peak if sys.platform == "darwin" else peak * _BYTES_PER_KB


def _beside_wear_detection(samples: Samples) -> list[Figure | str]:
    ours_ms = _day_ms(lambda: _outcome(samples), DAYS)
    lines: list[Figure | str] = [
        Figure("processor time of an infant-day, samples to days", ours_ms, "ms")
    ]
    for name, install, measured in (
        ("nimbaldetach", "sim", _nimbaldetach_ms),
        ("scikit-digital-health", "bench", _skdh_ms),
    ):
        try:
            lines += measured(samples, ours_ms)
        except ModuleNotFoundError as missing:
            lines.append(
                f"  {name} is not installed ({missing.name}): "
                f'.venv/bin/pip install -e ".[{install}]" -c constraints.txt'
            )
    return lines


def _nimbaldetach_ms(samples: Samples, ours_ms: float) -> list[Figure | str]:
    importlib.import_module("nimbaldetach")
    found = rule.worn_states(samples)
    _check_found("nimbaldetach", float(np.mean(found == State.OFF)))
    theirs_ms = _day_ms(lambda: rule.worn_states(samples), DAYS)
    return [
        Figure("  nimbaldetach, worn or not, on the same samples", theirs_ms, "ms"),
        Figure("    the whole analysis takes longer by", ours_ms / theirs_ms, "x"),
    ]


def _skdh_ms(samples: Samples, ours_ms: float) -> list[Figure | str]:
    few_ms = _detach_ms(samples, 1 / _SKDH_WINDOW_S, _SKDH_WINDOW_S, DAYS)
    raw_ms = _detach_ms(samples, _ACCELEROMETER_HZ, 1, _ACCELEROMETER_DAYS)
    return [
        Figure("  scikit-digital-health, worn or not, each sample twice", few_ms, "ms"),
        Figure("    the whole analysis takes longer by", ours_ms / few_ms, "x"),
        Figure("  scikit-digital-health, worn or not, at 12.5 Hz", raw_ms, "ms"),
        Figure("    it takes longer than the whole analysis by", raw_ms / ours_ms, "x"),
        "  handed to both: the infant face's temperature, and acceleration that swings as far as",
        "  the activity of each record says; interpolated where records are lost",
    ]


def _detach_ms(samples: Samples, rate_hz: float, window_s: int, days: int) -> float:
    """Return the time that scikit-digital-health's DETACH takes for an infant-day.

    With the thresholds of `rivals_detach`, at some rate; `window_s` is its own parameter.
    """
    skdh: Any = importlib.import_module("skdh.preprocessing")
    detach = skdh.DETACH(
        sd_thresh=rule.STILL_MG / _MG_PER_G,
        low_temperature_threshold=rule.LOW_C,
        high_temperature_threshold=rule.HIGH_C,
        decrease_threshold=rule.COOLING_C_PER_MIN,
        increase_threshold=rule.WARMING_C_PER_MIN,
        window_size=window_s,
    )
    times, axes_g, temperature_c = _signals(samples, rate_hz, days)

    def run() -> NDArray[np.integer[Any]]:
        found = detach.predict(time=times, accel=axes_g, temperature=temperature_c, fs=rate_hz)
        return found["wear"]

    worn = run()
    _check_found("scikit-digital-health", 1 - float(np.diff(worn).sum()) / len(times))
    return _day_ms(run, days)


def _signals(
    samples: Samples, rate_hz: float, days: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return times, acceleration of three axes and temperature at a rate."""
    count = int(days * _DAY_MIN * MINUTE_S * rate_hz)
    times = START_UTC_S + np.arange(count) / rate_hz
    sd_g = rule.acceleration_sd_g(np.interp(times, samples.utc_s, samples.activity_mg))
    axis_g = sd_g * (1 - 2 * (np.arange(count) % 2))
    temperature_c = np.interp(times, samples.utc_s, samples.infant_temperature_c)
    return times, np.stack([axis_g] * 3, axis=1), temperature_c


def _check_found(name: str, not_worn_share: float) -> None:
    if not 0 < not_worn_share < 1:
        raise AssertionError(f"{name} found the band not worn {not_worn_share:.0%} of the time")


def _day_ms(action: Callable[[], object], days: int) -> float:
    """Return the processor time of an action at its best, divided by its days.

    Processor time, so that what else the machine does counts for none of them.
    """
    times_s = []
    for _ in range(_REPEATS):
        began_s = time.process_time()
        action()
        times_s.append(time.process_time() - began_s)
    return min(times_s) * _MS_PER_S / days
