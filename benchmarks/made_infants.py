"""Samples of infants for benchmarks: a few states in turn, drawn at once for weeks.

These are no people: the world of `pouch_sim` has those, and takes far longer to make them. What
matters here is the amount, and that no path of the analysis is left out: changes, noise, lost
records and readings in doubt.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pouch_host.analysis.samples import Samples, from_columns

START_UTC_S = 1_772_323_200
"""2026-03-01 00:00 UTC."""

SAMPLE_S = 30
SAMPLES_PER_DAY = 2880


@dataclass(frozen=True)
class _Look:
    """What a state looks like: mean of each column; and how long it lasts.

    Attributes:
        share: how often it comes next.
        stay_min: minutes that it lasts on average.
    """

    share: float
    stay_min: float
    infant_temperature_c: float
    caregiver_temperature_c: float
    infant_touch_pf: float
    caregiver_touch_pf: float
    activity_mg: float
    breath_adult: float
    breath_infant: float


# In turn: contact, cot, the caregiver alone with the band, the table. Levels are those of
# docs/ANALYSIS.md in round numbers.
_LOOKS = (
    _Look(0.40, 75, 36.2, 35.6, 9.0, 9.0, 22, 97, 80),
    _Look(0.35, 60, 35.9, 33.7, 9.0, 2.2, 16, 38, 84),
    _Look(0.20, 30, 34.2, 35.1, 2.2, 9.0, 32, 97, 51),
    _Look(0.05, 20, 26.0, 26.0, 2.1, 2.1, 8, 36, 50),
)

# Spread of a reading around the mean of its state.
_SPREADS = {
    "infant_temperature_c": 0.3,
    "caregiver_temperature_c": 0.4,
    "infant_touch_pf": 1.5,
    "caregiver_touch_pf": 1.5,
    "activity_mg": 5.0,
    "breath_adult": 9.0,
    "breath_infant": 8.0,
}
_STAY_MIN_MIN = 2
_SAMPLES_PER_MIN = 60 // SAMPLE_S

# Temperatures follow a change as a pod on skin does, with a time constant of some minutes.
_SETTLING_SAMPLES = 8

# Stretches of lost records: two a day, of 15 minutes on average.
_LOSSES_PER_DAY = 2
_LOSS_SAMPLES = 30


def made_infant(seed: int, days: int) -> Samples:
    """Return the samples of one infant, taken every 30 s from `START_UTC_S` on.

    Args:
        seed: another one is another infant.
        days: how many.
    """
    count = days * SAMPLES_PER_DAY
    rng = np.random.default_rng(seed)
    state = _states(rng, count)
    columns = {}
    for name, spread in _SPREADS.items():
        means = np.array([getattr(look, name) for look in _LOOKS])[state]
        if name.endswith("_c"):
            means = _settled(means)
        columns[name] = means + rng.normal(0.0, spread, count)
    columns["activity_mg"] = np.clip(np.rint(columns["activity_mg"]), 0, 254)
    times = START_UTC_S + SAMPLE_S * (np.arange(count) + 0.5)
    kept = ~_lost(rng, days)
    return from_columns(
        times[kept],
        interval_s=SAMPLE_S,
        **{name: values[kept] for name, values in columns.items()},
    )


def sample_bytes(samples: Samples) -> int:
    """Return how much memory samples take."""
    return sum(getattr(samples, f.name).nbytes for f in fields(samples))


def _states(rng: np.random.Generator, count: int) -> NDArray[np.intp]:
    """Return for each sample the place of its state in `_LOOKS`."""
    shares = np.array([look.share for look in _LOOKS])
    stays_min = np.array([look.stay_min for look in _LOOKS])
    # As many as there can be at most.
    drawn = rng.choice(len(_LOOKS), size=count // (_STAY_MIN_MIN * _SAMPLES_PER_MIN), p=shares)
    lengths = np.maximum(_STAY_MIN_MIN, rng.exponential(stays_min[drawn])) * _SAMPLES_PER_MIN
    return np.repeat(drawn, np.ceil(lengths).astype(np.intp))[:count]


def _settled(means_c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return temperatures that approach their means exponentially."""
    weights = np.exp(-np.arange(8 * _SETTLING_SAMPLES) / _SETTLING_SAMPLES)
    before = np.full(len(weights) - 1, means_c[0])
    return np.convolve(np.concatenate([before, means_c]), weights / weights.sum(), "valid")


def _lost(rng: np.random.Generator, days: int) -> NDArray[np.bool_]:
    """Tell for each sample whether its record was lost."""
    count = days * SAMPLES_PER_DAY
    losses = _LOSSES_PER_DAY * days
    change = np.zeros(count + 1, np.int64)
    first = rng.integers(0, count, losses)
    last = np.minimum(first + 1 + rng.exponential(_LOSS_SAMPLES, losses).astype(int), count)
    np.add.at(change, first, 1)
    np.add.at(change, last, -1)
    return change.cumsum()[:-1] > 0
