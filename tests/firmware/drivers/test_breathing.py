"""Breathing bands in the MicroPython VM, as native code and as bytecode, against numpy."""

import numpy as np
import pytest

from tests.firmware.drivers import breath_reference as reference
from tests.firmware.drivers.motion_words import postures, put_words, sine_mg, to_counts

MISSING = 255
INTERVAL_WORDS = 375
# Words of the first window, and from one window to the next.
WINDOW_WORDS, HOP_WORDS = 128, 64


@pytest.fixture(params=["native", "bytecode"])
def breathing(bench, request):
    bench.do("import drivers.breathing as breathing, drivers.native as native")
    if request.param == "native" and not bench.get("native.NATIVE"):
        pytest.skip("this machine's MicroPython makes no native code")
    if request.param == "bytecode":
        bench.do("names = native.bytecode()")
        bench.do("breathing.halve = names['halve']; breathing.band_powers = names['band_powers']")
    bench.do("bands = breathing.Breathing()")
    return bench


def feed(bench, counts):
    put_words(bench, counts)
    bench.do(f"bands.feed(words, {len(counts)})")


def breath(bench, acceleration_mg):
    """Feed an interval to bands that begin with it; return both bytes."""
    bench.do("bands = breathing.Breathing()")
    feed(bench, to_counts(acceleration_mg))
    return bench.get("bands.take()")


