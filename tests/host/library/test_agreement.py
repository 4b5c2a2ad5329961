"""Agreement from Python: what `pouch agree` says, under study codes too."""

import json
import warnings

import matplotlib as mpl
import polars as pl
import pytest
from typer.testing import CliRunner

import pouch_host as pouch
from pouch_host.cli import app
from pouch_host.report import drawing
from tests.host.agreement.logged_ward import CODES, DAYS, NOW, diary, fill, observer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logged")
    fill(folder / "ward.sqlite")
    observer(folder / "looks.csv")
    diary(folder / "diary.csv", longer_h=0.5)
    return folder


@pytest.fixture(scope="module")
def found(folder):
    with pouch.open_store(folder / "ward.sqlite", now=NOW) as study:
        return study.agreement(observer=folder / "looks.csv", diary=str(folder / "diary.csv"))


@pytest.fixture(scope="module")
def commanded(folder):
    """Return what `pouch agree` prints as JSON, and the folder of its files."""
    words = ["agree", "ward.sqlite", "--observer", "looks.csv", "--diary", "diary.csv"]
    words = [str(folder / one) if "." in one else one for one in words]
    out = folder / "out"
    result = CliRunner().invoke(app, [*words, "--now", NOW, "--json", "--out", str(out)])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout), out


def test_all_figures_are_those_of_the_command(commanded, found):
    theirs, _ = commanded
    ours = json.loads(json.dumps(found.result.plain()))
    assert {name: theirs[name] for name in ours} == ours


def test_statistics_are_the_rows_of_its_file(commanded, found):
    theirs = pl.read_csv(
        commanded[1] / "agreement.csv", null_values="NA", infer_schema_length=None
    )
    ours = found.statistics()
    assert ours.columns == theirs.columns
    assert len(ours) == len(theirs) > 60
    for name in ("reference", "other", "unit", "statistic", "count", "infants"):
        assert ours[name].to_list() == theirs[name].to_list()
    assert ours["value"].is_null().to_list() == theirs["value"].is_null().to_list()
    assert (ours["value"] - theirs["value"]).abs().max() < 1e-6


def test_days_have_every_source(found):
    days = found.days()
    assert set(days["source"]) == {"observer", "band", "diary"}
    assert len(days.filter(source="band")) == len(CODES) * DAYS
    assert bool((days["hours_lower"] <= days["hours_upper"]).all())


def test_study_codes_and_shifted_days_stand_in_the_place_of_names(folder, found, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hidden = pouch.open_store(
            folder / "ward.sqlite", now=NOW, deidentify=tmp_path / "key", shift_dates="days"
        )
    with hidden as study:
        told = study.agreement(observer=folder / "looks.csv", infants=study.infant_codes[:2])
        shown = study.days(study.infant_codes[:2])
        assert set(told.days()["infant"]) == set(study.infant_codes[:2])
    text = json.dumps(told.result.plain())
    assert not any(code in text for code in CODES)
    assert set(told.days()["date"]) == set(shown["date"])
    assert set(told.days()["date"]) != set(found.days()["date"])


def test_drawing_is_that_of_the_command_whatever_somebody_has_set(commanded, found, tmp_path):
    name = "bland_altman_observer_band.svg"
    with mpl.rc_context({"font.size": 30, "axes.grid": True}):
        drawing.write(found.draw("observer", "band"), tmp_path / name)
    assert (tmp_path / name).read_bytes() == (commanded[1] / name).read_bytes()


def test_drawing_is_of_the_pair_that_is_named(found):
    title = found.draw("band", "diary").get_suptitle()
    assert title.startswith("Diary and band")
    with pytest.raises(pouch.InputError, match="diary and band were not compared; there are "):
        found.draw("diary", "band")


def test_line_that_cannot_be_used_is_named_with_how_many_more(folder, tmp_path):
    path = tmp_path / "looks.csv"
    path.write_text("infant,at,contact\nbed-9,2026-03-01T08:00,yes\nbed-1,yesterday,yes\n")
    with (
        pouch.open_store(folder / "ward.sqlite", now=NOW) as study,
        pytest.raises(
            pouch.InputError, match=r"looks\.csv:2: there is no infant 'bed-9'.*and 1 more line"
        ) as raised,
    ):
        study.agreement(observer=path)
    assert "\n" not in str(raised.value)


# Statistics of anybody's figures.


def test_statistics_of_pairs_are_those_of_the_comparison(found):
    pair = found.pair("band", "diary")
    hours = pouch.bland_altman(
        [day.code for day in pair.days],
        [day.reference_h for day in pair.days],
        [day.other_h for day in pair.days],
    )
    assert hours == pair.hours


def test_contact_agreement_is_that_of_its_counts():
    reference = [1] * 30 + [0] * 70
    other = [1] * 24 + [0] * 6 + [0] * 63 + [1] * 7
    found = pouch.contact_agreement(["a"] * 50 + ["b"] * 50, reference, other)
    assert found.table == ((63, 7), (6, 24))
    # Observed agreement 0.87, by chance 0.3 * 0.31 + 0.7 * 0.69.
    assert found.kappa.said == pytest.approx((0.87 - 0.576) / (1 - 0.576))
    assert (found.count, found.infants) == (100, 2)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: pouch.bland_altman(["a", "b"], [1], [2, 3]), "2 names need as many values"),
        (lambda: pouch.bland_altman(["a"], [float("nan")], [2]), "a value is NaN"),
        (lambda: pouch.icc(["a", "a"], [1, 2], [2, 3]), "a target comes twice"),
        (lambda: pouch.contact_agreement(["a"], [2], [1]), "true or false"),
    ],
)
def test_values_that_cannot_be_are_refused(call, error):
    with pytest.raises(pouch.InputError, match=error):
        call()
