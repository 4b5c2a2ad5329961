"""What is exported and read back is what the store says, to the last digit."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pouch_host.analysis.states import State
from pouch_host.derive import infant_analysis, infant_days
from pouch_host.export import job
from pouch_host.export.columns import TABLES, table
from pouch_host.export.request import Request
from pouch_host.export.selection import Selection
from pouch_host.results_csv import day_values
from pouch_host.store import Store
from pouch_protocol import constants as c
from tests.host.export import made_study as study
from tests.host.export.readers import (
    expected,
    in_order,
    r_class,
    read_as_r,
    read_csv,
    read_parquet,
    typed_in_r,
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Both formats of one study, and the frames straight from its store."""
    folder = tmp_path_factory.mktemp("round_trip")
    path = study.copied(folder)
    request = Request(str(path), ("csv", "parquet"), study.NOW_UTC_S, free_text=True)
    job.export(request, folder / "out", workers=1)
    with Store.open(path) as store:
        return folder / "out", expected(Selection.of(store, study.NOW_UTC_S, free_text=True))


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
def test_csv_read_back_is_the_same(exported, one):
    out, frames = exported
    assert_frame_equal(read_csv(out / "csv", one), frames[one.name], check_exact=True)


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
def test_csv_read_as_r_does_is_the_same(exported, one):
    out, frames = exported
    read = read_as_r(out / "csv", one)
    assert list(read) == list(one.names)
    for column in one.columns:
        r_class, values = read[column.name]
        # A column without any value is logical in R, whatever it was meant for.
        if any(value is not None for value in values):
            assert r_class in R_CLASSES_OF_KIND[column.kind], column.name
        expected_values = frames[one.name][column.name].to_list()
        assert typed_in_r(values, column.kind) == expected_values, column.name


R_CLASSES_OF_KIND = {
    "string": {"character"},
    # Beyond 32 bits R has no integers.
    "integer": {"integer", "numeric"},
    "number": {"numeric"},
    "boolean": {"logical"},
    "date": {"character"},
    "datetime": {"character"},
    "utc": {"character"},
}


# As R 4.2.2 says with class(read.csv(text = ...)$a).
@pytest.mark.parametrize(
    ("cells", "guessed"),
    [
        (["TRUE", "F", "NA"], "logical"), (["true", "false"], "character"),
        (["True"], "character"), (["NA", "NA"], "logical"), (["", "NA"], "logical"),
        (["007", "+5"], "integer"), (["2147483647"], "integer"), (["2147483648"], "numeric"),
        (["-2147483648"], "numeric"), (["1", "NA", "2.5"], "numeric"), (["1e5"], "numeric"),
        (["9e-05"], "numeric"), (["Inf"], "numeric"), (["nan"], "numeric"), (["5."], "numeric"),
        (["TRUE", "1"], "character"), (["1_000"], "character"), (["2026-03-01"], "character"),
        (["P-0012ABCD"], "character"), (["1d5"], "character"),
    ],
)  # fmt: skip
def test_classes_are_those_that_r_guesses(cells, guessed):
    assert r_class(cells) == guessed


def test_codes_of_digits_are_numbers_to_r_unless_it_is_told(tmp_path):
    # Two files of one table; R guesses each by itself.
    infants = table("minutes")
    (tmp_path / "minutes").mkdir()
    for number, code in enumerate(("007", "bed-1")):
        cells = [code if name == "infant" else "NA" for name in infants.names]
        (tmp_path / "minutes" / f"part-{number:04}.csv").write_text(
            ",".join(infants.names) + "\n" + ",".join(cells) + "\n"
        )
    assert read_as_r(tmp_path, infants)["infant"] == ("character", ["7", "bed-1"])
    told = read_as_r(tmp_path, infants, text_columns=("infant",))
    assert told["infant"] == ("character", ["007", "bed-1"])


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
def test_parquet_read_back_is_the_same(exported, one):
    out, frames = exported
    found = in_order(read_parquet(out / "parquet", one), one)
    assert_frame_equal(found, in_order(frames[one.name], one), check_exact=True)


