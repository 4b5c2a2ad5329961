"""Anybody's samples through the library: what `pouch analyze` writes, and what a store derives."""

import csv
import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import pouch_host as pouch
from pouch_host.cli import app
from tests.host.analysis.made_samples import START_UTC_S
from tests.host.export import made_study as made

TIME = "time_utc"
MEASURED = ("infant_touch_pf", "caregiver_touch_pf", "infant_temperature_c",
            "caregiver_temperature_c", "breath_adult", "breath_infant", "activity_mg")  # fmt: skip


def columns(hours=30):
    """Return columns of an infant that is held for three hours of every six."""
    utc_s = START_UTC_S + 30.0 * np.arange(hours * 120)
    held = (np.arange(len(utc_s)) // 360) % 2 == 0
    return {
        TIME: utc_s,
        "infant_touch_pf": np.full(len(utc_s), 9.0),
        "caregiver_touch_pf": np.where(held, 9.0, 2.2),
        "infant_temperature_c": np.full(len(utc_s), 36.3),
        "caregiver_temperature_c": np.where(held, 35.9, 33.5),
        "breath_adult": np.where(held, 97.0, 38.0),
    }


def written(path, values):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(values)
        for row in zip(*values.values(), strict=True):
            when = datetime.fromtimestamp(row[0], UTC).isoformat()
            writer.writerow([when, *("" if math.isnan(one) else one for one in row[1:])])
    return path


def same(frame, path, names):
    """Hold a frame against a CSV file that `pouch analyze` wrote."""
    told = pl.read_csv(path, infer_schema=False)
    assert len(frame) == len(told)
    assert set(names) <= set(frame.columns)
    for name in names:
        ours, theirs = frame[name], told[name]
        if name.endswith("_utc"):
            ours = ours.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        if ours.dtype.is_numeric():
            numbers = theirs.cast(pl.Float64)
            assert ours.is_null().to_list() == numbers.is_null().to_list(), name
            assert (ours.cast(pl.Float64) - numbers).abs().fill_null(0).max() <= 5e-4, name
        else:
            plain = ours.cast(pl.String)
            assert plain.to_list() == theirs.to_list(), name


def test_file_gives_what_the_command_writes(tmp_path):
    path = written(tmp_path / "samples.csv", columns())
    command = ["analyze", str(path), "--tz", "Africa/Kampala", "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(app, command).exit_code == 0
    found = pouch.analyse(path, "Africa/Kampala")
    for name in ("minutes", "sessions", "days"):
        file = tmp_path / "out" / f"{name}.csv"
        same(getattr(found, name), file, file.read_text().split("\n", 1)[0].split(","))
    assert len(found.days) == 2
    assert len(found.sessions) == 5


@pytest.mark.parametrize(
    "form",
    [
        lambda values: values,
        pl.DataFrame,
        lambda values: values | {TIME: (values[TIME] * 1000).astype("datetime64[ms]")},
        lambda values: values | {TIME: [datetime.fromtimestamp(one, UTC) for one in values[TIME]]},
        lambda values: pl.DataFrame(values).with_columns(pl.from_epoch(TIME, "s")),
    ],
)
def test_columns_in_any_form_give_what_the_file_gives(tmp_path, form):
    values = columns(hours=8)
    values["infant_temperature_c"][100:200] = np.nan
    of_file = pouch.analyse(written(tmp_path / "samples.csv", values), "Asia/Karachi")
    found = pouch.analyse(form(values), "Asia/Karachi")
    for name in ("minutes", "sessions", "days"):
        assert getattr(found, name).equals(getattr(of_file, name)), name
    assert found.algorithm_version == pouch.ALGORITHM_VERSION


def test_samples_of_a_study_give_its_minutes(study):
    samples = study.samples(made.AUTUMN_BED)
    found = pouch.analyse(samples.select(TIME, *MEASURED), study.zone)
    theirs = study.minutes(made.AUTUMN_BED)
    both = found.minutes.join(theirs, on=TIME, suffix="_study")
    assert len(both) > 3000
    alike = np.mean(both["state"].to_numpy() == both["state_study"].to_numpy())
    # A file has no record numbers, so less is known at the edges of what is missing.
    assert alike > 0.99


def test_what_no_sensor_can_give_counts_as_missing():
    values = columns(hours=4)
    wrong = values | {"caregiver_touch_pf": np.full(480, 900.0)}
    gone = {name: column for name, column in values.items() if name != "caregiver_touch_pf"}
    assert pouch.analyse(wrong, "UTC").minutes.equals(pouch.analyse(gone, "UTC").minutes)


def test_no_samples_are_no_days_and_keep_their_types():
    found = pouch.analyse({TIME: np.empty(0)}, "UTC")
    assert (len(found.minutes), len(found.sessions), len(found.days)) == (0, 0, 0)
    assert found.days["hours"].dtype == pl.Float64


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({TIME: None}, "samples have no column time_utc"),
        ({TIME: np.zeros(480)}, "has to rise"),
        ({TIME: np.array(["2026-03-01"] * 480)}, "has to be datetime64, datetime or UTC seconds"),
        ({"breath_adult": np.zeros(3)}, "column breath_adult has not one value for each"),
    ],
)
def test_columns_that_cannot_be_are_refused_in_a_line(change, error):
    values = {k: v for k, v in (columns(hours=4) | change).items() if v is not None}
    with pytest.raises(pouch.InputError, match=error) as raised:
        pouch.analyse(values, "UTC")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "error"),
    [({"zone": "Karachi"}, "unknown time zone"), ({"zone": "UTC", "target_h": 30}, "target_h=30")],
)
def test_options_that_cannot_be_are_refused(options, error):
    with pytest.raises(pouch.InputError, match=error):
        pouch.analyse(columns(hours=4), **options)
