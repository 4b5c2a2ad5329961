"""States of an infant's minutes, worked out in blocks and kept by the fingerprint of each.

    samples   x x x x x x x x x x x x x x x x x x x x x x x x x
    block             |<------ 6 h ------>|
    fingerprint |<-------------------------------->|   all that the block depends on

A block's states depend on the samples within the margin around it and on nothing else (`chain`).
So whoever finds the same fingerprint may take the same states. Blocks begin at whole multiples of
their length in UTC: they are the same for every zone, and whatever time is asked for.

Kept are whole numbers, rounded outwards: what is at least so probable down, what is at most so
probable up. Bounds stay bounds, and a day takes 2 to 6 kB.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.minutes import MinuteStates, minute_states
from pouch_host.analysis.parameters import Parameters
from pouch_host.analysis.samples import Samples
from pouch_host.analysis.states import MINUTE_S, State
from pouch_host.store import DerivedBlock, Store
from pouch_protocol import constants as c

from .inputs import Context, Inputs

Floats = npt.NDArray[np.float64]

_FINGERPRINT_BYTES = 16
_STEPS = 65_535

# In the order in which they are packed, and how each is rounded.
_COLUMNS = (
    ("probability", np.floor),
    ("ssc_low", np.floor),
    ("ssc_high", np.ceil),
    ("on_infant_low", np.floor),
    ("covered", np.floor),
)

# A page asks every two seconds; what has not changed is not even read again.
_memory: WeakKeyDictionary[Store, dict[int, dict[int, DerivedBlock]]] = WeakKeyDictionary()


def blocks_of(context: Context, inputs: Inputs, *, anew: bool = False) -> list[DerivedBlock]:
    """Return the blocks that an infant's minutes lie in, by time.

    Args:
        context: where and when.
        inputs: of the infant.
        anew: work all of them out, also those that are known.

    Raises:
        StoreError: the store cannot be read.
    """
    parameters = context.parameters
    starts = block_begins_utc_s(inputs.first_utc_s, inputs.minutes, parameters)
    wanted = dict(zip(starts, fingerprints(inputs.samples, starts, parameters), strict=True))
    of_infants = _memory.setdefault(context.store, {})
    known = dict(of_infants.get(inputs.infant.infant_id, {}))

    def lacking() -> list[int]:
        return [at for at in starts if at not in known or known[at].fingerprint != wanted[at]]

    missing = lacking()
    if missing and not anew:
        stored = context.store.derived.blocks(inputs.infant.infant_id, missing[0], missing[-1])
        known.update({one.begin_utc_s: one for one in stored})
        missing = lacking()
    for run in _runs(starts if anew else missing, parameters):
        known.update(_derive(inputs.samples, run, wanted, parameters))
    found = {at: known[at] for at in starts}
    # Not more than was asked for last: a ward that runs for months must not grow.
    of_infants[inputs.infant.infant_id] = found
    return list(found.values())


def block_begins_utc_s(first_utc_s: int, minutes: int, parameters: Parameters) -> list[int]:
    """Return where the blocks begin that some minutes lie in.

    Args:
        first_utc_s: where the first minute begins.
        minutes: how many minutes.
        parameters: of the analysis.
    """
    block_s = parameters.block_min * MINUTE_S
    end_utc_s = first_utc_s + MINUTE_S * minutes
    return list(range(first_utc_s // block_s * block_s, end_utc_s, block_s)) if minutes else []


def fingerprints(
    samples: Samples, begins_utc_s: Sequence[int], parameters: Parameters
) -> list[bytes]:
    """Return a digest of all that each block depends on: its samples and the algorithm.

    Args:
        samples: of the infant, by time.
        begins_utc_s: where each block begins.
        parameters: of the analysis.
    """
    columns = np.stack(
        [
            samples.begin_utc_s,
            samples.end_utc_s,
            samples.infant_temperature_c,
            samples.caregiver_temperature_c,
            samples.infant_touch_pf,
            samples.caregiver_touch_pf,
            samples.activity_mg,
            samples.breath_adult,
            samples.breath_infant,
        ],
        axis=1,
    )
    margin_s = MINUTE_S * parameters.margin_min
    length_s = MINUTE_S * parameters.block_min
    found = []
    for begin_utc_s in begins_utc_s:
        from_utc_s, to_utc_s = begin_utc_s - margin_s, begin_utc_s + length_s + margin_s
        # No sample speaks for time further away than this.
        near = np.searchsorted(
            samples.utc_s, (from_utc_s - c.INTERVAL_S_MAX, to_utc_s + c.INTERVAL_S_MAX)
        )
        part = columns[near[0] : near[1]]
        reaches = (part[:, 1] > from_utc_s) & (part[:, 0] < to_utc_s)
        digest = hashlib.blake2b(
            parameters.algorithm_version.encode(), digest_size=_FINGERPRINT_BYTES
        )
        digest.update(part[reaches].tobytes())
        found.append(digest.digest())
    return found


def join_blocks(
    blocks: Sequence[DerivedBlock], first_utc_s: int, minutes: int, parameters: Parameters
) -> MinuteStates:
    """Return the states of some minutes from the blocks that they lie in.

    Args:
        blocks: by time, without a gap.
        first_utc_s: where the first minute begins.
        minutes: how many minutes.
        parameters: of the analysis.
    """
    parts = [_unpacked(one.minutes, parameters.block_min) for one in blocks]
    first = (first_utc_s - blocks[0].begin_utc_s) // MINUTE_S if blocks else 0
    asked = slice(first, first + minutes)
    states = np.concatenate([np.empty(0, np.uint8), *(states for states, _ in parts)])[asked]
    joined = np.concatenate([np.empty((len(_COLUMNS), 0)), *(rows for _, rows in parts)], axis=1)
    values = {
        name: row for (name, _), row in zip(_COLUMNS, joined[:, asked] / _STEPS, strict=True)
    }
    values["probability"] = np.where(states == State.UNKNOWN, np.nan, values["probability"])
    return MinuteStates(
        first_utc_s, states, **values, algorithm_version=parameters.algorithm_version
    )


def _derive(
    samples: Samples, run: list[int], wanted: dict[int, bytes], parameters: Parameters
) -> dict[int, DerivedBlock]:
    """Return the blocks that begin at each of some times, one behind the other."""
    length = parameters.block_min
    # What has no say costs time none the less.
    reach_s = MINUTE_S * parameters.margin_min + c.INTERVAL_S_MAX
    near = samples.between(run[0] - reach_s, run[-1] + MINUTE_S * length + reach_s)
    states = minute_states(near, run[0], len(run) * length, parameters=parameters)
    return {
        begin_utc_s: DerivedBlock(
            begin_utc_s=begin_utc_s,
            algorithm_version=parameters.algorithm_version,
            fingerprint=wanted[begin_utc_s],
            minutes=_packed(states, slice(index * length, (index + 1) * length)),
        )
        for index, begin_utc_s in enumerate(run)
    }


def _runs(begins_utc_s: list[int], parameters: Parameters) -> Iterator[list[int]]:
    """Yield runs of blocks that follow each other: a run costs hardly more than a block."""
    step_s = parameters.block_min * MINUTE_S
    edges = np.flatnonzero(np.diff(begins_utc_s) != step_s) + 1
    for first, last in zip([0, *edges], [*edges, len(begins_utc_s)], strict=True):
        if first < last:
            yield begins_utc_s[first:last]


def _packed(states: MinuteStates, part: slice) -> bytes:
    rows = [states.states[part].tobytes()]
    for name, rounded in _COLUMNS:
        steps = rounded(np.nan_to_num(getattr(states, name)[part]) * _STEPS)
        rows.append(np.clip(steps, 0, _STEPS).astype("<u2").tobytes())
    return zlib.compress(b"".join(rows))


def _unpacked(data: bytes, minutes: int) -> tuple[npt.NDArray[np.uint8], Floats]:
    plain = zlib.decompress(data)
    states = np.frombuffer(plain, np.uint8, minutes)
    rows = np.frombuffer(plain, "<u2", len(_COLUMNS) * minutes, offset=minutes)
    return states, rows.reshape(len(_COLUMNS), minutes).astype(np.float64)
