"""What figures say equals what the tables say, counted another way."""

from datetime import UTC, date, datetime, timedelta
from statistics import median

import numpy as np
import polars as pl
import pytest

from pouch_host import figures
from pouch_host.figures import draw_age, draw_coverage, draw_dose, draw_starts
from pouch_host.figures.draw_starts import Starts, by_minute
from tests.host.figures import made_frames as made
from tests.host.figures import seen

MIDNIGHT = datetime(2026, 3, 9, tzinfo=UTC)


def at(minute):
    return MIDNIGHT + timedelta(minutes=minute)


def minutes_of(states, skin_c, valid=None, infant="I001"):
    """Return minutes from a midnight in UTC on."""
    count = len(states)
    return made.typed(
        "minutes",
        {
            "infant": [infant] * count,
            "date": [at(number).date() for number in range(count)],
            "time_utc": [at(number).replace(tzinfo=None) for number in range(count)],
            "time_local": [at(number).isoformat() for number in range(count)],
            "band_assigned": [True] * count,
            "state": states,
            "contact": ["yes" if state == "ssc" else "no" for state in states],
            "contact_source": ["derived"] * count,
            "skin_c": [float(one) for one in skin_c],
            "temperature_valid": [True] * count if valid is None else valid,
            "core_estimate_c": [float(one) + 0.2 for one in skin_c],
        },
    )


def minute(frame, number):
    (row,) = frame.filter(pl.col("minute") == number).to_dicts()
    return row


def test_dose_orders_infants_by_the_median_of_the_days_that_count():
    days = made.made_days(7, 12, seed=4, poor_share=0.4)
    data = figures.dose_data(days)
    assert len(data) == len(days)
    medians = {}
    for row in days.iter_rows(named=True):
        if row["valid_16h"]:
            medians.setdefault(row["infant"], []).append(row["hours"])
    order = sorted(medians, key=lambda one: median(medians[one]))
    told = dict(data.select("infant", "place").rows())
    assert [told[one] for one in order] == list(range(1, len(order) + 1))


def test_dose_draws_each_day_once_and_those_poorly_known_with_another_mark():
    days = made.made_days(5, 12, seed=4, poor_share=0.4)
    figure = figures.dose(days)
    (axes,) = (one for one in figure.axes if one.get_ylabel())
    counts = {
        mark: sum(len(line.get_xdata()) for line in axes.lines if line.get_marker() == mark)
        for mark in "ox"
    }
    assert counts == {"o": days["valid_16h"].sum(), "x": (~days["valid_16h"]).sum()}
    assert counts["x"] > 10
    drawn = np.sort(np.concatenate([one.get_ydata() for one in axes.lines[:2]]))
    assert drawn == pytest.approx(np.sort(days["hours"].to_numpy()))


def test_dose_share_of_days_counts_those_at_the_line_itself():
    shares = draw_dose.share_of_days(np.array([8.0, 7.999, 20.0, 3.0]), np.array([8.0, 20.0]))
    assert shares.tolist() == [0.5, 0.25]


def test_dose_writes_the_share_of_each_target_with_its_bounds():
    days = made.made_days(9, 20, seed=5)
    text = " ".join(seen.texts(figures.dose(days)))
    counted = days.filter("valid_16h")
    for target_h in draw_dose.TARGETS_H:
        share, low, high = (
            100 * sum(one >= target_h for one in counted[name]) / len(counted)
            for name in ("hours", "hours_lower", "hours_upper")
        )
        assert f"≥ {target_h:g} h: {share:.0f} % of days ({low:.0f} to {high:.0f})" in text


def test_dose_with_no_day_known_has_nothing_to_draw():
    days = made.made_days(2, 3)
    for none in (days.clear(), days.with_columns(valid_16h=pl.lit(value=False))):
        with pytest.raises(figures.NothingToDraw, match="16 hours"):
            figures.dose(none)
        with pytest.raises(figures.NothingToDraw, match="16 hours"):
            figures.hours_by_age(none)


def test_age_counts_from_birth_or_else_from_the_first_band_and_never_mixes_them():
    days = made.made_days(4, 6)
    unborn = pl.col("infant") == "I003"
    days = days.with_columns(age_days=pl.when(~unborn).then("age_days"))
    first = days.filter(unborn)["date"].to_list()[0]
    # Its first band came two days before the first day that was asked for.
    infants = made.typed(
        "infants",
        {
            "infant": ["I003"],
            "first_band_local": [f"{first - timedelta(days=2)}T23:50:00+05:00"],
        },
    )
    data = figures.hours_by_age_data(days, infants)
    assert "date" not in data.columns
    assert set(data.filter(unborn)["since"]) == {draw_age.SINCE_BAND}
    assert data.filter(unborn)["day"].to_list() == [2, 3, 4, 5, 6, 7]
    born = data.filter(~unborn)
    assert set(born["since"]) == {draw_age.SINCE_BIRTH}
    assert sorted(born["day"]) == sorted(days.filter(~unborn)["age_days"])
    text = " ".join(seen.texts(figures.hours_by_age(days, infants)))
    assert "age, days since birth" in text
    assert "days since the first band (no date of birth)" in text


