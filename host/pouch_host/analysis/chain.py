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

# A block takes half a megabyte on the way; years of minutes must not take gigabytes.
_BLOCKS_AT_ONCE = 128


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
class _Range:
    """Ratios of each state's weight to that of state 0, as an interval; shape (blocks, states)."""

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
    kept = slice(cut.margin_min, cut.margin_min + cut.block_min)
    result = np.empty((2, cut.block_min, blocks, len(groups)))
    for number, group in enumerate(groups):
        chosen = gaps if number else np.arange(blocks)
        if not len(chosen):
            break
        # Ratios to a state of the group itself keep its interval narrow in a gap.
        first = int(np.argmax(np.where(group, prior, -1.0)))
        order = np.concatenate([[first], np.delete(np.arange(len(prior)), first)])
        chain = _Chain(prior[order], change_per_minute)
        weights = _block_weights(
            low[:, chosen][..., order], high[:, chosen][..., order], chain, kept
        )
        answered = (number,) if number else range(len(groups))
        for column in answered:
            result[:, :, chosen, column] = _probability(weights, groups[column][order])
    return result


def _block_weights(low: Floats, high: Floats, chain: "_Chain", kept: slice) -> _Range:
    """Return the weight of each state against the first one, shape (minutes, blocks, states)."""
    ratio_low = np.exp(low - high[..., :1])
    ratio_high = np.exp(high - low[..., :1])
    ratio_low[..., 0] = ratio_high[..., 0] = 1.0
    forward = chain.forward(ratio_low, ratio_high)
    backward = chain.backward(ratio_low, ratio_high)
    return _Range(forward.low[kept] * backward.low[kept], forward.high[kept] * backward.high[kept])


def _probability(weights: _Range, member: npt.NDArray[np.bool_]) -> Floats:
    """Return bounds of what some states have of all weight, shape (2, minutes, blocks)."""
    own_low, own_high = weights.low[..., member].sum(-1), weights.high[..., member].sum(-1)
    rest_low, rest_high = weights.low[..., ~member].sum(-1), weights.high[..., ~member].sum(-1)
    return np.stack([own_low / (own_low + rest_high), own_high / (own_high + rest_low)])


class _Chain:
    """The recursions over blocks side by side."""

    def __init__(self, prior: Floats, change: float) -> None:
        self._start = prior / prior[0]
        self._stay = 1.0 - change
        self._drawn = change * prior

    def forward(self, low: Floats, high: Floats) -> _Range:
        """Return the weight of each state given the evidence up to each minute, this one too."""
        out = _Range(np.empty_like(low), np.empty_like(high))
        before = _Range(
            np.broadcast_to(self._start, low.shape[1:]),
            np.broadcast_to(self._start, low.shape[1:]),
        )
        for minute in range(len(low)):
            if minute:
                before = self._step_forward(before)
            before = _Range(before.low * low[minute], before.high * high[minute])
            out.low[minute], out.high[minute] = before.low, before.high
        return out

    def backward(self, low: Floats, high: Floats) -> _Range:
        """Return the weight of each state given the evidence after each minute."""
        out = _Range(np.empty_like(low), np.empty_like(high))
        out.low[-1] = out.high[-1] = 1.0
        for minute in range(len(low) - 2, -1, -1):
            after = _Range(
                out.low[minute + 1] * low[minute + 1], out.high[minute + 1] * high[minute + 1]
            )
            step = self._step_backward(after)
            out.low[minute], out.high[minute] = step.low, step.high
        return out

    def _step_forward(self, m: _Range) -> _Range:
        """Return r_s = (a m_s + e p_s M) / (a + e p_0 M) for M the sum of all ratios.

        It rises with m_s. In what the others add to M it rises or falls throughout, so its
        extremes lie at theirs.
        """
        sum_low = m.low.sum(axis=1, keepdims=True)
        sum_high = m.high.sum(axis=1, keepdims=True)
        others_low, others_high = sum_low - m.low, sum_high - m.high

        def ratio(own: Floats, others: Floats) -> Floats:
            total = own + others
            return (self._stay * own + self._drawn * total) / (self._stay + self._drawn[0] * total)

        result = _Range(
            np.minimum(ratio(m.low, others_low), ratio(m.low, others_high)),
            np.maximum(ratio(m.high, others_low), ratio(m.high, others_high)),
        )
        return _with_reference(result)

    def _step_backward(self, v: _Range) -> _Range:
        """Return r_s = (a v_s + e W) / (a + e W) for W the prior's mean of all v; as above."""
        mean_low = v.low @ self._drawn
        mean_high = v.high @ self._drawn
        others_low = mean_low[:, np.newaxis] - self._drawn * v.low
        others_high = mean_high[:, np.newaxis] - self._drawn * v.high

        def ratio(own: Floats, others: Floats) -> Floats:
            mean = others + self._drawn * own
            return (self._stay * own + mean) / (self._stay + mean)

        result = _Range(
            np.minimum(ratio(v.low, others_low), ratio(v.low, others_high)),
            np.maximum(ratio(v.high, others_low), ratio(v.high, others_high)),
        )
        return _with_reference(result)


def _with_reference(ratios: _Range) -> _Range:
    ratios.low[:, 0] = ratios.high[:, 0] = 1.0
    return ratios
