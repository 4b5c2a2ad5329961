from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pouch_host.analysis.band_hours import (
    Tallies,
    alert_begins_utc_s,
    band_days,
    band_minutes,
    convert_tallies,
    join_tallies,
)
from pouch_host.analysis.clock_fit import BootTimes, fit_boots
from pouch_host.analysis.states import State
from pouch_protocol import constants as c
from tests.host.analysis.made_samples import START_UTC_S, made_minutes

HOUR_S = 3600
DAY_MIN = 1440
UTC = ZoneInfo("UTC")
NO_ALERTS = np.empty(0)
COLD, ESCALATED, CLEARED = c.EVENT_ALERT_COLD, c.EVENT_ALERT_ESCALATED, c.EVENT_ALERT_CLEARED


def tallies(*rows):
    """Return tallies of rows: begin, end, contact and unknown, seconds after START_UTC_S."""
    begin, end, contact, unknown = np.array(rows, dtype=float).reshape(-1, 4).T
    return Tallies(START_UTC_S + begin, START_UTC_S + end, contact, unknown)


def hourly(hours, contact_s=0, unknown_s=0):
    return tallies(*[(n * HOUR_S, (n + 1) * HOUR_S, contact_s, unknown_s) for n in range(hours)])


def states(*parts, first_utc_s=START_UTC_S):
    """Return minute states from `(state, minutes)` parts."""
    of_minutes = [state for state, count in parts for _ in range(count)]
    return made_minutes(of_minutes, first_utc_s=first_utc_s)


def days(of_band, minutes, *, assigned=None, alerts=NO_ALERTS, zone=UTC):
    count = len(minutes.states)
    assigned = np.ones(count, np.bool_) if assigned is None else assigned
    counted = band_minutes(minutes.first_utc_s, count, [(of_band, assigned)])
    return band_days(minutes, assigned, counted, alerts, zone)


def clock(uptime_s=(0.0,), utc_s=(START_UTC_S,)):
    times = BootTimes(np.array(uptime_s), np.array(utc_s, dtype=float), 0.0, 86_400.0)
    return fit_boots([times])[0]


def raw(**columns):
    types = {"uptime_cs": "<u4", "span_s": "<u2", "contact_s": "<u2", "unknown_s": "<u2"}
    rows = np.zeros(len(columns["uptime_cs"]), [*types.items(), ("event", "u1")])
    for name, values in columns.items():
        rows[name] = values
    return rows


def test_band_day_of_full_tallies_is_whole_and_compared():
    (day,) = days(hourly(24, contact_s=1200), states((State.SSC, 450), (State.INFANT_ONLY, 990)))
    assert day.hours == pytest.approx(8.0)
    assert day.host_hours_lower == day.host_hours_upper == pytest.approx(7.5)
    assert day.difference_hours == pytest.approx(0.5)
    assert day.covered_minutes == pytest.approx(DAY_MIN)
    assert not day.partial
    assert day.alerts == 0


def test_band_day_with_a_tally_missing_is_partial_and_compared_where_it_is_covered():
    # The host knows a whole day of contact; the band's tallies of the first twenty hours are here.
    (day,) = days(hourly(20, contact_s=HOUR_S), states((State.SSC, DAY_MIN)))
    assert day.partial
    assert day.hours == pytest.approx(20.0)
    assert day.difference_hours == pytest.approx(0.0)


def test_band_day_without_tallies_is_partial_and_covers_nothing():
    (day,) = days(tallies(), states((State.SSC, DAY_MIN)))
    assert (day.covered_minutes, day.hours, day.difference_hours) == (0, 0, 0)
    assert day.partial


def test_band_day_a_few_minutes_short_is_not_partial():
    for missing_s, partial in ((299, False), (301, True)):
        of_band = tallies((missing_s, 24 * HOUR_S, 0, 0))
        (day,) = days(of_band, states((State.OFF, DAY_MIN)))
        assert day.partial is partial


def test_band_day_unknown_of_host_widens_its_bounds_only():
    (day,) = days(hourly(24), states((State.UNKNOWN, 600), (State.SSC, 840)))
    assert (day.host_hours_lower, day.host_hours_upper) == (pytest.approx(14), pytest.approx(24))


def test_band_day_unknown_of_band_is_told():
    (day,) = days(hourly(24, unknown_s=600), states((State.OFF, DAY_MIN)))
    assert day.unknown_hours == pytest.approx(4.0)


