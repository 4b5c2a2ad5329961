"""What the band counts and calls for by itself, held against the host and against the truth."""

from pouch_host.derive import infant_days, timeline
from pouch_host.store import Store
from pouch_protocol import constants as c
from tests.e2e.cot_world import CotWorld
from tests.e2e.whole_path import DAY_S, HOUR_S, START_UTC_S, WholePath

BAND_ID = 0x1000
INFANT = "bed-1"
BANDS = 3
# 2026-03-01, midnight in Karachi.
MIDNIGHT_UTC_S = 1_772_305_200
US_PER_S = 1_000_000
US_PER_H = 3_600_000_000
DAY_US = 24 * US_PER_H
MINUTE_S = 60
# Contact is counted to the sample, and within a tally it is not known when it was.
ERROR_H_MAX = 0.1
STEPS_PER_C = 128


def _cools_and_warms(hour):
    """36.2 C; from 2 h on down to 35.0 C within an hour, from 5 h on up to 36.2 C within one."""
    return 36.2 - 1.2 * min(max(hour - 2, 0), 1) + 1.2 * min(max(hour - 5, 0), 1)


def test_bands_own_hours_reach_the_store_and_are_near_the_truth_and_the_hosts(tmp_path, seed):
    start_utc_s = MIDNIGHT_UTC_S - DAY_S
    path = WholePath(tmp_path, seed, start_utc_s=start_utc_s)
    path.add_babies(BANDS, "Asia/Karachi")
    path.run(path.collect(DAY_S))
    infants = infant_days(path.store, MIDNIGHT_UTC_S)
    lines = [
        timeline(path.store.records(given.band_id))
        for infant in infants
        for given in path.store.assignments(infant.infant_code)
    ]
    assert len(infants) == len(lines) == BANDS
    for infant, line, world in zip(infants, lines, path.worlds, strict=True):
        begin_us, end_us = (
            round((utc_s - start_utc_s) * US_PER_S)
            for utc_s in (line.tallies.begin_utc_s[0], line.tallies.end_utc_s[-1])
        )
        (day,), (band,) = infant.days, infant.band_days
        assert band.covered_minutes * MINUTE_S * US_PER_S > 22 * US_PER_H
        true_h = world.ssc_us(begin_us, min(end_us, DAY_US)) / US_PER_H
        assert abs(band.hours - true_h) <= ERROR_H_MAX, infant.infant_code
        assert band.host_hours_lower - ERROR_H_MAX <= band.hours, infant.infant_code
        assert band.hours <= band.host_hours_upper + ERROR_H_MAX, infant.infant_code
        assert band.host_hours_lower <= day.hours + 1e-9


def test_cold_infant_is_called_for_escalated_and_cleared_in_the_store(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    path.store.assign(BAND_ID, INFANT, START_UTC_S)
    path.add_band(surroundings=CotWorld(seed, _cools_and_warms))
    path.run(path.collect(8 * HOUR_S))
    events = [
        event
        for event in path.decoded(BAND_ID, c.KIND_EVENT)
        if event["event"] in {c.EVENT_ALERT_COLD, c.EVENT_ALERT_ESCALATED, c.EVENT_ALERT_CLEARED}
    ]
    assert [event["event"] for event in events] == [
        c.EVENT_ALERT_COLD,
        c.EVENT_ALERT_ESCALATED,
        c.EVENT_ALERT_CLEARED,
    ]
    # 35.5 C is crossed at 2 h 35 min, 35.7 C at 5 h 35 min; both have to last for ten minutes.
    for event, expected_min in zip(events, (165, 195, 345), strict=True):
        assert abs(event["uptime_cs"] / 100 / MINUTE_S - expected_min) < 4, event
        assert event["value"] == 3550
    assert [event["detail"] < 35.5 * STEPS_PER_C for event in events] == [True, True, False]
    with Store.open(tmp_path / "pouch.db") as store:
        (infant,) = infant_days(store, START_UTC_S + 8 * HOUR_S)
    assert sum(band.alerts for band in infant.band_days) == 1
    assert sum(tally["alerts"] for tally in path.decoded(BAND_ID, c.KIND_TALLY)) == 1


def test_warm_infant_is_never_called_for(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    path.add_band(surroundings=CotWorld(seed, lambda _hour: 36.2))
    path.run(path.collect(8 * HOUR_S))
    assert [
        event
        for event in path.decoded(BAND_ID, c.KIND_EVENT)
        if event["event"] <= c.EVENT_ALERT_CLEARED
    ] == []


def test_hours_that_are_shown_go_on_after_a_power_cut(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    world = CotWorld(seed, lambda _hour: 36.6, lambda hour: hour < 5)
    band = path.add_band(surroundings=world)

    async def scenario():
        await path.collect(5.25 * HOUR_S)
        band.cut_power()
        await path.wait(10)
        band.power_on()
        await path.collect(2.5 * HOUR_S)

    path.run(scenario())
    shown_min = [tally["contact_24h_min"] for tally in path.decoded(BAND_ID, c.KIND_TALLY)]
    assert band.stats.boots == 2
    # Five hours of contact, then none: after the restart they fade at the mean pace.
    assert 295 <= max(shown_min) <= 300
    assert 255 <= shown_min[-1] < max(shown_min)


def test_target_is_announced_when_the_eighth_hour_is_full(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    world = CotWorld(seed, lambda _hour: 36.6, lambda hour: hour < 9)
    path.add_band(surroundings=world)
    path.run(path.collect(10 * HOUR_S))
    (reached,) = (
        event
        for event in path.decoded(BAND_ID, c.KIND_EVENT)
        if event["event"] == c.EVENT_TARGET_REACHED
    )
    assert reached["value"] == 480
    assert abs(reached["uptime_cs"] / 100 - 8 * HOUR_S) < 2 * MINUTE_S
