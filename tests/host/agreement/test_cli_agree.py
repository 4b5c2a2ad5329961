import csv
import json
import shutil
import xml.etree.ElementTree as ET

import pytest
from typer.testing import CliRunner

from pouch_host import cli_agree
from pouch_host.agreement import clusters
from pouch_host.cli import app
from pouch_host.store import Store
from pouch_host.store.remarks import Verdict
from tests.host.agreement import logged_ward as ward
from tests.host.ward import START_UTC_S


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return ward.fill(tmp_path_factory.mktemp("ward") / "ward.sqlite")


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch):
    # How sure a figure is, is not what is tested here.
    monkeypatch.setattr(clusters, "RESAMPLES", 100)


@pytest.fixture
def store(filled, tmp_path):
    return shutil.copy(filled, tmp_path / "ward.sqlite")


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def agree(store, *options):
    result = run("agree", store, "--now", ward.NOW, "--json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def pair_of(answer, reference, other):
    (found,) = [
        one for one in answer["pairs"] if (one["reference"], one["other"]) == (reference, other)
    ]
    return found


def error_of(result):
    assert result.exit_code == 1, result.output
    return [line.removeprefix("error: ") for line in result.stderr.splitlines()]


def test_diary_half_an_hour_long_at_each_of_four_runs_two_hours_high(store, tmp_path):
    log = ward.diary(tmp_path / "diary.csv", longer_h=0.5)
    pair = pair_of(agree(store, "--diary", log), "band", "diary")
    assert pair["infants"] == 3
    assert pair["hours"]["days"] == 9
    # A minute at an edge of contact may not be known to the band.
    assert pair["hours"]["bias"]["value"] == pytest.approx(2.0, abs=0.15)
    assert pair["episodes"]["agreement"]["value"] == 1.0
    assert pair["episodes"]["end_median_min"]["value"] == pytest.approx(30, abs=3)
    assert pair["minutes"]["sensitivity"]["value"] == 1.0
    assert pair["minutes"]["kappa"]["value"] < 0.95


def test_observer_diary_and_band_are_held_against_each_other(store, tmp_path):
    logs = (
        "--observer", ward.observer(tmp_path / "seen.csv"),
        "--diary", ward.diary(tmp_path / "diary.csv"),
    )  # fmt: skip
    answer = agree(store, *logs)
    assert [(one["reference"], one["other"]) for one in answer["pairs"]] == [
        ("observer", "band"),
        ("observer", "diary"),
        ("band", "diary"),
    ]
    pair = pair_of(answer, "observer", "band")
    # The observer saw what was so at that moment, and held it for two hours.
    assert pair["looks"]["kappa"]["value"] == 1.0
    assert pair["minutes"]["kappa"]["value"] < 1.0
    assert answer["files"]["observer"].startswith("seen.csv sha256:")


def test_unknown_minutes_of_the_band_are_left_out_and_told(store, tmp_path):
    # Goal: what the band does not know is never contact. Method: the diary covers a fourth day,
    # for which no record came.
    log = ward.diary(tmp_path / "diary.csv")
    with log.open("a") as file:
        file.write(f"bed-1,{ward.time(72)},{ward.time(90)}\n")
    result = run("agree", store, "--now", "2026-03-05T00:00Z", "--json", "--diary", log)
    pair = pair_of(json.loads(result.stdout), "band", "diary")
    assert pair["hours"]["days"] == 9
    turned = [day for day in json.loads(result.stdout)["days"] if day["date"] == "2026-03-04"]
    by_source = {day["source"]: day for day in turned if day["code"] == "bed-1"}
    assert by_source["diary"]["hours"] == 18
    assert "band" not in by_source or by_source["band"]["hours"] == 0
    assert pair["both_min"] < pair["other_min"]


def test_imported_logs_are_used_and_a_file_goes_before_them(store, tmp_path):
    imported = ward.diary(tmp_path / "diary.csv", longer_h=0.5)
    assert run("import", "diary", imported, store).exit_code == 0
    assert agree(store)["pairs"][0]["hours"]["bias"]["value"] > 1.8
    right = ward.diary(tmp_path / "right.csv")
    assert abs(agree(store, "--diary", right)["pairs"][0]["hours"]["bias"]["value"]) < 0.15


def test_reviews_are_a_source_that_says_what_it_is(store):
    with Store.open(store) as opened:
        said = (START_UTC_S + 4 * 3600, START_UTC_S + 5 * 3600)
        opened.remarks.review(
            "bed-1", Verdict.MISSED, who="Amina", when_utc_s=START_UTC_S + 9 * 3600, said=said
        )
    answer = agree(store, "--reviews")
    pair = pair_of(answer, "reviewed", "band")
    assert pair["hours"]["days"] == 1
    (day,) = pair["days"]
    assert day["reference_h"] - day["other_h"] == pytest.approx(1.0, abs=0.1)
    assert any("no independent source" in note for note in answer["notes"])


def test_period_and_infants_can_be_chosen(store, tmp_path):
    log = ward.diary(tmp_path / "diary.csv")
    options = ("--infant", "bed-2", "--from", "2026-03-02", "--to", "2026-03-02")
    answer = agree(store, "--diary", log, *options)
    assert {(day["code"], day["date"]) for day in answer["days"]} == {("bed-2", "2026-03-02")}


def test_tables_and_figures(store, tmp_path):
    log, out = ward.diary(tmp_path / "diary.csv", longer_h=0.25), tmp_path / "out"
    answer = agree(store, "--diary", log, "--out", out)
    names = sorted(path.name for path in out.iterdir())
    assert names == [
        "agreement.csv", "agreement.json", "agreement_days.csv",
        "bland_altman_band_diary.pdf", "bland_altman_band_diary.svg",
    ]  # fmt: skip
    assert json.loads((out / "agreement.json").read_text()) == answer
    with (out / "agreement.csv").open(newline="") as file:
        rows = {(row["unit"], row["statistic"]): row for row in csv.DictReader(file)}
    pair = pair_of(answer, "band", "diary")
    assert float(rows["day", "bias_h"]["value"]) == pytest.approx(
        pair["hours"]["bias"]["value"], abs=1e-6
    )
    # What is not known is a word, never an empty cell and never 0.
    assert all(cell for row in rows.values() for name, cell in row.items() if name != "note")
    svg = (out / "bland_altman_band_diary.svg").read_text()
    ET.fromstring(svg)
    assert (out / "bland_altman_band_diary.pdf").read_bytes().startswith(b"%PDF")
    for code in ward.CODES:
        assert code not in svg
    # The same figures, the same bytes.
    agree(store, "--diary", log, "--out", tmp_path / "again")
    for name in names:
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_files_that_are_there_are_not_replaced_unasked(store, tmp_path):
    log = ward.diary(tmp_path / "diary.csv")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "agreement.csv").write_text("mine")
    result = run("agree", store, "--now", ward.NOW, "--diary", log, "--out", tmp_path / "out")
    assert "exists already" in error_of(result)[-1]
    assert (tmp_path / "out" / "agreement.csv").read_text() == "mine"


