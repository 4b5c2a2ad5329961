import numpy as np
import pytest

from tests.firmware.drivers.motion_words import put_words


def reference_mg(counts):
    """What activity_mg promises, in plain numpy with exact integers."""
    if not len(counts):
        return 255
    size = min(len(counts), 12)
    windows = len(counts) // size
    whole = counts[: windows * size].astype(np.int64).reshape(windows, size, 3)
    spread_ug = int((whole.max(axis=1) - whole.min(axis=1)).max(axis=1).sum()) * 61
    return min((spread_ug + windows * 500) // (windows * 1000), 254)


def in_vm(bench, counts):
    put_words(bench, counts)
    return bench.get(f"activity.activity_mg(words, {len(counts)})")


@pytest.fixture(params=["native", "bytecode"])
def activity(bench, request):
    bench.do("import drivers.activity as activity, drivers.native as native")
    if request.param == "native" and not bench.get("native.NATIVE"):
        pytest.skip("this machine's MicroPython makes no native code")
    if request.param == "bytecode":
        bench.do("activity.spread_sum = native.bytecode()['spread_sum']")
    return bench


def test_activity_of_random_words_equals_the_reference(activity, seed):
    draw = np.random.default_rng(seed)
    for count in (1, 2, 11, 12, 13, 23, 24, 25, 374, 375, 376, 512):
        for scale in (1, 16, 300, 4000, 65_535):
            counts = draw.integers(-scale // 2, scale // 2 + 1, size=(count, 3))
            assert in_vm(activity, counts) == reference_mg(counts), (seed, count, scale)


def test_activity_without_words_is_missing(activity):
    assert activity.get("activity.activity_mg(bytearray(7), 0)") == 255


def test_activity_of_a_still_pod_is_zero_in_every_posture(activity):
    for gravity in ([16_393, 0, 0], [0, -16_393, 0], [9465, 9465, -9465]):
        assert in_vm(activity, np.tile(gravity, (375, 1))) == 0


def test_activity_over_the_whole_range_saturates(activity):
    counts = np.tile([[-32_768, 0, 0], [32_767, 0, 0]], (6, 1))
    assert in_vm(activity, counts) == 254


def test_activity_takes_the_largest_axis_and_the_mean_of_windows(activity):
    counts = np.zeros((24, 3), dtype=int)
    counts[3, 1] = 1000  # 61 mg in the first window
    counts[5, 2] = -400  # smaller, same window
    counts[13, 0] = 500  # 30.5 mg in the second
    assert in_vm(activity, counts) == 46  # 45.75 rounded


def test_activity_leaves_out_words_after_the_last_whole_window(activity):
    counts = np.zeros((23, 3), dtype=int)
    counts[20, 0] = 30_000
    assert in_vm(activity, counts) == 0


def test_activity_ignores_the_buffer_beyond_the_count(activity):
    counts = np.zeros((24, 3), dtype=int)
    counts[15, 0] = 30_000
    put_words(activity, counts)
    assert activity.get("activity.activity_mg(words, 12)") == 0
