"""Evidence over time: a hidden Markov chain that reckons with what missing records may have said.

    evidence of a minute --> forward  -->|
                         --> backward -->|--> bounds of each state's probability

The chain stays in its state or, with a small probability a minute, draws a new one:

    P(s -> s') = (1 - e) [s = s'] + e * prior(s')

Evidence is a log likelihood per state between -B and 0 a minute, which is exactly known where
there are records. Where a record is missing it could have been anything in that range, so every
quantity is carried as an interval, and interval arithmetic encloses every chain that any possible
record would have given (Moore 1966; de Cooman et al. 2010 for credal networks). Hence the property
that everything else rests on: **taking a record away can only widen the interval of each
probability**, and so the bounds of the hours.

Each block of a few hours is worked out with the same margin before and after it and nothing else.
So a record changes nothing further away than a block and its margin, and blocks can be derived
one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# A block takes up to two megabytes on the way; years of minutes must not take gigabytes.
_BLOCKS_AT_ONCE = 32

_LOW, _HIGH = 0, 1


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds of the probability of each group of states in each minute.

    Attributes:
        low: shape (minutes, groups).
        high: likewise.
    """

    low: Floats
    high: Floats


@dataclass(frozen=True)
class Blocks:
    """How time is cut.

    Attributes:
        block_min: minutes of a block.
        margin_min: minutes before and after a block that it is worked out with.
    """

    block_min: int
    margin_min: int


def smooth(
    evidence_low: Floats,
    evidence_high: Floats,
    prior: Floats,
    change_per_minute: float,
    groups: Sequence[npt.NDArray[np.bool_]],
    cut: Blocks,
) -> Bounds:
    """Return bounds of the probability of each group of states, given all evidence within reach.

    Args:
        evidence_low: log likelihoods, shape (margin + n * block + margin, states), as low as the
            missing records allow.
        evidence_high: likewise, as high as they allow.
        prior: of a newly drawn state, shape (states,); sums to 1.
        change_per_minute: probability a minute that a new state is drawn.
        groups: for each group which states belong to it.
        cut: blocks and margins.

    Returns:
        The bounds for the n * block minutes between the outer margins.
    """
    blocks = (len(evidence_low) - 2 * cut.margin_min) // cut.block_min
    result = np.empty((2, blocks * cut.block_min, len(groups)))
    for first in range(0, blocks, _BLOCKS_AT_ONCE):
        some = np.arange(first, min(first + _BLOCKS_AT_ONCE, blocks))
        places = cut.block_min * some + np.arange(cut.block_min + 2 * cut.margin_min)[:, None]
        answer = _smooth_blocks(
            evidence_low[places], evidence_high[places], prior, change_per_minute, groups, cut
        )
        minutes = slice(some[0] * cut.block_min, (some[-1] + 1) * cut.block_min)
        result[:, minutes] = answer.swapaxes(1, 2).reshape(2, -1, len(groups))
    return Bounds(result[0], result[1])


def _smooth_blocks(
    low: Floats,
    high: Floats,
    prior: Floats,
    change_per_minute: float,
    groups: Sequence[npt.NDArray[np.bool_]],
    cut: Blocks,
) -> Floats:
    """Return the bounds for blocks side by side, shape (2, minutes, blocks, groups)."""
    blocks = low.shape[1]
    # Without a gap both ends of an interval are the same, whichever state ratios are taken to.
    gaps = np.flatnonzero((low != high).any(axis=(0, 2)))
    # Lanes that go side by side, since numpy takes as long for few as for one: each block once,
    # and one with a gap once for each group.
    chosen = [gaps if number else np.arange(blocks) for number in range(len(groups))]
    places = np.concatenate(chosen)
    orders = np.stack([_order(group, prior) for group in groups])
    of_lane = np.repeat(np.arange(len(groups)), [len(part) for part in chosen])
    order = orders[of_lane]
    kept = slice(cut.margin_min, cut.margin_min + cut.block_min)
    weights = _weights(
        np.take_along_axis(low[:, places], order[np.newaxis], axis=2),
        np.take_along_axis(high[:, places], order[np.newaxis], axis=2),
        _Chain(prior[order], change_per_minute),
        kept,
    )
    result = np.empty((2, cut.block_min, blocks, len(groups)))
    for number in range(len(groups)):
        own = weights[:, :, of_lane == number]
        for column in (number,) if number else range(len(groups)):
            member = groups[column][orders[number]]
            result[:, :, chosen[number], column] = _probability(own, member)
    return result


