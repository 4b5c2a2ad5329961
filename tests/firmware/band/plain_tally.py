"""Runs in MicroPython and in CPython: hours as the band shows them."""

from band.tally import Tally
from pouch_protocol import constants as c
from pouch_protocol import records

HOUR_S = 3600
TARGET_MIN = 480


def _live(tally, for_s, contact=False, step_s=30):
    """Let time pass; return how often the target was announced."""
    announced = 0
    for _ in range(for_s // step_s):
        announced += tally.add(step_s if contact else 0, 0, step_s)
    return announced


def test_contact_of_the_last_day_adds_up():
    tally = Tally(TARGET_MIN)
    assert tally.contact_24h_min == 0
    for hour in range(12):
        _live(tally, HOUR_S, contact=True)
        _live(tally, HOUR_S)
        assert tally.contact_24h_min == 60 * (hour + 1)


def test_contact_is_forgotten_a_day_later():
    tally = Tally(TARGET_MIN)
    _live(tally, 2 * HOUR_S, contact=True)
    _live(tally, 22 * HOUR_S)
    assert tally.contact_24h_min == 120
    for minutes_left in range(119, -1, -1):
        _live(tally, 60)
        assert abs(tally.contact_24h_min - minutes_left) <= 1
    _live(tally, 48 * HOUR_S)
    assert tally.contact_24h_min == 0


def test_contact_all_day_long_is_a_day_and_no_more():
    tally = Tally(TARGET_MIN)
    for day in range(4):
        _live(tally, 24 * HOUR_S, contact=True)
        assert tally.contact_24h_min == 1440, day


def test_window_is_never_wrong_by_more_than_four_minutes():
    # Contact of the worst kind: five minutes at the beginning of every quarter of an hour, with
    # a day of nothing after it.
    tally = Tally(TARGET_MIN)
    history = [n % 30 < 10 for n in range(2880)] + [False] * 2880
    for now, contact in enumerate(history):
        tally.add(30 if contact else 0, 0, 30)
        true_min = sum(history[max(0, now - 2879) : now + 1]) / 2
        assert abs(tally.contact_24h_min - true_min) <= 4, now


def test_long_pause_leaves_nothing():
    for pause_s in (25 * HOUR_S, 30 * 24 * HOUR_S):
        tally = Tally(TARGET_MIN)
        _live(tally, 10 * HOUR_S, contact=True)
        tally.add(0, pause_s, pause_s)
        assert tally.contact_24h_min == 0
        _live(tally, HOUR_S, contact=True)
        assert tally.contact_24h_min == 60


def test_take_gives_sums_since_the_last_one():
    tally = Tally(TARGET_MIN)
    _live(tally, HOUR_S, contact=True)
    tally.add(0, 45, 60)
    assert tally.take() == {
        "span_s": 3660,
        "contact_s": 3600,
        "unknown_s": 45,
        "contact_24h_min": 60,
    }
    _live(tally, 1800)
    taken = tally.take()
    assert (taken["span_s"], taken["contact_s"], taken["unknown_s"]) == (1800, 0, 0)
    assert taken["contact_24h_min"] == 60


def test_contact_that_counts_late_never_exceeds_its_span_and_is_not_lost():
    tally = Tally(TARGET_MIN)
    tally.add(0, 0, 30)
    tally.add(0, 0, 30)
    assert tally.take()["contact_s"] == 0
    tally.add(90, 0, 30)
    first = tally.take()
    assert (first["span_s"], first["contact_s"]) == (30, 30)
    tally.add(0, 20, 60)
    second = tally.take()
    assert (second["contact_s"], second["unknown_s"]) == (40, 20)
    tally.add(0, 0, 60)
    assert tally.take()["contact_s"] == 20


def test_take_fits_a_record_whatever_was_counted():
    tally = Tally(TARGET_MIN)
    for contact_s, unknown_s, dt_s in ((0, 0, 0), (0, 400_000, 400_000), (300, 0, 300)):
        tally.add(contact_s, unknown_s, dt_s)
        fields = tally.take()
        fields.update({"flags": 0, "uptime_cs": 0, "battery_days": 255, "alerts": 0})
        record = records.encode(c.KIND_TALLY, fields, 77, 0)
        assert records.decode(record, 77, 0)["span_s"] == min(dt_s, 0xFFFF)


def test_restored_sum_is_shown_at_once_and_fades_evenly():
    for before_min in (0, 1, 95, 613, 1440):
        tally = Tally(TARGET_MIN)
        tally.restore(before_min)
        assert tally.contact_24h_min == before_min
        for hour in range(1, 25):
            _live(tally, HOUR_S)
            assert abs(tally.contact_24h_min - before_min * (24 - hour) / 24) <= 1
        assert tally.contact_24h_min == 0


def test_contact_after_a_restore_adds_to_it():
    tally = Tally(TARGET_MIN)
    tally.restore(240)
    _live(tally, 4 * HOUR_S, contact=True)
    assert abs(tally.contact_24h_min - (240 * 20 // 24 + 240)) <= 1


def test_target_is_announced_once():
    tally = Tally(TARGET_MIN)
    assert _live(tally, 8 * HOUR_S - 60, contact=True) == 0
    assert _live(tally, 60, contact=True) == 1
    assert _live(tally, 6 * HOUR_S, contact=True) == 0


def test_target_that_sways_by_minutes_is_not_announced_again():
    tally = Tally(TARGET_MIN)
    # Twenty minutes an hour over eight hours a day, around the target for days.
    announced = 0
    for _ in range(24 * 5):
        announced += _live(tally, 1230, contact=True)
        announced += _live(tally, HOUR_S - 1230)
    assert announced == 1
    _live(tally, 24 * HOUR_S)
    assert _live(tally, 9 * HOUR_S, contact=True) == 1


def test_restart_does_not_announce_the_target_again():
    tally = Tally(TARGET_MIN)
    tally.restore(TARGET_MIN)
    assert _live(tally, HOUR_S, contact=True) == 0


def test_eighths_of_the_target_are_counted_when_whole():
    tally = Tally(TARGET_MIN)
    for eighth in range(8):
        assert tally.eighths == eighth
        _live(tally, HOUR_S - 60, contact=True)
        assert tally.eighths == eighth
        _live(tally, 60, contact=True)
    assert tally.eighths == 8
    _live(tally, 10 * HOUR_S, contact=True)
    assert tally.eighths == 8
    tally.target_min = 1440
    assert tally.eighths == 6
