"""Hours through the whole path against the world's own truth."""

from pouch_host.derive import infant_days
from tests.e2e.whole_path import DAY_S, WholePath

# 2026-03-01, midnight in Karachi.
MIDNIGHT_UTC_S = 1_772_305_200
DAY_US = 86_400_000_000
BANDS = 3


def test_true_hours_lie_within_the_bounds_and_the_bounds_are_narrow(tmp_path, seed):
    path = WholePath(tmp_path, seed, start_utc_s=MIDNIGHT_UTC_S - DAY_S)
    path.add_babies(BANDS, "Asia/Karachi")
    path.run(path.collect(DAY_S))
    assert [line for outcome in path.rounds for line in outcome.failures] == []
    infants = infant_days(path.store, MIDNIGHT_UTC_S)
    assert len(infants) == BANDS
    for infant, world in zip(infants, path.worlds, strict=True):
        (day,) = infant.days
        true_h = world.ssc_us(0, DAY_US) / 3_600_000_000
        assert day.hours_lower <= true_h <= day.hours_upper, infant.infant_code
        assert abs(day.hours - true_h) < 0.25, infant.infant_code
        # Some minutes for each change of state, and a share of the day that may be wrong.
        assert day.hours_upper - day.hours_lower < 1.5
        assert day.coverage > 0.95
