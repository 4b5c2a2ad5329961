"""The quick gear's arithmetic, against the simulator's chips and plain loops."""

import numpy as np
import pytest

from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.quick import breath, chips
from pouch_sim.quick.motion import activities_mg, to_counts
from pouch_sim.quick.records import sample_rows, seal

LOG_ID = 0xDEADBEEF


def _fields(count, **changes):
    usual = {
        "flags": 0, "uptime_cs": 9, "infant_temperature_c128": -7040,
        "caregiver_temperature_c128": 4600, "infant_touch_pf512": 65_535,
        "caregiver_touch_pf512": 1024, "activity_mg": 19, "breath_adult": 255, "breath_infant": 0,
    }  # fmt: skip
    return {name: np.full(count, value) for name, value in (usual | changes).items()}


def test_sealed_rows_are_the_protocols_own_bytes():
    fields = _fields(3, uptime_cs=4_000_000_000)
    numbers = np.array([0, 7, 0xFFFF_FFFE])
    sealed = seal(sample_rows(fields), LOG_ID, numbers)
    for row, number in enumerate(numbers.tolist()):
        values = {name: int(column[row]) for name, column in fields.items()}
        assert sealed[row].tobytes() == records.encode(c.KIND_SAMPLE, values, LOG_ID, number)


@pytest.mark.parametrize(("name", "value"), [("activity_mg", 256), ("flags", -1)])
def test_value_that_does_not_fit_is_refused(name, value):
    with pytest.raises(ValueError, match=f"field {name} is out of range"):
        sample_rows(_fields(1, **{name: value}))


def test_temperatures_round_to_the_nearest_step_and_say_what_is_out_of_range():
    c128, beyond = chips.temperatures_c128(np.array([36.0, 36.0 + 0.6 / 128, -55.01, 150.1]))
    assert c128.tolist()[:2] == [4608, 4609]
    assert beyond.tolist() == [False, False, True, True]


def test_touches_are_in_512ths_from_zero_to_the_end_of_the_range():
    pf = np.array([0.0, -1.0, 2.0, 9.0 + 0.6 / 512, 111.8, 112.0, -3.0])
    pf512, beyond = chips.touches_pf512(pf)
    assert pf512.tolist()[:5] == [0, 0, 1024, 4609, round(111.8 * 512)]
    assert beyond.tolist() == [False] * 5 + [True, True]


def test_stuck_counts_from_the_first_of_equal_values_and_begins_anew_without_one():
    uptime_cs = 3000 * np.arange(8)
    values = np.array([5, 5, 5, 5, 5, 5, 6, 6])
    looked_at = np.array([True, True, True, False, True, True, True, True])
    found = chips.stuck(values, looked_at, uptime_cs, 6000)
    assert found.tolist() == [False, False, True, False, False, False, False, False]


def test_restless_takes_three_turns_among_eight_readings():
    to_and_fro = np.array([0, 100, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    found = chips.restless(to_and_fro, np.ones(14, dtype=bool))
    assert found.tolist() == [False] * 4 + [True] * 6 + [False] * 4
    small = np.tile([0, 60], 7)
    assert not chips.restless(small, np.ones(14, dtype=bool)).any()


def test_restless_passes_over_missing_readings():
    values = np.array([0, 100, 9999, 0, 100, 0])
    looked_at = np.array([True, True, False, True, True, True])
    assert chips.restless(values, looked_at).tolist() == [False] * 5 + [True]


def test_activities_are_those_of_a_plain_loop(seed):
    draw = np.random.default_rng(seed)
    drains = np.array([375, 12, 7, 13, 376, 23, 1])
    for scale in (1, 300, 65_535):
        counts = draw.integers(-scale // 2, scale // 2 + 1, size=(drains.sum(), 3))
        first = 0
        for count, given in zip(
            drains.tolist(), activities_mg(counts.astype(np.int16), drains), strict=True
        ):
            size = min(count, 12)
            words = counts[first : first + count // size * size].reshape(-1, size, 3)
            spread_ug = int(np.ptp(words, axis=1).max(axis=1).sum()) * 61
            unit = len(words) * 1000
            assert given == min((spread_ug + unit // 2) // unit, 254)
            first += count


def test_counts_are_clipped_at_two_g():
    assert to_counts(np.array([[3000.0, -3000.0, 0.061]])).tolist() == [[32_767, -32_768, 1]]


def test_lower_quartile_of_each_group_by_band_and_missing_without_windows():
    windows = np.array([[9, 1], [3, 2], [7, 3], [5, 4], [8, 0]], dtype=np.uint8)
    found = breath.lower_quartiles(windows, np.array([4, 0, 1]))
    assert found.tolist() == [[5, 2], [255, 255], [8, 0]]


def test_windows_need_128_words():
    assert breath.window_bytes(breath.halved(np.zeros((127, 3), dtype=np.int16))).shape == (0, 2)
    assert breath.window_bytes(breath.halved(np.zeros((128, 3), dtype=np.int16))).shape == (1, 2)
