from datetime import date, timedelta

import numpy as np
import pytest

from pouch_host.analysis.states import State
from pouch_host.errors import InputError
from pouch_host.report.contents import DAYS_MAX, key_figures
from tests.host.report.made_report import made, made_analysis, no_analysis

MARCH = date(2026, 3, 1)


def dates_of(report):
    return [row.date for row in report.rows]


def test_report_without_dates_has_the_days_with_a_band():
    report = made(made_analysis(MARCH, 5))
    assert dates_of(report) == [MARCH + timedelta(days=n) for n in range(5)]
    assert len(report.days) == 5
    assert report.minutes == slice(0, 5 * 1440)


def test_report_of_a_long_stay_has_the_last_four_weeks():
    report = made(made_analysis(MARCH, 40))
    assert len(report.rows) == DAYS_MAX
    assert report.rows[-1].date == MARCH + timedelta(days=39)


def test_report_with_dates_has_those_whether_or_not_there_was_a_band():
    report = made(made_analysis(MARCH, 3), first=date(2026, 2, 27), last=date(2026, 3, 2))
    assert dates_of(report) == [date(2026, 2, 27), date(2026, 2, 28), MARCH, date(2026, 3, 2)]
    assert [row.day is None for row in report.rows] == [True, True, False, False]
    assert report.rows[0].runs == ()
    assert report.minutes == slice(0, 2 * 1440)


def test_report_with_the_last_day_alone_ends_there():
    report = made(made_analysis(MARCH, 40), last=date(2026, 3, 10))
    assert (report.rows[0].date, report.rows[-1].date) == (MARCH, date(2026, 3, 10))


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (date(2026, 3, 3), date(2026, 3, 2), "is after 2026-03-02"),
        (date(2026, 2, 1), date(2026, 3, 1), "are 29 days: a page holds 28"),
    ],
)
def test_report_of_impossible_dates_is_refused(first, last, says):
    with pytest.raises(InputError, match=says):
        made(made_analysis(MARCH, 2), first=first, last=last)


def test_report_of_an_infant_without_a_band_is_a_day_without_one():
    report = made(no_analysis(), now=date(2026, 3, 2))
    assert dates_of(report) == [date(2026, 3, 2)]
    assert (report.days, report.sessions, report.minutes) == ((), (), slice(0, 0))
    assert key_figures(report) == ["The infant had no band on these days."]


def test_rows_of_clock_changes_have_23_and_25_hours():
    spring = made(made_analysis(date(2026, 3, 28), 3))
    autumn = made(made_analysis(date(2026, 10, 24), 3), now=date(2026, 11, 1))
    assert [row.hours for row in spring.rows] == [24, 23, 24]
    assert [row.hours for row in autumn.rows] == [24, 25, 24]
    for report in (spring, autumn):
        for row in report.rows:
            assert row.runs[0].begin_h == 0
            assert row.runs[-1].begin_h + row.runs[-1].hours == pytest.approx(row.hours)


def test_runs_hold_each_assigned_minute_once_and_no_other():
    # Admitted at half past nine, without a band for five hours, some samples lost.
    analysis = made_analysis(
        MARCH, 4, begin_h=9.5, lost=[(7, 10.25)], spans=[(0, 20), (25, 24 * 4)]
    )
    report = made(analysis)
    hours = dict.fromkeys(State, 0.0)
    for row in report.rows:
        reached_h = 0.0
        for run in row.runs:
            assert run.begin_h >= reached_h - 1e-9
            reached_h = run.begin_h + run.hours
            hours[run.state] += run.hours
        assert reached_h <= row.hours
    counts = np.bincount(analysis.minutes.states[analysis.assigned], minlength=len(State))
    assert [round(60 * hours[state]) for state in State] == counts.tolist()
    assert report.rows[0].runs[0].begin_h == 9.5
    # What was lost is on the page, as not known.
    assert hours[State.UNKNOWN] > 3


def test_sessions_of_a_page_are_those_that_reach_into_it():
    analysis = made_analysis(MARCH, 6)
    report = made(analysis, first=date(2026, 3, 2), last=date(2026, 3, 3))
    begin_utc_s, end_utc_s = report.rows[0].begin_utc_s, report.rows[-1].end_utc_s
    assert 8 <= len(report.sessions) <= 9
    assert len(analysis.sessions) == 24
    for one in report.sessions:
        assert one.end_utc_s > begin_utc_s
        assert one.begin_utc_s < end_utc_s


def test_key_figures_are_means_of_whole_days_and_count_targets():
    report = made(made_analysis(MARCH, 3, begin_h=12))
    whole = report.days[1:]
    first, second = key_figures(report)
    mean = sum(day.hours for day in whole) / 2
    assert first.startswith("3 days with a band, 2 of them whole.")
    assert f"{mean:.1f} h of contact on average" in first
    assert second.startswith("Target met on 2 days, missed on 0, cannot say on 1.")
    assert "% of 60 h with a band are known" in second


def test_key_figures_of_a_part_of_a_day_have_no_mean():
    (first, _) = key_figures(made(made_analysis(MARCH, 1, begin_h=12)))
    assert first == "1 day with a band, none of them whole."
