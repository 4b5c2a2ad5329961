"""Hours through the whole path against the world's own truth."""

from zoneinfo import ZoneInfo

from pouch_host.derive import infant_days
from pouch_host.store import Store
from pouch_sim.commands.demo_ward import DemoPlan, DemoWard
from pouch_sim.world.scripted import ScriptedWorld

# 2026-03-01, midnight in Karachi.
MIDNIGHT_UTC_S = 1_772_305_200
DAY_US = 86_400_000_000
BANDS = 3


def test_true_hours_lie_within_the_bounds_and_the_bounds_are_narrow(tmp_path, seed):
    plan = DemoPlan(BANDS, 1, seed, ZoneInfo("Asia/Karachi"), float(MIDNIGHT_UTC_S))
    ward = DemoWard(plan, tmp_path)
    ward.fill(lambda _share: None)
    assert ward.failures == []
    with Store.open(ward.store_path) as store:
        infants = infant_days(store, MIDNIGHT_UTC_S)
    assert len(infants) == BANDS
    for index, infant in enumerate(infants):
        (day,) = infant.days
        world = ScriptedWorld(seed, index, worn_by_infant=True)
        true_h = world.ssc_us(0, DAY_US) / 3_600_000_000
        assert day.hours_lower <= true_h <= day.hours_upper, infant.infant_code
        assert abs(day.hours - true_h) < 0.25, infant.infant_code
        # Some minutes for each change of state, and a share of the day that may be wrong.
        assert day.hours_upper - day.hours_lower < 1.5
        assert day.coverage > 0.95
