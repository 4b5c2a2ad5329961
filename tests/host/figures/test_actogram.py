"""The actogram draws each minute of each local day, once, as long as it was."""

from datetime import date, timedelta

import polars as pl
import pytest
from matplotlib.collections import LineCollection, PatchCollection

from pouch_host import figures
from pouch_host.report import style
from tests.host.figures import made_frames as made
from tests.host.figures import seen

BERLIN = "Europe/Berlin"
SPRING, AUTUMN = date(2026, 3, 28), date(2026, 10, 24)


def areas_h(figure):
    """Return hours drawn of nights and of each state."""
    (axes,) = figure.axes
    parts = [one for one in axes.collections if isinstance(one, PatchCollection)]
    assert len(parts) == 1 + len(style.LOOKS)
    return [sum(path.get_extents().width for path in part.get_paths()) for part in parts]


@pytest.mark.parametrize(
    ("first", "lengths_h"),
    [(SPRING, (24, 23, 24)), (AUTUMN, (24, 25, 24)), (made.FIRST, (24,) * 3)],
)
def test_actogram_draws_each_state_as_long_as_it_lasted(first, lengths_h):
    minutes, _ = made.made_minutes(days=3, seed=5, first=first, zone=BERLIN)
    days = made.days_of(minutes)
    assert [one / 60 for one in days["day_minutes"]] == list(lengths_h)
    figure = figures.actogram(minutes, days)
    nights_h, *drawn_h = areas_h(figure)
    for look, hours in zip(style.LOOKS, drawn_h, strict=True):
        told = (minutes["state"].cast(pl.String) == look.state.name.lower()).sum()
        assert hours == pytest.approx(told / 60)
    assert drawn_h[-1] > 2
    # The night in which the clock changes has an hour less or more.
    assert nights_h == pytest.approx(sum(lengths_h) - 3 * 16)
    text = seen.texts(figure)
    for length_h in lengths_h:
        assert any(one.endswith(f", {length_h} h") for one in text) == (length_h != 24)


def test_actogram_drawn_twice_has_each_day_but_the_first_twice():
    minutes, _ = made.made_minutes(days=4, seed=5, first=AUTUMN, zone=BERLIN)
    days = made.days_of(minutes)
    once = areas_h(figures.actogram(minutes, days))
    twice = areas_h(figures.actogram(minutes, days, double=True))
    first = minutes.filter(pl.col("date") == AUTUMN)
    for place, look in enumerate(style.LOOKS, start=1):
        told = float((first["state"].cast(pl.String) == look.state.name.lower()).sum()) / 60
        assert twice[place] == pytest.approx(2 * once[place] - told)


def test_actogram_draws_nothing_where_there_is_no_band():
    minutes, _ = made.made_minutes(days=4, seed=5)
    second, third = (made.FIRST + timedelta(days=number) for number in (1, 2))
    whole = pl.col("date") == second
    half = (pl.col("date") == third) & (pl.int_range(pl.len()) % 1440 < 720)
    minutes = minutes.with_columns(band_assigned=~(whole | half))
    worn = minutes.filter("band_assigned")
    figure = figures.actogram(minutes, made.days_of(worn).filter(pl.col("date") != second))
    _, *drawn_h = areas_h(figure)
    assert sum(drawn_h) == pytest.approx(96 - 24 - 12)
    assert seen.texts(figure).count("no band") == 1


def test_actogram_marks_what_a_nurse_said_apart_from_what_was_measured():
    minutes, _ = made.made_minutes(days=1, seed=5)
    number = pl.int_range(pl.len())
    yes, no = number.is_between(100, 159), number.is_between(300, 389)
    minutes = minutes.with_columns(
        contact_source=pl.when(yes | no)
        .then(pl.lit("confirmed"))
        .otherwise(pl.lit("derived"))
        .cast(minutes.schema["contact_source"]),
        contact=pl.when(yes)
        .then(pl.lit("yes"))
        .when(no)
        .then(pl.lit("no"))
        .otherwise(pl.col("contact").cast(pl.String))
        .cast(minutes.schema["contact"]),
    )
    figure = figures.actogram(minutes, made.days_of(minutes))
    (axes,) = figure.axes
    lines = [one for one in axes.collections if isinstance(one, LineCollection)]
    lengths = [sum(part[1, 0] - part[0, 0] for part in one.get_segments()) for one in lines]
    assert lengths == pytest.approx([1.0, 1.5])
    # Told apart by the line, not by its colour.
    assert len({str(one.get_linestyle()) for one in lines}) == 2
    # The states are as they were measured.
    _, *drawn_h = areas_h(figure)
    assert sum(drawn_h) == pytest.approx(24)


def test_actogram_runs_end_where_minutes_are_missing():
    minutes, _ = made.made_minutes(days=1, seed=5)
    quiet = minutes.with_columns(
        state=pl.lit("off").cast(minutes.schema["state"]),
        contact=pl.lit("no").cast(minutes.schema["contact"]),
    )
    holed = quiet.filter(~pl.int_range(pl.len()).is_between(600, 659))
    runs = figures.actogram_data(holed, made.days_of(quiet))
    assert runs.select("begin_h", "end_h").rows() == [(0.0, 10.0), (11.0, 24.0)]


def test_actogram_of_two_infants_or_of_none_is_refused():
    one, _ = made.made_minutes("A", 1)
    other, _ = made.made_minutes("B", 1)
    with pytest.raises(ValueError, match="one infant"):
        figures.actogram(pl.concat([one, other]), made.days_of(one))
    with pytest.raises(figures.NothingToDraw, match="no day with a band"):
        figures.actogram(one, made.days_of(one).clear())


def test_actogram_calls_the_infant_as_asked_and_cuts_a_name_that_is_long():
    minutes, _ = made.made_minutes("A", 1)
    days = made.days_of(minutes)
    assert "infant A" in figures.actogram(minutes, days).get_suptitle()
    assert "infant $7$" in figures.actogram(minutes, days, name="$7$").get_suptitle()
    long = figures.actogram(minutes, days, name="x" * 90)
    assert seen.cut(seen.boxes(long), long) == []