def test_random_words_in_uneven_drains_equal_the_reference(breathing, seed):
    draw = np.random.default_rng(seed)
    for scale in (1, 16, 300, 4000, 65_535):
        counts = draw.integers(-scale // 2, scale // 2 + 1, size=(1000, 3))
        breathing.do("bands = breathing.Breathing()")
        first = 0
        for count in (1, 62, 1, 63, 2, 64, 129, 375, 303):
            feed(breathing, counts[first : first + count])
            first += count
        assert first == len(counts)
        assert breathing.get("bands.take()") == reference.breath(counts), (seed, scale)


def test_rails_and_square_waves_equal_the_reference(breathing, seed):
    draw = np.random.default_rng(seed)
    rails = np.array([-32_768, 32_767])
    patterns = [rails[np.arange(INTERVAL_WORDS) // half % 2] for half in (1, 2, 4, 6, 8, 25, 40)]
    patterns += [rails[draw.integers(0, 2, INTERVAL_WORDS)] for _ in range(4)]
    patterns += [np.full(INTERVAL_WORDS, rail) for rail in rails]
    for pattern in patterns:
        for axes in ((1, 0, 0), (0, 1, 1), (1, 1, 1)):
            counts = np.outer(pattern, axes)
            breathing.do("bands = breathing.Breathing()")
            feed(breathing, counts)
            assert breathing.get("bands.take()") == reference.breath(counts), seed


def test_every_power_lies_on_the_scale_where_the_reference_has_it(bench):
    bench.do("import drivers.breathing as breathing")
    powers = sorted({*range(600), *(int(2 ** (n / 16)) + k for n in range(480) for k in (-1, 0)),
                     2**29, 2**30 - 1})  # fmt: skip
    given = bench.get(f"[breathing._byte(power) for power in {powers}]")
    assert given == [reference.power_byte(power) for power in powers]
    assert given[0] == 0
    assert given == sorted(given)


# In an adult's band: bins 2 to 4; in an infant's: 6 to 15.
@pytest.mark.parametrize(
    ("frequency_hz", "band"),
    [(0.2, 0), (0.25, 0), (0.3, 0), (0.35, 0), (0.6, 1), (0.8, 1), (1.0, 1), (1.2, 1), (1.4, 1)],
)
def test_sine_within_a_band_shows_its_size_there_and_not_in_the_other(
    breathing, frequency_hz, band
):
    for rms_mg in (1.0, 2.0, 8.0, 32.0):
        for phase in (0.0, 1.0, 2.0, 3.0):
            both = breath(breathing, sine_mg(INTERVAL_WORDS, frequency_hz, rms_mg, phase=phase))
            # Less near the ends of a band and, by the smoothing, towards 1.4 Hz: up to 1.2 dB.
            assert 0 <= reference.rms_byte(rms_mg) - both[band] <= 3
            assert both[1 - band] <= max(both[band] - 80, 0)


# Half power is eight steps below what is well inside.
@pytest.mark.parametrize(
    ("band", "middle_hz", "half_hz", "tenth_hz"),
    [
        (0, 0.25, (0.14, 0.44), (0.09, 0.50)),
        (1, 0.80, (0.53, 1.50), (0.49, 1.56)),
    ],
)
def test_band_ends_where_its_docstring_says(breathing, band, middle_hz, half_hz, tenth_hz):
    def level(frequency_hz):
        waves = [sine_mg(INTERVAL_WORDS, frequency_hz, 10.0, phase=n * 0.8) for n in range(8)]
        return np.mean([breath(breathing, wave)[band] for wave in waves])

    inside = level(middle_hz)
    for frequency_hz in half_hz:
        assert inside - level(frequency_hz) == pytest.approx(8, abs=2)
    for frequency_hz in tenth_hz:
        assert inside - level(frequency_hz) > 16


def test_motion_above_the_half_rate_hardly_folds_down(breathing):
    # 5 Hz folds to 1.25 Hz: 20 dB weaker, 53 steps.
    _, folded = breath(breathing, sine_mg(INTERVAL_WORDS, 5.0, 10.0))
    assert reference.rms_byte(10.0) - folded > 50


def test_both_breathe_and_each_shows_in_its_own_band(breathing):
    adult = sine_mg(INTERVAL_WORDS, 0.25, 8.5, along=(0.6, 0, 0.8))
    infant = sine_mg(INTERVAL_WORDS, 0.8, 4.2, along=(0, 1, 0), gravity=(0, 0, 0))
    both = breath(breathing, adult + infant)
    assert both[0] == pytest.approx(reference.rms_byte(8.5), abs=2)
    assert both[1] == pytest.approx(reference.rms_byte(4.2), abs=2)


def test_posture_of_the_pod_and_direction_of_the_motion_change_nothing(breathing, seed):
    draw = np.random.default_rng(seed)
    for frequency_hz, band in ((0.25, 0), (0.8, 1)):
        levels = []
        for gravity, along in zip(postures(draw, 12), postures(draw, 12), strict=True):
            wave = sine_mg(INTERVAL_WORDS, frequency_hz, 8.0, gravity=gravity, along=along)
            levels.append(breath(breathing, wave)[band])
        assert max(levels) - min(levels) <= 2, seed
        assert np.mean(levels) == pytest.approx(reference.rms_byte(8.0), abs=1.5)


def test_first_window_is_as_good_as_later_ones(breathing):
    # The first value after a start has no word before it and is a quarter too small, gravity and
    # all. It has no weight in the window.
    for frequency_hz, band in ((0.25, 0), (0.8, 1)):
        wave = to_counts(sine_mg(6 * HOP_WORDS, frequency_hz, 8.0, gravity=(-1, 0, 0)))
        levels = []
        feed(breathing, wave[:HOP_WORDS])
        for hop in range(1, 6):
            feed(breathing, wave[hop * HOP_WORDS : (hop + 1) * HOP_WORDS])
            levels.append(breathing.get("bands.take()")[band])
        assert max(levels) - min(levels) <= 2
        breathing.do("bands = breathing.Breathing()")


def test_jolts_do_not_hide_breathing(breathing, seed):
    draw = np.random.default_rng(seed)
    for place in range(0, INTERVAL_WORDS - 12, 40):
        wave = sine_mg(INTERVAL_WORDS, 0.25, 8.0) + sine_mg(
            INTERVAL_WORDS, 0.8, 4.0, along=(1, 0, 0), gravity=(0, 0, 0)
        )
        # Somebody turns over for a second: up to the chip's rails.
        wave[place : place + 12] += draw.uniform(-2000, 2000, size=(12, 3))
        both = breath(breathing, wave)
        assert both[0] == pytest.approx(reference.rms_byte(8.0), abs=4), (seed, place)
        assert both[1] == pytest.approx(reference.rms_byte(4.0), abs=4), (seed, place)


def test_pod_that_lies_still_shows_the_chips_noise(breathing, seed):
    # 1.8 mg r.m.s. (DS12814, low-power mode): what nobody's breathing looks like.
    draw = np.random.default_rng(seed)
    levels = [
        breath(breathing, draw.normal((0.0, 0.0, 1000.0), 1.8, (INTERVAL_WORDS, 3)))
        for _ in range(60)
    ]
    assert np.mean(levels, axis=0) == pytest.approx([36.3, 50.2], abs=1.5), seed
    # Twice the noise is what contact may ask for: no quiet interval may reach it.
    assert (np.max(levels, axis=0) < [53, 67]).all(), seed


def test_pod_without_any_motion_or_noise_shows_nothing(breathing):
    for gravity in ((1, 0, 0), (0, -1, 0), (0.577, -0.577, 0.577)):
        still = np.tile(1000 * np.array(gravity), (INTERVAL_WORDS, 1))
        assert breath(breathing, still) == [0, 0]


def test_strongest_motion_stays_on_the_scale(breathing):
    square = np.where(np.arange(INTERVAL_WORDS)[:, np.newaxis] // 25 % 2, 2000.0, -2000.0)
    both = breath(breathing, np.repeat(square, 3, axis=1))
    # Clipped at 125 mg on each of three axes: far below 254, which stands for more.
    assert reference.rms_byte(125.0) < both[0] < reference.rms_byte(2 * 125.0)
    assert both[1] < both[0]


def test_nothing_is_known_before_a_whole_window(breathing):
    wave = to_counts(sine_mg(3 * WINDOW_WORDS, 0.25, 8.0))
    assert breathing.get("bands.take()") == [MISSING, MISSING]
    feed(breathing, wave[: WINDOW_WORDS - 1])
    assert breathing.get("bands.take()") == [MISSING, MISSING]
    feed(breathing, wave[WINDOW_WORDS - 1 : WINDOW_WORDS])
    assert breathing.get("bands.take()")[0] != MISSING
    # Taken is taken; the next window ends a hop later.
    assert breathing.get("bands.take()") == [MISSING, MISSING]
    feed(breathing, wave[WINDOW_WORDS : WINDOW_WORDS + HOP_WORDS - 1])
    assert breathing.get("bands.take()") == [MISSING, MISSING]
    feed(breathing, wave[WINDOW_WORDS + HOP_WORDS - 1 : WINDOW_WORDS + HOP_WORDS])
    assert breathing.get("bands.take()")[0] != MISSING


def test_nothing_fed_changes_nothing(breathing):
    breathing.do("words = bytearray(7 * 512)")
    breathing.do("bands.feed(words, 0)")
    assert breathing.get("bands.take()") == [MISSING, MISSING]


def test_words_beyond_the_count_are_ignored(breathing):
    counts = to_counts(sine_mg(WINDOW_WORDS, 0.25, 8.0))
    put_words(breathing, np.concatenate([counts, np.full((300, 3), 30_000)]))
    breathing.do(f"bands.feed(words, {WINDOW_WORDS})")
    assert breathing.get("bands.take()") == reference.breath(counts)


def test_reset_needs_a_whole_window_anew_and_keeps_what_was_worked_out(breathing, seed):
    draw = np.random.default_rng(seed)
    before = draw.integers(-3000, 3000, size=(2 * WINDOW_WORDS - 1, 3))
    after = to_counts(sine_mg(INTERVAL_WORDS, 0.25, 8.0, gravity=(1, 0, 0)))
    feed(breathing, before)
    breathing.do("bands.reset()")
    assert breathing.get("bands.take()") == reference.breath(before)
    feed(breathing, after[: WINDOW_WORDS - 1])
    assert breathing.get("bands.take()") == [MISSING, MISSING]
    feed(breathing, after[WINDOW_WORDS - 1 :])
    assert breathing.get("bands.take()") == reference.breath(after)


def test_gap_without_a_reset_would_be_seen(breathing):
    # Why the sampler resets after an overrun: the pod was turned over during the gap.
    before = sine_mg(WINDOW_WORDS + 32, 0.25, 2.0, gravity=(0, 0, 1))
    after = sine_mg(WINDOW_WORDS, 0.25, 2.0, gravity=(0, 0, -1))
    feed(breathing, to_counts(before))
    breathing.get("bands.take()")
    feed(breathing, to_counts(after[:HOP_WORDS]))
    assert breathing.get("bands.take()")[0] > reference.rms_byte(2.0) + 32


def test_longest_interval_and_one_beyond_it_take_bounded_room(breathing):
    # 300 s are 59 windows; from 64 on they are not counted, and nothing grows.
    wave = to_counts(sine_mg(70 * HOP_WORDS, 0.25, 8.0))
    for hop in range(70):
        feed(breathing, wave[hop * HOP_WORDS : (hop + 1) * HOP_WORDS])
    assert breathing.get("len(bands._adult)") == 64
    assert breathing.get("bands.take()")[0] == pytest.approx(reference.rms_byte(8.0), abs=2)
    feed(breathing, wave[:HOP_WORDS])
    assert breathing.get("bands.take()")[0] != MISSING