def test_every_table_has_rows(exported):
    _, frames = exported
    assert [name for name, frame in frames.items() if frame.is_empty()] == []


def test_days_are_those_of_the_store(exported):
    _, frames = exported
    with_days = 0
    with Store.open(study.made()) as store:
        for infant in infant_days(store, study.NOW_UTC_S):
            rows = frames["days"].filter(pl.col("infant") == infant.infant_code)
            assert len(rows) == len(infant.days)
            for row, day in zip(rows.to_dicts(), infant.days, strict=True):
                with_days += 1
                said = day_values(day)
                assert {name: _rounded(row[name]) for name in said} == said
    assert with_days > 5


def _rounded(value):
    if isinstance(value, float):
        return round(value, 4)
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.parametrize(
    ("bed", "day", "hours"),
    [(study.SPRING_BED, study.SPRING, 23), (study.AUTUMN_BED, study.AUTUMN, 25)],
)
def test_days_of_23_and_25_hours(exported, bed, day, hours):
    _, frames = exported
    mine = (pl.col("infant") == bed) & (pl.col("date") == day)
    (row,) = frames["days"].filter(mine).to_dicts()
    assert row["day_minutes"] == hours * 60
    assert (row["end_utc"] - row["begin_utc"]).total_seconds() == hours * 3600
    assert row["begin_local"][-6:] != row["end_local"][-6:]
    minutes = frames["minutes"].filter(mine)
    assert len(minutes) == hours * 60
    assert minutes["time_utc"].diff().drop_nulls().unique().dt.total_seconds().to_list() == [60]
    # Every minute has its own local time: the hour that comes twice has two offsets.
    assert minutes["time_local"].n_unique() == hours * 60
    assert minutes["state"].eq("ssc").sum() == row["ssc_minutes"]


def test_minutes_are_those_of_the_analysis(exported):
    _, frames = exported
    with Store.open(study.made()) as store:
        analysis = infant_analysis(store, study.NOW_UTC_S, study.DAMAGED_BED)
    rows = frames["minutes"].filter(pl.col("infant") == study.DAMAGED_BED)
    words = [State(one).word for one in analysis.minutes.states]
    assert rows["state"].to_list() == words
    for name, values in {
        "probability": analysis.minutes.probability,
        "ssc_probability_low": analysis.minutes.ssc_low,
        "skin_c": analysis.temperatures.skin_c,
        "core_estimate_c": analysis.temperatures.core_c,
    }.items():
        found = rows[name].fill_null(float("nan")).to_numpy()
        np.testing.assert_array_equal(found, values, err_msg=name)


def test_records_are_the_bytes_of_the_store(exported):
    _, frames = exported
    rows = frames["records"].filter(pl.col("infant") == study.AUTUMN_BED)
    with Store.open(study.made()) as store:
        (boot,) = store.records(study.AUTUMN_BAND).boots
    assert rows["record_no"].to_list() == boot.sample_no.tolist()
    for name in ("uptime_cs", "infant_temperature_c128", "caregiver_touch_pf512", "flags"):
        assert rows[name].to_list() == boot.samples[name].tolist()
    steps = rows["infant_temperature_c"] * c.STEPS_PER_C
    assert steps.to_list() == rows["infant_temperature_c128"].to_list()


def test_parts_of_a_selection_are_the_whole(store):
    whole = expected(Selection.of(store, study.NOW_UTC_S))
    dates = [study.SPRING, study.SPRING]
    some = expected(
        Selection.of(
            store,
            study.NOW_UTC_S,
            [study.SPRING_BED],
            first_day=dates[0],
            last_day=dates[1],
        )
    )
    mine = (pl.col("infant") == study.SPRING_BED) & (pl.col("date") == study.SPRING)
    for name in ("records", "minutes", "sessions", "days", "gaps"):
        assert_frame_equal(some[name], whole[name].filter(mine), check_exact=True)
    assert some["infants"]["infant"].to_list() == [study.SPRING_BED]
    assert some["bands"]["band"].to_list() == ["P-0012ABCD"]
    assert table("days").key == ("site", "infant", "date")
