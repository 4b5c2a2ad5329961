import json

import pytest

from pouch_host.alerts import AlertEngine
from pouch_host.errors import StoreError
from tests.host.alerts.timelines import Infant, minutes_of

# All that an engine can be in the middle of.
DAY = (
    "ssc 36.9*40 outer_c=35, ssc 36.2*22, ssc 35.9*25, ssc 35.4*45 battery_mv=3400, ssc -*7, "
    "ssc 35.9*20, ssc 36.25*15, ssc 37.0*20, infant_only 36.9*50 outer_c=30, off -*35 outer_c=22, "
    "unknown -*65, ssc 38.1*15 flags=4, ssc 37.0*20 battery_mv=3700"
)


def told(engine, minutes):
    return [
        event.plain()
        for minute in minutes
        for event in engine.observe(minute) + engine.tick(minute.received_utc_s)
    ]


def test_engine_killed_at_any_minute_goes_on_as_if_it_had_not_been():
    minutes = minutes_of(DAY)
    whole = told(AlertEngine(), minutes)
    assert len(whole) > 25
    engine, pieces = AlertEngine(), []
    for minute in minutes:
        pieces += told(engine, [minute])
        kept = json.dumps(engine.state())
        engine = AlertEngine()
        engine.restore(json.loads(kept))
    assert pieces == whole


def test_engine_restored_keeps_acknowledgement_and_mute():
    infant = Infant()
    infant.live("ssc 35.9*12")
    infant.acknowledge()
    infant.mute("warm", 60)
    kept = json.loads(json.dumps(infant.engine.state()))
    infant.engine = AlertEngine()
    infant.engine.restore(kept)
    assert infant.standing[0].acknowledged_by == "nurse 7"
    assert infant.engine.mutes()[0].who == "nurse 7"
    assert infant.live("ssc 35.9*10") == []


def test_state_is_a_copy():
    infant = Infant()
    infant.live("ssc 35.9*12")
    kept = infant.engine.state()
    as_text = json.dumps(kept)
    infant.acknowledge()
    infant.live("ssc 37.0*20")
    assert json.dumps(kept) == as_text


def test_state_of_another_version_is_refused():
    with pytest.raises(StoreError, match="alert state has version 9, this program reads 1"):
        AlertEngine().restore({"version": 9})


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: state.pop("chains"),
        lambda state: state["chains"].pop(),
        lambda state: state["chains"][0].update(watches=[]),
        lambda state: state["chains"][0]["alerts"]["2"].update(alert_class="lukewarm"),
        lambda state: state.update(mutes=[{"target": "nobody"}]),
        lambda state: state.update(conditions=None),
    ],
)
def test_state_that_is_damaged_is_refused_and_changes_nothing(damage):
    infant = Infant()
    infant.live("ssc 35.9*12")
    before = json.dumps(infant.engine.state())
    state = json.loads(before)
    damage(state)
    with pytest.raises(StoreError, match="alert state is damaged"):
        infant.engine.restore(state)
    assert json.dumps(infant.engine.state()) == before
