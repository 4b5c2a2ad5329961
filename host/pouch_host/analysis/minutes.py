"""The state of each minute, with its probability: fusion of all channels over time.

    samples --> emission: fit to each substate --> evidence of each minute --> chain --> states
                                                   |
                    time that no sample speaks for: could have been anything

A minute has the state whose probability is at least `probability_min` whatever missing records
might have said, else it is unknown. `ssc_high` tells beside that whether a minute may have been
contact; hours of contact lie between both.

Where a whole kind of measurement is missing, the others are all there is, and they can agree and
be wrong. So all bounds are mixed with not knowing anything, by a share for each kind (`Doubt`).

Taking records away can turn a known minute into an unknown one and lower the probability of what
it is; it never makes contact, and never excludes it (see `chain`). Held against that: the clock.
Anchors are records, too, and without one the times of a boot shift by what its clock drifts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .chain import Blocks, Bounds, smooth
from .emission import log_likelihoods, measured_groups
from .parameters import Doubt, Parameters, default_parameters
from .samples import Samples
from .states import KNOWN_STATES, MINUTE_S, State

Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.uint8]

_ON_INFANT = [KNOWN_STATES.index(State.INFANT_ONLY), KNOWN_STATES.index(State.SSC)]

# Sums of Unix times in double precision are good to a microsecond, and evidence that differs by
# less than this must not differ at all.
_EVIDENCE_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class MinuteStates:
    """One state for each whole minute.

    Attributes:
        first_utc_s: where the first minute begins.
        states: a `State` for each minute, shape (minutes,).
        probability: of that state at least, 0 to 1; NaN where unknown.
        ssc_low: probability of contact at least, whatever missing records might have said.
        ssc_high: probability of contact at most.
        on_infant_low: probability that the infant face is on the infant at least: contact or
            infant only, where a minute may be one or the other.
        covered: share of each minute that samples speak for, 0 to 1.
        algorithm_version: the method and its parameters.
    """

    first_utc_s: int
    states: States
    probability: Floats
    ssc_low: Floats
    ssc_high: Floats
    on_infant_low: Floats
    covered: Floats
    algorithm_version: str

    def __len__(self) -> int:
        return len(self.states)


def minute_states(
    samples: Samples,
    first_utc_s: int,
    minutes: int,
    *,
    parameters: Parameters | None = None,
) -> MinuteStates:
    """Return the state of each minute.

    Args:
        samples: by time, taken every 10 to 300 s. Those of `margin_min` before the first and
            after the last minute count as well.
        first_utc_s: where the first minute begins, a whole minute.
        minutes: how many minutes.
        parameters: other ones than those that came with this version.
    """
    used = parameters or default_parameters()
    if minutes <= 0:
        empty = np.empty(0)
        return MinuteStates(
            first_utc_s, np.empty(0, "u1"), *[empty] * 5, algorithm_version=used.algorithm_version
        )
    # Blocks begin at whole multiples of their length, so that a minute's answer does not depend
    # on which minutes were asked for.
    block_s = used.block_min * MINUTE_S
    begin_utc_s = first_utc_s // block_s * block_s
    blocks = -((begin_utc_s - first_utc_s - MINUTE_S * minutes) // block_s)
    length = blocks * used.block_min + 2 * used.margin_min
    edges = begin_utc_s + MINUTE_S * (np.arange(length + 1) - used.margin_min)
    measured = measured_groups(samples)
    columns = np.column_stack(
        [log_likelihoods(samples, used), *(one.astype(np.float64) for one in measured.values())]
    )
    sums, covered = _by_minute(samples, columns, edges.astype(float))
    fit, spoke = np.split(sums, [len(used.substates)], axis=1)
    doubt = _doubt(dict(zip(measured, spoke.T > 0, strict=True)), used.doubt)
    bounds = smooth(
        fit - used.evidence_max * (1 - covered)[:, np.newaxis],
        fit,
        used.prior,
        used.change_per_minute,
        [used.substates_of(state) for state in KNOWN_STATES],
        Blocks(used.block_min, used.margin_min),
    )
    first = (first_utc_s - begin_utc_s) // MINUTE_S
    asked = slice(first, first + minutes)
    covered, doubt = (
        of_all[used.margin_min : len(of_all) - used.margin_min] for of_all in (covered, doubt)
    )
    share = doubt[asked, np.newaxis]
    low, high = bounds.low[asked] * (1 - share), bounds.high[asked] * (1 - share) + share
    return _decided(first_utc_s, Bounds(low, high), covered[asked], used)


def _doubt(spoke: dict[str, npt.NDArray[np.bool_]], doubt: Doubt) -> Floats:
    """Return what share of each minute's answer may be anything, since a kind is missing near it.

    A kind that spoke a minute or two ago is not missing. Whether it did is asked of each minute by
    itself, so that taking records away can only add doubt.
    """
    window = np.ones(2 * doubt.reach_min + 1)
    missing = {
        name: np.convolve(minutes, window, "same") < 0.5  # noqa: PLR2004 - whole numbers
        for name, minutes in spoke.items()
    }
    touch = np.maximum(
        doubt.infant_touch * missing["infant_touch"],
        doubt.caregiver_touch * missing["caregiver_touch"],
    )
    others = doubt.breathing * missing["breathing"] + doubt.temperature * missing["temperature"]
    return np.minimum(1.0, touch + others)


def _decided(
    first_utc_s: int, bounds: Bounds, covered: Floats, parameters: Parameters
) -> MinuteStates:
    low = bounds.low
    best = low.argmax(axis=1)
    probability = low[np.arange(len(low)), best]
    known = probability >= parameters.probability_min
    states = np.where(known, np.array(KNOWN_STATES, np.uint8)[best], State.UNKNOWN)
    ssc = KNOWN_STATES.index(State.SSC)
    return MinuteStates(
        first_utc_s,
        states.astype(np.uint8),
        np.where(known, probability, np.nan),
        ssc_low=bounds.low[:, ssc],
        ssc_high=bounds.high[:, ssc],
        on_infant_low=low[:, _ON_INFANT].sum(axis=1),
        covered=covered,
        algorithm_version=parameters.algorithm_version,
    )


def _by_minute(samples: Samples, fit: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """Return the evidence of each minute from its samples, and the share that they speak for.

    A sample counts in each minute by the share of the minute that it speaks for: so evidence does
    not grow with the sampling rate, and what no sample speaks for is a share as well.
    """
    begin, end = _disjoint(samples)
    minutes = len(edges) - 1
    sums = np.zeros((minutes, fit.shape[1] + 1))
    first = np.floor((begin - edges[0]) / MINUTE_S).astype(np.int64)
    last = np.floor((end - edges[0]) / MINUTE_S).astype(np.int64)
    # Sample by sample and minute by minute, so that a minute's evidence is the same to the last
    # bit whichever time is asked for.
    for ahead in range(int(np.max(last - first, initial=-1)) + 1):
        minute = first + ahead
        reached = np.flatnonzero((minute >= 0) & (minute < minutes) & (minute <= last))
        minute = minute[reached]
        share = np.minimum(end[reached], edges[minute + 1]) - np.maximum(
            begin[reached], edges[minute]
        )
        share = np.maximum(share, 0.0) / MINUTE_S
        sums[:, 0] += np.bincount(minute, share, minutes)
        for column in range(fit.shape[1]):
            sums[:, column + 1] += np.bincount(minute, share * fit[reached, column], minutes)
    sums = np.round(sums, _EVIDENCE_DECIMALS)
    return sums[:, 1:], np.clip(sums[:, 0], 0.0, 1.0)


def _disjoint(samples: Samples) -> tuple[Floats, Floats]:
    """Return what each sample speaks for, without what an earlier one speaks for already.

    Two boots may overlap by the error of their clocks.
    """
    reached = np.maximum.accumulate(samples.end_utc_s)
    begin = samples.begin_utc_s.copy()
    begin[1:] = np.maximum(begin[1:], reached[:-1])
    return begin, np.maximum(samples.end_utc_s, begin)
