from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pouch_host.derive import infant_analysis
from pouch_host.store import Store
from pouch_host.web.infant.temperatures import temperatures_of
from pouch_host.web.infant.timeline import frame_of, strips_of, ticks_of
from tests.host import ward

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")
DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("day", "hours", "marks"),
    [
        (date(2026, 3, 28), 24, [0, 3, 6, 9, 12, 15, 18, 21, 24]),
        (date(2026, 3, 29), 23, [0, 2, 5, 8, 11, 14, 17, 20, 23]),
        (date(2026, 10, 25), 25, [0, 4, 7, 10, 13, 16, 19, 22, 25]),
    ],
)
def test_axis_has_the_days_own_length_and_marks_the_local_clock(day, hours, marks):
    frame = frame_of(day, BERLIN, 0)
    assert frame.minutes == 60 * hours
    assert [tick.at_min / 60 for tick in ticks_of(frame, BERLIN)] == marks


def test_midnight_that_comes_twice_is_marked_once():
    # In the Azores clocks go back from 1 to 0.
    azores = ZoneInfo("Atlantic/Azores")
    frame = frame_of(date(2026, 10, 25), azores, 0)
    assert frame.minutes == 60 * 25
    assert [tick.at_min / 60 for tick in ticks_of(frame, azores)] == [
        0,
        4,
        7,
        10,
        13,
        16,
        19,
        22,
        25,
    ]


def test_now_is_on_today_only():
    frame = frame_of(DAY, UTC, ward.START_UTC_S + 90 * 60)
    assert frame.now_min == 90
    assert frame_of(DAY, UTC, ward.START_UTC_S + 25 * 3600).now_min is None


def test_strips_cover_the_minutes_with_a_band_and_nothing_else(tmp_path):
    with Store.open(ward.fill(tmp_path / "w.sqlite", minutes=120)) as store:
        analysis = infant_analysis(store, ward.START_UTC_S + 7200, ward.INFANT)
        frame = frame_of(DAY, UTC, ward.START_UTC_S + 7200)
        strips = strips_of(analysis, frame)
    assert sum(strip.minutes for strip in strips) == len(analysis.minutes)
    assert all(one.begin_min + one.minutes == other.begin_min for one, other in pairwise(strips))
    assert strips[0].begin_min == 0
    assert max(strips, key=lambda strip: strip.minutes).state == "ssc"


def test_strips_of_another_day_are_none(tmp_path):
    with Store.open(ward.fill(tmp_path / "w.sqlite", minutes=120)) as store:
        analysis = infant_analysis(store, ward.START_UTC_S + 7200, ward.INFANT)
    for days in (-1, 1):
        frame = frame_of(DAY + timedelta(days=days), UTC, 0)
        assert strips_of(analysis, frame) == []
        assert temperatures_of(analysis, frame, "c")["utc_s"] == []
