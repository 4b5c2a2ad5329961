"""The band's own hours and alerts against the truth of simulated days, many of them.

What is simulated here is a script with simple curves (see `world.scripted`): no sweat, no damp
cloth, no radiant heat. The bounds hold there, and say nothing of people.
"""

import itertools
import random
import statistics

import pytest

from pouch_protocol import constants as c
from pouch_sim.world.day import DAY_US, INFANT_ONLY, OFF, SSC
from pouch_sim.world.scripted import ScriptedWorld
from tests.firmware.band.live import INTERVAL_S, LiveBand, contact, world_samples
from tests.support.micropython import run_in_micropython
from tests.support.planted import load_planted

INFANTS = 24
DAYS = 3
US_PER_H = 3_600_000_000
# What is asked of the product, hours a day, and what these simple worlds allow.
BIAS_H_MAX = 0.25
SCRIPTED_BIAS_H_MAX = 0.02
WORST_DAY_H_MAX = 0.1
UNKNOWN_H_MAX = 0.25

C128 = c.STEPS_PER_C
STATES = {
    contact.SSC: SSC,
    contact.INFANT_ONLY: INFANT_ONLY,
    contact.CAREGIVER_ONLY: "caregiver_only",
    contact.OFF: OFF,
}


def _offset_us(seed, index):
    """Return when within an interval a band samples."""
    return random.Random(f"phase {seed} {index}").randrange(INTERVAL_S * 1_000_000)


def _days(seed, *, worn_by_infant=True, contact_module=contact):
    """Yield counted, true and unknown hours of each day of each infant."""
    for index in range(INFANTS):
        world = ScriptedWorld(seed, index, worn_by_infant=worn_by_infant)
        offset_us = _offset_us(seed, index)
        band = LiveBand(contact_module)
        for day in range(DAYS):
            before_s, before_unknown_s = band.contact_s, band.unknown_s
            for _, *sample in world_samples(world, day, offset_us):
                band.take(*sample)
            true_h = world.ssc_us(day * DAY_US, (day + 1) * DAY_US) / US_PER_H
            counted_h = (band.contact_s - before_s) / 3600
            yield counted_h, true_h, (band.unknown_s - before_unknown_s) / 3600
            # At the end of a day the last 24 hours are that day, but for whole minutes and a
            # contact that goes on.
            assert abs(band.tally.contact_24h_min / 60 - counted_h) < 0.1


def _assert_hours_hold(days):
    days = list(days)
    errors_h = [counted_h - true_h for counted_h, true_h, _ in days]
    assert len(errors_h) == INFANTS * DAYS
    assert abs(statistics.mean(errors_h)) <= SCRIPTED_BIAS_H_MAX <= BIAS_H_MAX
    assert max(map(abs, errors_h)) <= WORST_DAY_H_MAX
    assert max(unknown_h for _, _, unknown_h in days) <= UNKNOWN_H_MAX
    # Else the bounds would hold for a world without contact.
    assert min(true_h for _, true_h, _ in days) > 2


def test_hours_of_infants_that_keep_the_band(seed):
    _assert_hours_hold(_days(seed))


def test_hours_of_caregivers_that_keep_the_band(seed):
    _assert_hours_hold(_days(seed, worn_by_infant=False))


def test_hours_that_lack_the_first_minute_of_each_contact_are_found(seed):
    sound, faulty = "self.contact_s = self._pending_s", "self.contact_s = dt_s"
    planted = load_planted("band.contact", sound, faulty)
    with pytest.raises(AssertionError):
        _assert_hours_hold(_days(seed, contact_module=planted))


def test_shown_state_is_the_true_one_but_for_minutes_around_a_change(seed):
    wrong = total = 0
    for index in range(INFANTS // 4):
        world, band = ScriptedWorld(seed, index), LiveBand()
        for now_us, *sample in world_samples(world, 0):
            state, _ = band.take(*sample)
            total += 1
            wrong += STATES.get(state) != world.state_at(now_us)
    # Some ten changes a day, each seen one to two minutes late, make one percent.
    assert wrong / total < 0.02


def test_alerts_are_for_infants_who_are_cold_and_for_all_of_them(seed):
    cold_stretches = alerts = 0
    # One infant in eight is cold, and only in the cot.
    for index in itertools.count():
        if index >= INFANTS and cold_stretches:
            break
        assert index < 10 * INFANTS, "the world has no cold infant"
        world, band = ScriptedWorld(seed, index), LiveBand()
        touched_s = cold_s = 0
        for now_us, *sample in world_samples(world, 0, _offset_us(seed, index)):
            _, event = band.take(*sample)
            touched = world.state_at(now_us) in {SSC, INFANT_ONLY}
            touched_s = touched_s + INTERVAL_S if touched else 0
            cold = touched_s > 600 and sample[0] < 35.48 * C128
            cold_s = cold_s + INTERVAL_S if cold else 0
            if event == c.EVENT_ALERT_COLD:
                alerts += 1
                assert touched_s >= 1200, index
                assert sample[0] < 36.0 * C128, index
            if cold_s >= 900:
                cold_stretches += cold_s == 900
                assert band.warmth.alerting, index
    assert alerts


def test_target_is_announced_on_the_days_that_reach_it(seed):
    for index in range(INFANTS // 4):
        world, band = ScriptedWorld(seed, index), LiveBand()
        for _, *sample in world_samples(world, 0):
            band.take(*sample)
        true_h = world.ssc_us(0, DAY_US) / US_PER_H
        if abs(true_h - 8) > 0.2:
            assert band.announced == (true_h > 8), index


def test_micropython_decides_as_cpython_does(tmp_path, seed):
    lines, expected, band = [], [], LiveBand()
    for _, *sample in world_samples(ScriptedWorld(seed, 1), 0):
        state, event = band.take(*sample)
        lines.append(" ".join(map(str, sample)))
        expected.append(f"{state} {event} {band.tally.contact_24h_min}")
    path = tmp_path / "samples"
    path.write_text("\n".join(lines))
    folders = ("protocol", "firmware")
    result = run_in_micropython("tests/support/on_band/decide.py", str(path), path=folders)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == expected
