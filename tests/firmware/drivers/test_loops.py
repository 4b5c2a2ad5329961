"""No value of the loops leaves a board's small integers, whatever the accelerometer gives."""

import numpy as np
import pytest

from tests.firmware.drivers import breath_reference as reference
from tests.firmware.drivers.motion_words import encode
from tests.firmware.drivers.watched_loops import WatchedLoops

SMALL_BITS = 30  # and a sign: a small integer of a 32-bit MicroPython
WORDS = 256
RAILS = (-32_768, 32_767)


class Ring(list):
    """An array as the loops may use it: a value that does not fit its elements is an error."""

    def __init__(self, values, bits):
        super().__init__(values)
        self._bits = bits

    def __setitem__(self, index, value):
        assert 0 <= value < 1 << self._bits, f"{value} into {self._bits} bits"
        super().__setitem__(index, value)


@pytest.fixture
def tables(bench):
    """Return the tables as the firmware makes them."""
    bench.do("import drivers.breathing as breathing")
    return bytes(bench.get("list(breathing._tables())"))


def worst_cases(seed):
    """Return words that go from rail to rail, one axis and all three, slowly and at random."""
    draw = np.random.default_rng(seed)
    rails = np.array(RAILS)
    patterns = [rails[np.arange(WORDS) // half % 2] for half in (1, 2, 3, 4, 6, 8, 10, 13, 25, 31)]
    patterns += [rails[draw.integers(0, 2, WORDS)] for _ in range(6)]
    patterns += [np.full(WORDS, rail) for rail in RAILS]
    # Half way up a window: as far from its mean as a value can be.
    patterns += [np.where(np.arange(WORDS) % 128 == place, *rails) for place in (1, 64, 127)]
    return [np.outer(pattern, axes) for pattern in patterns for axes in ((1, 0, 0), (1, 1, 1))]


def run(loops, tables, counts):
    """Feed words as `Breathing` does and return the powers of each window, and the spread."""
    ring = Ring([0] * 256, 16)
    state = Ring([0] * 4, 31)
    sums = Ring([0, 0], 31)
    powers = []
    words = encode(counts)
    for hop in range(WORDS // 64):
        loops.halve(words[hop * 64 * 7 : (hop + 1) * 64 * 7], 64, ring, state)
        if hop:
            loops.band_powers(ring, state[0] >> 1, tables, sums)
            powers.append(tuple(sums))
    return powers, loops.spread_sum(words, WORDS // 12, 12)


def test_worst_cases_stay_within_a_small_integer_and_equal_the_reference(tables, seed):
    loops = WatchedLoops()
    for counts in worst_cases(seed):
        powers, _ = run(loops, tables, counts)
        values = reference.halved(counts)
        assert powers == [
            reference.powers(values[end - 64 : end]) for end in range(64, len(values) + 1, 32)
        ], seed
    assert loops.lowest >= -(1 << SMALL_BITS)
    assert loops.highest < 1 << SMALL_BITS
    # The docstring's bound holds, and is no more than some times too wide.
    assert 1 << 24 < loops.highest < 1 << 29


def test_largest_spread_stays_within_a_small_integer():
    loops = WatchedLoops()
    counts = np.outer(np.where(np.arange(512) % 2, *RAILS), (1, 1, 1))
    assert loops.spread_sum(encode(counts), 256, 2) == 256 * 65_535
    assert loops.spread_sum(encode(counts), 512, 1) == 0
    assert loops.highest * 61 < 1 << SMALL_BITS


@pytest.mark.parametrize(
    ("sound", "faulty"),
    [
        ("            real >>= 10\n", ""),
        ("            imaginary >>= 10\n", ""),
        ("                value = 511\n", "                value = 5110\n"),
        ("            if value > 511:", "            if value > 99_999:"),
        (" >> 5) + 4096", " >> 5)"),
        ("(state[axis + 1] + value) >> 2", "(state[axis + 1] + value) >> 1"),
    ],
)
def test_planted_fault_is_found(tables, seed, sound, faulty):
    loops = WatchedLoops((sound, faulty))
    kept = True
    try:
        for counts in worst_cases(seed):
            run(loops, tables, counts)
    except AssertionError:
        kept = False
    highest = max(loops.highest, -loops.lowest)
    assert not kept or highest >= 1 << SMALL_BITS, f"nothing shows that this is wrong: {faulty}"


def test_arrays_of_the_firmware_are_as_wide_as_assumed_here(bench):
    # 16 bits for values, at least 31 for sums: H and i on every port.
    bench.do("from drivers.breathing import Breathing; bands = Breathing()")
    assert bench.get("[repr(bands._ring)[:9], len(bands._ring)]") == ["array('H'", 256]
    assert bench.get("[repr(a)[:9] for a in (bands._state, bands._powers)]") == ["array('i'"] * 2