def test_all_lines_that_cannot_be_used_are_named(store, tmp_path):
    log = tmp_path / "diary.csv"
    log.write_text("infant,begin,end\nbed-9,2026-03-01T08:00,2026-03-01T09:00\nbed-1,soon,later\n")
    first, second = error_of(run("agree", store, "--now", ward.NOW, "--diary", log))
    assert first.startswith(f"{log}:2: there is no infant 'bed-9'")
    assert second.startswith(f"{log}:3: begin 'soon' is not a time")


def test_nothing_to_compare_is_said(store):
    assert "there is nothing to compare" in error_of(run("agree", store, "--now", ward.NOW))[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--from", "2026-03-03", "--to", "2026-03-01"], "--to 2026-03-01 is before --from"),
        (["--from", "2027-01-01"], "of 3 infants somebody wrote something down, and of none a"),
        (["--chart", "{diary}"], "the same text as --chart: they would agree in all"),
        (["--observer", "{header}"], "header.csv: no line of it says anything"),
    ],
)
def test_question_that_has_no_answer_says_why(store, tmp_path, options, words):
    log = ward.diary(tmp_path / "diary.csv")
    header = tmp_path / "header.csv"
    header.write_text("infant,at,contact\n")
    given = [option.format(diary=log, header=header) for option in options]
    (error,) = error_of(run("agree", store, "--now", ward.NOW, "--diary", log, *given))
    assert words in error


def test_store_is_left_as_it_was(store, tmp_path):
    with Store.open(store) as opened:
        before = opened.content_digest()
    agree(store, "--diary", ward.diary(tmp_path / "diary.csv"), "--out", tmp_path / "out")
    with Store.open(store) as opened:
        assert opened.content_digest() == before


def test_people_get_a_table(store, tmp_path):
    log = ward.diary(tmp_path / "diary.csv")
    result = run("agree", store, "--now", ward.NOW, "--diary", log)
    assert result.exit_code == 0, result.output
    assert "diary held against band" in result.stdout
    assert "3 infants: the interval is too narrow" in result.stdout


def test_without_the_statistics_it_says_what_to_install(store, monkeypatch):
    monkeypatch.setattr(cli_agree, "find_spec", lambda name: None)
    (error,) = error_of(run("agree", store, "--now", ward.NOW))
    assert error == "pouch agree needs more packages: pip install 'pouch[research]'"


def test_infant_that_is_not_there_is_refused(store):
    (error,) = error_of(run("agree", store, "--now", ward.NOW, "--infant", "bed-9"))
    assert error == "there is no infant 'bed-9'"
