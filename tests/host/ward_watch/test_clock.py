"""A ward whose clock was wrong when an infant's alerts began, or whose board is a moment old."""

import numpy as np
import pytest

from pouch_host.alerts import AlertClass
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_host.ward.told import TOLD_S, Told
from tests.host.live_ward import LiveWard
from tests.host.ward import INFANT, MINUTE_S, START_UTC_S

HOUR_S = 3600
COLD = {"temperature_c": 34.5, "caregiver_touched": False}


@pytest.mark.parametrize("ahead_s", [2 * HOUR_S, 10 * HOUR_S, 3 * 24 * HOUR_S, 365 * 24 * HOUR_S])
def test_infant_that_came_while_the_clock_was_ahead_rings_once_it_is_right(tmp_path, ahead_s):
    with Store.open(tmp_path / "ward.sqlite") as store:
        ward = LiveWard.begin(store)
        ward.skew_s = ahead_s
        ward.watch.step()
        ward.skew_s = 0
        ward.live(45, **COLD)
        assert [one.alert_class for one in ward.infant.alerts] == [AlertClass.DANGER_COLD]
        assert [one[1] for one in ward.rings()] == ["danger_cold"]


@pytest.mark.parametrize("ahead_min", [61, 600, TOLD_S // MINUTE_S, 100_000])
def test_what_was_told_of_the_future_is_taken_back_and_the_rest_stays(ahead_min):
    minute = START_UTC_S // MINUTE_S * MINUTE_S
    told = Told(minute - TOLD_S, 0, 0)
    for past_min in (30, 20, -ahead_min):
        told.tell(minute - past_min * MINUTE_S)
    told.come_back(minute)
    past_min = np.array([30, 25, 20, 0, -5])
    known = ahead_min < TOLD_S // MINUTE_S - 30
    # Older than all that it knows of: as good as told.
    expected = [True, not known, True, not known, False]
    assert told.holds(minute - past_min * MINUTE_S).tolist() == expected
    assert told.newest_utc_s == minute


def test_clock_that_is_set_back_by_minutes_takes_nothing_back():
    told = Told.begin(START_UTC_S)
    told.tell(told.newest_utc_s + 10 * MINUTE_S)
    before = told.text()
    told.come_back(told.newest_utc_s - HOUR_S)
    assert told.text() == before


def test_who_has_seen_the_first_stage_acknowledges_no_later_one(tmp_path):
    # The board may be a moment older than the alert: it says "first" and the alert is late by now.
    with Store.open(tmp_path / "ward.sqlite") as store:
        ward = LiveWard.begin(store)
        ward.live(100, **COLD)
        (alert,) = ward.infant.alerts
        assert alert.escalated
        seen = {"who": "Amina", "request_id": "r1"}
        with pytest.raises(InputError, match="got no better"):
            ward.watch.acknowledge(INFANT, alert.alert_id, late=False, **seen)
        (alert,) = ward.infant.alerts
        assert alert.acknowledged_by is None
        assert alert.ringing
        assert ward.watch.acknowledge(INFANT, alert.alert_id, late=True, **seen).changed
