import random

import pytest

from pouch_host.alerts.trend import CoolingTrend
from pouch_host.alerts.watch import Side
from tests.host.alerts.timelines import START_UTC_S, Infant, kinds, rings


def slope(c_per_h, minutes, *, begin_c=37.2, state="ssc"):
    """Draw a core that falls or rises evenly."""
    return ", ".join(f"{state} {begin_c + c_per_h * at / 60:.4f}" for at in range(minutes))


def followed(points, *, line_c=36.5, state="ssc"):
    """Return a trend that took `(minute, core)` points."""
    trend = CoolingTrend(line_c)
    for minute, core_c in points:
        trend.take(START_UTC_S + 60 * minute, state, core_c)
    return trend


def test_slope_of_an_even_fall_is_its_slope():
    trend = followed([(at, 37.2 - 0.6 * at / 60) for at in range(61)])
    assert trend.slope_c_per_h == pytest.approx(-0.6)
    # The last block's middle is at 57 minutes: 36.63 C, 0.13 C above the line.
    assert trend.reach_min == pytest.approx(13, abs=0.01)


def test_slope_is_not_moved_by_one_block_in_five(seed):
    chance = random.Random(f"trend-{seed}")
    wrong = chance.sample(range(12), 2)
    points = [(at, 30.0 if at // 5 in wrong else 37.2 - 0.6 * at / 60) for at in range(61)]
    assert followed(points).slope_c_per_h == pytest.approx(-0.6, abs=0.1)


def test_slope_needs_half_an_hour():
    points = [(at, 37.2 - at / 60) for at in range(30)]
    assert followed(points).slope_c_per_h is None
    assert followed([*points, (30, 36.7)]).slope_c_per_h is not None


def test_slope_is_forgotten_with_the_state():
    trend = followed([(at, 37.2 - at / 60) for at in range(40)])
    assert trend.side is Side.BEYOND
    assert trend.take(START_UTC_S + 60 * 40, "infant_only", 36.5) is Side.BETWEEN
    assert trend.slope_c_per_h is None


def test_slope_is_forgotten_over_a_gap():
    trend = followed([(at, 37.2 - at / 60) for at in range(40)])
    trend.take(START_UTC_S + 60 * 46, "ssc", 36.5)
    assert trend.slope_c_per_h is None


def test_trend_restored_goes_on_as_it_was():
    trend, other = followed([(at, 37.2 - at / 60) for at in range(43)]), CoolingTrend(36.5)
    other.restore(trend.state())
    assert (other.side, other.slope_c_per_h) == (trend.side, trend.slope_c_per_h)
    for at in range(43, 60):
        one, two = (each.take(START_UTC_S + 60 * at, "ssc", 36.6) for each in (trend, other))
        assert one is two


def test_cooling_is_shown_before_the_line_and_cold_stress_rings_at_its_own_time():
    infant = Infant()
    told = infant.live(slope(-0.6, 120))
    (shown_min, *shown), *rest = told
    # 36.5 C is crossed at 70 minutes, beyond doubt after 90, and 20 more have to pass.
    assert shown == ["raised", "cooling"]
    assert shown_min < 70
    assert rest == [(111, "raised", "cold_stress"), (111, "rang", "cold_stress")]
    assert infant.standing_classes == ["cold_stress"]


def test_cooling_acknowledged_does_not_silence_the_cold_stress_that_follows():
    infant = Infant()
    infant.live(slope(-0.6, 60))
    infant.acknowledge()
    assert rings(infant.live(slope(-0.6, 60, begin_c=36.6))) == [(111, "cold_stress")]


@pytest.mark.parametrize("c_per_h", [0.0, 0.5, -0.25], ids=str)
def test_core_that_stays_rises_or_falls_slowly_never_warns(c_per_h):
    assert Infant().live(slope(c_per_h, 90, begin_c=36.75)) == []


def test_core_that_falls_far_above_the_line_does_not_warn():
    assert Infant().live(slope(-0.6, 50, begin_c=37.4)) == []


def test_noise_around_a_normal_core_does_not_warn(seed):
    chance = random.Random(f"noise-{seed}")
    drawing = ", ".join(f"ssc {chance.gauss(36.8, 0.05):.3f}" for _ in range(1440))
    assert Infant().live(drawing) == []


def test_fall_over_a_change_of_state_does_not_warn():
    # A skin that dips when the infant is moved: two halves, neither of which falls.
    drawing = f"{slope(0, 29, begin_c=36.9)}, {slope(0, 29, begin_c=36.6, state='infant_only')}"
    assert Infant().live(drawing) == []


def test_cooling_clears_when_the_fall_ends():
    infant = Infant()
    infant.live(slope(-0.6, 60))
    assert infant.standing_classes == ["cooling"]
    assert ("cleared", "cooling") in kinds(infant.live("ssc 36.62*60"))


@pytest.mark.parametrize("seen", [False, True])
def test_cooling_that_clears_in_the_minute_in_which_cold_stress_stands_does_not_silence_it(seen):
    infant = Infant()
    infant.live(slope(-0.6, 66, begin_c=37.0))
    if seen:
        infant.acknowledge()
    assert infant.live("ssc 36.35*34, ssc 36.29*20") == []
    assert infant.live("ssc 36.29*1") == [
        (120, "cleared", "cooling"),
        (120, "raised", "cold_stress"),
        (120, "rang", "cold_stress"),
    ]
    assert infant.events[-2].reason == ""


def test_cooling_never_rings_and_does_not_escalate():
    infant = Infant()
    told = infant.live(slope(-0.31, 60, begin_c=36.75) + ", ssc -*1") + infant.wait(120)
    assert infant.standing_classes == ["cooling", "stale"]
    assert [kind for _, kind, name in told if name == "cooling"] == ["raised"]