def test_tally_over_midnight_is_split_by_its_time():
    of_band = tallies((23.5 * HOUR_S, 24.5 * HOUR_S, 2400, 0))
    first, second = days(of_band, states((State.OFF, 2 * DAY_MIN)))
    assert first.hours == second.hours == pytest.approx(1200 / HOUR_S)


def test_local_day_of_23_hours_has_23_hours_of_band():
    # Clocks in Berlin go forward on 2026-03-29.
    zone = ZoneInfo("Europe/Berlin")
    begin_s = 27 * 86_400 + 23 * HOUR_S
    minutes = states((State.SSC, 23 * 60), first_utc_s=START_UTC_S + begin_s)
    of_band = tallies((begin_s, begin_s + 23 * HOUR_S, 23 * HOUR_S, 0))
    (day,) = days(of_band, minutes, zone=zone)
    assert day.hours == pytest.approx(23.0)
    assert not day.partial


def test_minutes_of_another_infant_do_not_count():
    assigned = np.zeros(DAY_MIN, np.bool_)
    assigned[:360] = True
    (day,) = days(hourly(24, contact_s=HOUR_S), states((State.SSC, DAY_MIN)), assigned=assigned)
    assert day.hours == pytest.approx(6.0)
    assert day.covered_minutes == pytest.approx(360)
    assert not day.partial


def test_bands_one_after_the_other_add_up():
    early, late = np.zeros((2, DAY_MIN), np.bool_)
    early[:720] = late[720:] = True
    bands = [(hourly(24, contact_s=HOUR_S), early), (hourly(24, contact_s=1800), late)]
    counted = band_minutes(START_UTC_S, DAY_MIN, bands)
    assert counted.contact_s.sum() == pytest.approx(12 * HOUR_S + 6 * HOUR_S)


@given(
    st.lists(
        st.tuples(st.integers(0, 90_000), st.integers(0, 7200), st.integers(0, 7200)), max_size=12
    )
)
def test_minutes_never_hold_more_than_they_are(rows):
    of_band = join_tallies(
        [tallies((at, at + span, min(span, told), 0)) for at, span, told in rows]
    )
    counted = band_minutes(START_UTC_S, DAY_MIN, [(of_band, np.ones(DAY_MIN, np.bool_))])
    for seconds in (counted.covered_s, counted.contact_s):
        assert seconds.min() >= 0
        assert seconds.max() <= 60
    assert counted.contact_s.sum() <= of_band.contact_s.sum() + 1e-6


def test_convert_tallies_puts_them_in_time():
    found = convert_tallies(
        raw(uptime_cs=[360_000, 720_000], span_s=[3600, 3500], contact_s=[10, 20]), clock()
    )
    assert list(found.begin_utc_s - START_UTC_S) == [0, 3700]
    assert list(found.end_utc_s - START_UTC_S) == [3600, 7200]
    assert list(found.contact_s) == [10, 20]


def test_convert_tallies_without_a_time_gives_none():
    found = convert_tallies(raw(uptime_cs=[360_000], span_s=[3600]), clock((), ()))
    assert len(found.begin_utc_s) == len(found.contact_s) == 0
    assert len(join_tallies([found, hourly(3)]).end_utc_s) == 3


@pytest.mark.parametrize(
    ("events", "begins"),
    [
        ([], []),
        ([COLD], [0]),
        ([COLD, ESCALATED, ESCALATED, CLEARED], [0]),
        ([COLD, CLEARED, COLD, ESCALATED], [0, 2]),
        # Too hot is escalated from its beginning.
        ([ESCALATED, CLEARED, ESCALATED], [0, 2]),
        ([COLD, c.EVENT_GESTURE, c.EVENT_ALERT_ACKNOWLEDGED, ESCALATED], [0]),
        ([CLEARED, c.EVENT_TARGET_REACHED], []),
    ],
)
def test_alerts_are_counted_by_their_beginnings(events, begins):
    rows = raw(uptime_cs=[100 * 60 * n for n in range(len(events))], event=events)
    found = alert_begins_utc_s(rows, clock()) - START_UTC_S
    assert list(found) == [60 * n for n in begins]


def test_alerts_without_a_time_are_not_counted():
    assert len(alert_begins_utc_s(raw(uptime_cs=[100], event=[COLD]), clock((), ()))) == 0


def test_alerts_fall_on_their_local_day():
    alerts = START_UTC_S + np.array([0, 86_399, 86_400])
    first, second = days(hourly(48), states((State.OFF, 2 * DAY_MIN)), alerts=alerts)
    assert (first.alerts, second.alerts) == (2, 1)