def test_age_without_any_date_of_birth_says_that_days_are_since_the_first_band():
    text = " ".join(seen.texts(figures.hours_by_age(made.made_days(4, 6, with_age=False))))
    assert "days since the first band" in text
    assert "since birth" not in text


def test_age_median_is_of_infants_known_that_day_three_at_least():
    days = made.made_days(6, 15, seed=2, poor_share=0.5)
    told = {row["day"]: row for row in draw_age.by_day(figures.hours_by_age_data(days)).to_dicts()}
    known = {}
    for row in days.iter_rows(named=True):
        if row["valid_16h"]:
            known.setdefault(row["age_days"], []).append(row["hours"])
    assert set(told) == set(known)
    assert {min(3, len(hours)) for hours in known.values()} == {1, 2, 3}
    for day, hours in known.items():
        assert told[day]["infants"] == len(hours)
        if len(hours) < 3:
            assert told[day]["median"] is told[day]["low"] is told[day]["high"] is None
        else:
            assert told[day]["median"] == pytest.approx(median(hours))
            assert told[day]["low"] == pytest.approx(np.percentile(hours, 25))


def test_starts_stand_at_the_minute_of_contact():
    states = ["infant_only"] * 100 + ["ssc"] * 50 + ["infant_only"] * 100
    skin_c = [35.0] * 100 + [36.0] * 50 + [34.0] * 100
    sessions = made.made_sessions("I001", [(at(100), at(150))] * 3)
    data = figures.around_session_start_data(minutes_of(states, skin_c), sessions)
    assert data["minute"].to_list() == list(range(-60, 180))
    told = {row["minute"]: row["skin_c_median"] for row in data.to_dicts()}
    assert (told[-60], told[-1], told[0], told[49]) == (35.0, 35.0, 36.0, 36.0)
    # When the session is over, its minutes are.
    assert told[50] is None
    assert minute(data, 50)["sessions"] == 0
    assert minute(data, 0)["sessions"] == 3
    assert minute(data, 0)["infants"] == 1
    assert minute(data, 0)["core_estimate_c_median"] == pytest.approx(36.2, abs=1e-5)


def test_starts_leave_out_contact_before_minutes_not_valid_and_minutes_not_there():
    # Of another session before, of a cold face, and before the first minute: none counts.
    states = ["ssc"] * 20 + ["infant_only"] * 20 + ["ssc"] * 100
    valid = [True] * 40 + [False] * 10 + [True] * 90
    starts = Starts.of(
        minutes_of(states, [36.0] * 140, valid), made.made_sessions("I001", [(at(40), at(140))])
    )
    known = np.flatnonzero(~np.isnan(starts.skin_c[0])) - draw_starts.BEFORE_MIN
    assert known.tolist() == [*range(-20, 0), *range(10, 100)]


def test_starts_count_only_begins_that_are_known_and_stand():
    minutes = minutes_of(["infant_only"] * 60 + ["ssc"] * 60, [36.0] * 120)
    span = [(at(60), at(120))]
    good = made.made_sessions("I001", span)
    moved = good.with_columns(final_begin_utc=pl.col("begin_utc") + timedelta(minutes=9))
    wrong = [
        made.made_sessions("I001", span, begin_known=False),
        made.made_sessions("I001", span, counts=False),
        moved,
    ]
    starts = Starts.of(minutes, pl.concat([good, *wrong]))
    assert (len(starts.infants), starts.left_out) == (1, 3)
    assert "3 others left out" in " ".join(seen.texts(draw_starts.draw_starts(starts)))
    with pytest.raises(figures.NothingToDraw, match="begin that is known"):
        figures.around_session_start(minutes, pl.concat(wrong))
    with pytest.raises(figures.NothingToDraw, match="no valid temperature"):
        figures.around_session_start(
            minutes.with_columns(temperature_valid=pl.lit(value=False)), good
        )


def test_starts_do_not_take_time_that_is_not_known_for_time_without_contact():
    states = ["infant_only"] * 30 + ["unknown"] * 29 + ["infant_only"] + ["ssc"] * 60
    minutes = minutes_of(states, [36.0] * 120)
    starts = Starts.of(minutes, made.made_sessions("I001", [(at(60), at(120))]))
    known = draw_starts.OFFSETS_MIN[~np.isnan(starts.skin_c[0])]
    assert known.tolist() == [*range(-60, -30), *range(-1, 60)]


