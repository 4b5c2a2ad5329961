import dataclasses

import pytest

from pouch_host.alerts import AlertEngine, AlertParameters, EventKind, replay
from pouch_host.errors import InputError
from tests.host.alerts.timelines import MIN_S, START_UTC_S, Infant, minutes_of


def in_words(events):
    return [
        ((event.told_utc_s - START_UTC_S) // MIN_S, event.kind.value, event.alert_class.value)
        for event in events
    ]


def test_replay_tells_what_a_live_engine_told():
    drawing = "ssc 36.9*40, ssc 35.9*45, ssc 37.0*20, off -*40 outer_c=24"
    infant = Infant()
    infant.live(drawing)
    assert replay(minutes_of(drawing)) == infant.events


def test_replay_of_a_gap_tells_when_it_was_stale():
    minutes = minutes_of("ssc 36.9*20") + minutes_of("ssc 36.9*20", first=100)
    assert in_words(replay(minutes)) == [
        (30, "raised", "stale"),
        (50, "rang", "stale"),
        (100, "cleared", "stale"),
    ]


def test_replay_takes_another_limit_of_staleness():
    minutes = minutes_of("ssc 36.9*20") + minutes_of("ssc 36.9*20", first=60)
    told = replay(minutes, AlertParameters(stale_after_s=1800))
    assert in_words(told) == [(50, "raised", "stale"), (60, "cleared", "stale")]


def test_replay_of_a_gap_of_days_leaves_nothing_out():
    minutes = minutes_of("ssc 36.9*20 outer_c=35, infant_only 35.9*34 outer_c=30")
    minutes += minutes_of("ssc 36.9*20", first=5000)
    engine, told, now_s = AlertEngine(), [], START_UTC_S
    for minute in minutes:
        for at_s in range(now_s + MIN_S, minute.received_utc_s, MIN_S):
            told += engine.tick(at_s)
        now_s = minute.received_utc_s
        told += engine.observe(minute)
    assert len(told) > 8
    assert replay(minutes) == told


def test_replay_of_nothing_is_nothing():
    assert replay([]) == []


def test_replay_out_of_order_of_arrival_is_refused():
    first, second = minutes_of("ssc 36.9*2")
    with pytest.raises(InputError, match="observation 1 arrived before"):
        replay([second, first])


def test_replay_with_other_rules_follows_them():
    parameters = AlertParameters()
    rules = dict(parameters.rules)
    rules["cold_stress"] = dataclasses.replace(rules["cold_stress"], k_sd=0.0)
    minutes = minutes_of("ssc 36.45*22")
    rung = [
        [event.kind for event in replay(minutes, each)].count(EventKind.RANG)
        for each in (parameters, dataclasses.replace(parameters, rules=rules))
    ]
    assert rung == [0, 1]
