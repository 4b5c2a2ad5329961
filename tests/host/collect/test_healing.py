"""What is done for a stuck adapter, and how seldom: evidence in, steps out, no clock but ours."""

import itertools

from pouch_host.collect.healing import Healing, Step

RESTART, CLOSE, RESET = Step.RESTART_SCAN, Step.CLOSE_STALE, Step.RESET
HOUR_S = 3600.0


def steps_of_silence(healing, from_s, until_s):
    """Listen as the collector does and hear nothing; return each step and when it was due."""
    found = []
    now_s = from_s
    while now_s < until_s:
        now_s = min(until_s, now_s + healing.patience_s(now_s))
        if step := healing.due(now_s):
            found.append((now_s - from_s, step))
    return found


def steps_of_failures(healing, from_s, count, pause_s=30.0):
    found = []
    for index in range(count):
        healing.note_failed()
        found.append(healing.due(from_s + index * pause_s))
    return found


def test_adapter_that_works_is_left_alone():
    healing = Healing(0.0)
    for now_s in range(0, 36_000, 60):
        healing.note_scanned()
        healing.note_heard(float(now_s))
        healing.note_reached(now_s + 3.0)
        assert healing.due(now_s + 4.0) is None
        assert healing.patience_s(now_s + 4.0) == 179.0


def test_ward_in_which_nobody_was_ever_heard_is_no_trouble():
    healing = Healing(0.0)
    healing.note_heard(None)
    assert steps_of_silence(healing, 0.0, 24 * HOUR_S) == []


def test_silence_after_somebody_was_heard_escalates_slowly_and_resets_ever_more_seldom():
    healing = Healing(0.0)
    healing.note_heard(100.0)
    steps = steps_of_silence(healing, 100.0, 100.0 + 24 * HOUR_S)
    assert steps[:3] == [(180, RESTART), (540, CLOSE), (1260, RESET)]
    resets_s = [time_s for time_s, step in steps if step is RESET]
    pauses_s = [after - before for before, after in itertools.pairwise(resets_s)]
    assert pauses_s == sorted(pauses_s)
    assert len(resets_s) <= 10
    # It is never given up.
    assert max(pauses_s) <= 5 * HOUR_S


def test_hearing_somebody_begins_with_the_mildest_step_again():
    healing = Healing(0.0)
    healing.note_heard(0.0)
    assert len(steps_of_silence(healing, 0.0, 600.0)) == 2
    healing.note_heard(601.0)
    assert steps_of_silence(healing, 601.0, 601.0 + 181.0) == [(180, RESTART)]


def test_time_of_a_connection_is_no_silence():
    healing = Healing(0.0)
    healing.note_heard(0.0)
    healing.note_reached(175.0)
    assert healing.due(181.0) is None
    healing.note_not_reached("P-1", 300.0)
    assert healing.due(479.0) is None
    assert healing.due(480.0) is RESTART


def test_ward_that_is_quiet_by_itself_is_learned():
    # One band of the slow plan and nobody else for miles.
    healing = Healing(0.0)
    steps = []
    for window in range(20):
        healing.note_heard(1200.0 * window)
        steps += steps_of_silence(healing, 1200.0 * window, 1200.0 * (window + 1))
    assert steps == [(180, RESTART), (540, CLOSE)]


def test_silence_that_a_step_ended_is_not_learned():
    healing = Healing(0.0)
    for start_s in (0.0, 10_000.0, 20_000.0):
        healing.note_heard(start_s)
        assert steps_of_silence(healing, start_s, start_s + 181.0) == [(180, RESTART)]
        # Somebody is heard soon after, as if the scan that began anew had been what was missing.
        healing.note_heard(start_s + 190.0)
        for quiet_s in range(200, 10_000, 100):
            healing.note_heard(start_s + quiet_s)


def test_scan_that_fails_again_and_again_escalates_with_each_failure():
    healing = Healing(0.0)
    assert steps_of_failures(healing, 0.0, 4) == [RESTART, CLOSE, RESET, RESTART]


def test_scan_that_works_ends_the_failures_only():
    healing = Healing(0.0)
    steps_of_failures(healing, 0.0, 2)
    healing.note_scanned()
    assert healing.due(61.0) is None
    assert steps_of_failures(healing, 100.0, 1) == [RESTART]


def test_resets_of_an_adapter_that_stays_broken_are_bounded():
    healing = Healing(0.0)
    steps = steps_of_failures(healing, 0.0, 24 * 120)
    assert steps.count(RESET) <= 10
    first, second = [index * 30 for index, step in enumerate(steps) if step is RESET][:2]
    assert second - first >= 600


def test_reset_pause_is_short_again_once_the_adapter_has_worked():
    healing = Healing(0.0)
    steps_of_failures(healing, 0.0, 24 * 120)
    healing.note_scanned()
    later_s = 48 * HOUR_S
    steps = steps_of_failures(healing, later_s, 60)
    assert [index * 30 for index, step in enumerate(steps) if step is RESET] == [60, 660]


def test_bands_of_which_none_can_be_reached_are_the_adapters_fault():
    healing = Healing(0.0)
    for name in ("P-1", "P-2", "P-1"):
        healing.note_not_reached(name, 10.0)
        assert healing.due(10.0) is None
    healing.note_not_reached("P-2", 20.0)
    assert healing.due(20.0) is RESTART
    assert healing.due(20.0) is None


def test_one_band_that_cannot_be_reached_is_its_own_fault():
    healing = Healing(0.0)
    for count in range(50):
        healing.note_not_reached("P-1", float(count))
        assert healing.due(float(count)) is None


def test_band_that_was_reached_acquits_the_adapter():
    healing = Healing(0.0)
    for count in range(50):
        healing.note_not_reached(f"P-{count}", float(count))
        if count % 3 == 2:
            healing.note_reached(float(count))
        assert healing.due(float(count)) is None