def test_starts_name_every_method_of_their_sessions():
    minutes = minutes_of(["infant_only"] * 60 + ["ssc"] * 60, [36.0] * 120)
    one = made.made_sessions("I001", [(at(60), at(120))])
    both = pl.concat([one, one.with_columns(algorithm_version=pl.lit("other-2"))])
    text = " ".join(" ".join(seen.texts(figures.around_session_start(minutes, both))).split())
    assert f"method {made.ALGORITHM}, other-2." in text


def test_starts_of_infants_one_after_the_other_are_those_of_all_at_once():
    parts = [made.made_minutes(f"I{number}", 2, number) for number in range(4)]
    joined = Starts.joined([Starts.of(*part) for part in parts])
    at_once = Starts.of(*made.joined(parts))
    assert joined.infants == at_once.infants
    assert len(set(joined.infants)) == 4
    np.testing.assert_array_equal(joined.skin_c, at_once.skin_c)
    np.testing.assert_array_equal(joined.core_c, at_once.core_c)
    data = by_minute(joined)
    for place, row in enumerate(data.to_dicts()):
        column = joined.skin_c[:, place]
        column = column[~np.isnan(column)]
        assert row["sessions"] == len(column)
        if len(column) >= 3:
            assert row["skin_c_median"] == pytest.approx(float(np.median(column)), abs=1e-5)


def test_coverage_tells_no_band_from_unknown():
    days = made.typed(
        "days",
        {
            "infant": ["A", "A", "B"],
            "date": [date(2026, 3, 9), date(2026, 3, 11), date(2026, 3, 10)],
            "day_minutes": [1440, 1440, 1440],
            "elapsed_minutes": [360, 1440, 1440],
            "unknown_minutes": [36, 0, 1440],
            "algorithm_version": ["1"] * 3,
        },
    )
    rows = figures.coverage_data(days).to_dicts()
    assert [(row["infant"], row["day"]) for row in rows] == [("A", 0), ("A", 2), ("B", 0)]
    assert [row["band_share"] for row in rows] == [0.25, 1.0, 1.0]
    assert [row["known_share"] for row in rows] == [0.9, 1.0, 0.0]
    figure = figures.coverage(days)
    (axes,) = figure.axes
    widths = [
        sum(path.get_extents().width for path in part.get_paths()) for part in axes.collections
    ]
    assert axes.collections[1].get_paths()[0].get_extents().x0 == 0.75
    # 95 of 100 and more; 20 hours and more; 16; less; nothing.
    assert widths == pytest.approx([1.0, 0.25, 0.0, 0.0, 1.0])
    assert "Of all time with a band 54.4 % is known" in " ".join(seen.texts(figure))


def test_coverage_of_many_days_covers_as_much_as_the_days_one_by_one():
    days = made.made_days(9, 40, seed=8)
    figure = figures.coverage(days)
    (axes,) = figure.axes
    drawn = sum(path.get_extents().width for part in axes.collections for path in part.get_paths())
    assert drawn == pytest.approx((days["elapsed_minutes"] / days["day_minutes"]).sum())
    # Days of one shade in a row are one area.
    assert sum(len(part.get_paths()) for part in axes.collections) < len(days)


def test_coverage_leaves_blank_what_is_missing_of_a_day_between_others():
    days = made.typed(
        "days",
        {
            "infant": ["A"] * 4,
            "date": [date(2026, 3, number) for number in (9, 10, 11, 12)],
            "day_minutes": [1440] * 4,
            "elapsed_minutes": [720, 360, 1440, 1440],
            "unknown_minutes": [0] * 4,
            "algorithm_version": ["1"] * 4,
        },
    )
    (axes,) = figures.coverage(days).axes
    areas = [path.get_extents() for path in axes.collections[0].get_paths()]
    assert [(one.x0, one.x1) for one in areas] == [(0.5, 1.0), (1.0, 1.25), (2.0, 4.0)]


def test_coverage_tells_hours_of_each_cause():
    told = draw_coverage.gap_hours(made.made_gaps())
    assert told.rows()[0] == ("no_clock", "all", 1, 12.0)
    assert ("no_records", "all", 2, 690.5 / 60) in told.rows()
    text = " ".join(seen.texts(figures.coverage(made.made_days(2, 3), made.made_gaps())))
    assert "11.5 h in 2 gaps" in text
    assert "fault: touch" in text


def test_coverage_without_a_band_has_nothing_to_draw():
    days = made.made_days(1, 2)
    for none in (days.clear(), days.with_columns(elapsed_minutes=0, unknown_minutes=0)):
        with pytest.raises(figures.NothingToDraw, match="no day with a band"):
            figures.coverage(none)