def _order(group: npt.NDArray[np.bool_], prior: Floats) -> npt.NDArray[np.intp]:
    """Return the states with one of a group first, the most probable one.

    Ratios to a state of the group itself keep its interval narrow in a gap.
    """
    first = int(np.argmax(np.where(group, prior, -1.0)))
    return np.concatenate([[first], np.delete(np.arange(len(prior)), first)])


def _weights(low: Floats, high: Floats, chain: "_Chain", kept: slice) -> Floats:
    """Return bounds of each state's weight, shape (2, minutes, lanes, states); the first has 1."""
    ratios = np.exp(np.stack([low - high[..., :1], high - low[..., :1]]))
    ratios[..., 0] = 1.0
    # What comes before looks forward, what comes after looks back: neither needs all minutes.
    forward = chain.forward(ratios[:, : kept.stop])[:, kept.start :]
    backward = chain.backward(ratios[:, kept.start :])[:, : kept.stop - kept.start]
    return forward * backward


def _probability(weights: Floats, member: npt.NDArray[np.bool_]) -> Floats:
    """Return bounds of what some states have of all weight, shape (2, minutes, blocks)."""
    own, rest = weights[..., member].sum(-1), weights[..., ~member].sum(-1)
    return own / (own + rest[::-1])


class _Chain:
    """The recursions over lanes side by side; both ends of an interval in one array.

    Args:
        prior: of each state in the order of each lane, shape (lanes, states).
        change: probability a minute that a new state is drawn.
    """

    def __init__(self, prior: Floats, change: float) -> None:
        self._start = prior / prior[:, :1]
        self._stay = 1.0 - change
        self._drawn = change * prior
        self._drawn_first = self._drawn[:, :1]

    def forward(self, ratios: Floats) -> Floats:
        """Return the weight of each state given the evidence up to each minute, this one too."""
        out = np.empty_like(ratios)
        before = np.stack([self._start, self._start])
        for minute in range(ratios.shape[1]):
            if minute:
                before = self._step_forward(before)
            before = out[:, minute] = before * ratios[:, minute]
        return out

    def backward(self, ratios: Floats) -> Floats:
        """Return the weight of each state given the evidence after each minute."""
        out = np.empty_like(ratios)
        after = out[:, -1] = np.ones_like(ratios[:, -1])
        for minute in range(ratios.shape[1] - 2, -1, -1):
            after = out[:, minute] = self._step_backward(after * ratios[:, minute + 1])
        return out

    def _step_forward(self, m: Floats) -> Floats:
        """Return r_s = (a m_s + e p_s M) / (a + e p_0 M) for M the sum of all ratios.

        It rises with m_s. In what the others add to M it rises or falls throughout, so its
        extremes lie at theirs.
        """
        others = m.sum(axis=-1, keepdims=True) - m
        # Each end of the own ratio with each end of the others'.
        total = m[:, np.newaxis] + others[np.newaxis]
        return _extremes(
            (self._stay * m[:, np.newaxis] + self._drawn * total)
            / (self._stay + self._drawn_first * total)
        )

    def _step_backward(self, v: Floats) -> Floats:
        """Return r_s = (a v_s + e W) / (a + e W) for W the prior's mean of all v; as above."""
        drawn = self._drawn * v
        others = drawn.sum(axis=-1, keepdims=True) - drawn
        mean = others[np.newaxis] + drawn[:, np.newaxis]
        return _extremes((self._stay * v[:, np.newaxis] + mean) / (self._stay + mean))


def _extremes(ratios: Floats) -> Floats:
    """Return the ends of what each end of a ratio gives with each end of the others.

    Args:
        ratios: shape (2, 2, lanes, states): end of its own, end of the others.
    """
    result = np.empty_like(ratios[0])
    np.minimum(ratios[_LOW, _LOW], ratios[_LOW, _HIGH], out=result[_LOW])
    np.maximum(ratios[_HIGH, _LOW], ratios[_HIGH, _HIGH], out=result[_HIGH])
    result[..., 0] = 1.0
    return result
