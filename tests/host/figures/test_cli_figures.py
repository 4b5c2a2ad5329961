import importlib.util
import json
from datetime import UTC, datetime

import polars as pl
import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.export.deidentify import Codes, Shift
from pouch_host.export.selection import Selection
from pouch_host.export.tables import days as days_table
from pouch_host.figures import files
from pouch_host.store import Store
from tests.host.export import made_study as study

NOW = datetime.fromtimestamp(study.NOW_UTC_S, UTC).isoformat()
KEY = bytes(range(32))
BEDS = (study.SPRING_BED, study.AUTUMN_BED, study.DAMAGED_BED, study.LATE_BED)
WORN = (study.SPRING_BED, study.AUTUMN_BED, study.DAMAGED_BED)
GROUP = {
    "dose.svg", "dose.pdf", "dose.csv", "hours_by_age.svg", "hours_by_age.pdf",
    "hours_by_age.csv", "hours_by_age_median.csv", "session_start.svg", "session_start.pdf",
    "session_start.csv", "coverage.svg", "coverage.pdf", "coverage.csv", "coverage_gaps.csv",
    "figures.json",
}  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return study.copied(tmp_path)


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "study.key"
    file.write_text(f"POUCH-STUDY-KEY 1\n{KEY.hex()}\n")
    file.chmod(0o600)
    return file


def run(*arguments):
    return CliRunner().invoke(app, ["figures", *(str(argument) for argument in arguments)])


def draw(path, out, *options):
    result = run(path, "--out", out, "--now", NOW, *options)
    assert result.exit_code == 0, result.output
    return result


def refused(path, out, *options):
    result = run(path, "--out", out, "--now", NOW, *options)
    assert result.exit_code in {1, 2}, result.output
    return " ".join(result.output.split())


def names(folder):
    return {one.name for one in folder.iterdir()}


def read(file):
    return pl.read_csv(file, null_values="NA", infer_schema_length=None)


def test_figures_of_a_store_are_drawn_with_their_data_and_infants_are_numbers(path, tmp_path):
    before = path.read_bytes()
    result = draw(path, tmp_path / "out")
    assert "4 figures with their data, 15 files" in result.stderr
    assert names(tmp_path / "out") == GROUP
    assert path.read_bytes() == before
    # No bed is told to whom did not ask for it.
    for file in (tmp_path / "out").iterdir():
        for bed in BEDS:
            assert bed.encode() not in file.read_bytes(), file.name
    # Numbers are those of the codes in their order, the same in all files.
    numbers = {bed: place for place, bed in enumerate(sorted(BEDS), start=1)}
    with Store.open(path, create=False) as store:
        days = pl.concat(days_table.frames(Selection.of(store, study.NOW_UTC_S)))
    told = {(numbers[infant], str(day)): hours for infant, day, hours in
            days.select("infant", "date", "hours").rows()}  # fmt: skip
    dose = read(tmp_path / "out" / "dose.csv")
    assert {(row["infant"], row["date"]): row["hours"] for row in dose.to_dicts()} == told
    coverage = read(tmp_path / "out" / "coverage.csv")
    assert {(row["infant"], row["date"]) for row in coverage.to_dicts()} == set(told)
    assert read(tmp_path / "out" / "hours_by_age.csv")["hours"].sum() == pytest.approx(
        sum(told.values())
    )
    seal = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert set(seal["files"]) == GROUP
    assert set(seal["figures"]) == {"dose", "hours_by_age", "session_start", "coverage"}
    assert seal["algorithm_version"] == days["algorithm_version"][0]


def test_actogram_of_each_infant_that_is_named_and_a_line_for_one_without_a_band(path, tmp_path):
    options = [part for bed in BEDS for part in ("--infant", bed)]
    result = draw(path, tmp_path / "out", *options, "--format", "svg")
    assert f"actogram of {study.LATE_BED}: there is no day with a band" in result.stderr
    expected = {f"actogram_{bed}{end}" for bed in WORN for end in (".svg", ".csv")}
    assert {one for one in names(tmp_path / "out") if one.startswith("actogram")} == expected
    svg = (tmp_path / "out" / f"actogram_{study.SPRING_BED}.svg").read_text()
    assert f"Skin-to-skin contact of infant {study.SPRING_BED}" in svg
    runs = read(tmp_path / "out" / f"actogram_{study.SPRING_BED}.csv")
    assert {"confirmed", "derived"} == set(runs["contact_source"])
    # Asked for by name, the others have it too.
    assert set(read(tmp_path / "out" / "dose.csv")["infant"]) == set(WORN)


def test_days_that_are_asked_for_are_all_that_is_drawn(path, tmp_path):
    day = str(study.AUTUMN)
    draw(path, tmp_path / "out", "--from", day, "--to", day, "--codes", "--format", "pdf")
    dose = read(tmp_path / "out" / "dose.csv")
    assert dose.select("infant", "date").rows() == [(study.AUTUMN_BED, day)]
    (row,) = read(tmp_path / "out" / "coverage.csv").to_dicts()
    assert row["day_minutes"] == 1500
    assert not any(one.endswith(".svg") for one in names(tmp_path / "out"))


def test_study_codes_hide_beds_and_names_and_dates_move(path, tmp_path, key_file):
    out = tmp_path / "out"
    options = ("--deidentify", key_file, "--shift-dates", "weeks", "--actograms")
    result = draw(path, out, *options, "--format", "svg")
    assert "small cell" in result.stderr
    codes = Codes(KEY, Shift.WEEKS)
    secrets = [*BEDS, *study.NURSES, study.SITE, study.MAC, KEY.hex(), "2026-03-29", "2026-10-25",
               "P-0012ABCD"]  # fmt: skip
    for file in out.iterdir():
        data = file.name.encode() + file.read_bytes()
        assert [one for one in secrets if one.encode() in data] == [], file.name
    assert set(read(out / "dose.csv")["infant"]) == {codes.infant(bed) for bed in WORN}
    code = codes.infant(study.SPRING_BED)
    assert f"of infant {code}" in (out / f"actogram_{code}.svg").read_text()
    assert "dates are shifted" in (out / "coverage.svg").read_text()
    # A planted code is found by the same look.
    draw(path, tmp_path / "plain", "--codes", "--format", "svg")
    assert study.SPRING_BED.encode() in (tmp_path / "plain" / "dose.csv").read_bytes()


def test_same_store_same_bytes(path, tmp_path):
    for name in ("1", "2"):
        draw(path, tmp_path / name, "--format", "svg")
    for file in (tmp_path / "1").iterdir():
        assert file.read_bytes() == (tmp_path / "2" / file.name).read_bytes(), file.name


def test_files_that_are_there_are_replaced_only_by_force_and_none_of_an_older_run_stays(
    path, tmp_path
):
    out = tmp_path / "out"
    draw(path, out, "--format", "svg")
    before = {one.name: one.read_bytes() for one in out.iterdir()}
    assert "exists already: choose another --out, or say --force" in refused(path, out)
    assert {one.name: one.read_bytes() for one in out.iterdir()} == before
    (out / "mine.txt").write_text("kept")
    # No session of the late infant, no day that counts: one figure is left.
    day = str(study.SPRING)
    draw(path, out, "--infant", study.DAMAGED_BED, "--format", "svg", "--force")
    made = {one.split(".")[0] for one in names(out)}
    assert "dose" not in made
    assert "hours_by_age" not in made
    assert {"coverage", "mine", f"actogram_{study.DAMAGED_BED}"} <= made
    assert day not in (out / "coverage.csv").read_text()


def test_codes_of_an_older_run_do_not_stay_beside_study_codes(path, tmp_path, key_file):
    out = tmp_path / "out"
    draw(path, out, "--actograms", "--codes")
    mine = {"mine.txt", "actogram_mine.csv"}
    for name in mine:
        (out / name).write_text("kept")
    draw(path, out, "--deidentify", key_file, "--format", "svg", "--force")
    seal = json.loads((out / "figures.json").read_text())
    assert names(out) == set(seal["files"]) | mine
    # A seal that somebody has changed takes no other file away.
    seal["files"] += ["../beside.csv", "mine.txt", 7]
    (out / "figures.json").write_text(json.dumps(seal))
    (tmp_path / "beside.csv").write_text("kept")
    draw(path, out, "--format", "svg", "--force")
    assert mine <= names(out)
    assert (tmp_path / "beside.csv").exists()


def test_nothing_to_draw_is_said_in_a_line_for_each_figure_and_nothing_is_made(path, tmp_path):
    result = run(path, "--out", tmp_path / "out", "--now", NOW, "--infant", study.LATE_BED)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len([line for line in lines if line.startswith("note: ")]) == 5
    assert "error: store" in lines[-1]
    assert "there is nothing to draw" in lines[-1]
    assert list((tmp_path / "out").iterdir()) == []


def test_stopped_half_way_leaves_no_file_and_an_older_run_as_it_was(path, tmp_path, monkeypatch):
    out = tmp_path / "out"
    draw(path, out, "--format", "svg")
    before = {one.name: one.read_bytes() for one in out.iterdir()}
    written = []
    write = files.write_drawing

    def stopped(one, *arguments):
        title = write(one, *arguments)
        written.append(title)
        if len(written) == 2:
            raise KeyboardInterrupt
        return title

    monkeypatch.setattr(files, "write_drawing", stopped)
    for folder in (out, tmp_path / "new"):
        written.clear()
        result = run(path, "--out", folder, "--now", NOW, "--format", "svg", "--force")
        assert result.exit_code == 130
        assert len(written) == 2
    assert {one.name: one.read_bytes() for one in out.iterdir()} == before
    assert list((tmp_path / "new").iterdir()) == []


def test_wrong_words_are_refused_before_anything_is_made(path, tmp_path, key_file):
    out = tmp_path / "out"
    cases = {
        ("--format", "jpg"): "choose svg, pdf, both",
        ("--infant", "bed-77"): "there is no infant 'bed-77'",
        ("--from", "2026-04-02", "--to", "2026-04-01"): "no day is between",
        ("--from", "yesterday"): "not a day such as 2026-03-01",
        ("--shift-dates", "weeks"): "needs the key",
        ("--deidentify", key_file, "--shift-dates", "years"): "choose none, weeks, days",
        ("--deidentify", out / "study.key"): "keep the key out of",
    }
    for options, words in cases.items():
        assert words in refused(path, out, *options), options
    assert not out.exists()
    assert "there is no such file" in refused(tmp_path / "none.sqlite", out)


def test_without_polars_the_extra_is_named(path, tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "polars" else found(name)
    )
    message = refused(path, tmp_path / "out")
    assert "figures need the Python package polars: pip install 'pouch[research]'" in message


def test_names_of_actograms_are_names_of_files_and_no_two_are_the_same():
    told = files.actogram_names(["bed/7", "bed-7", "BED-7", "../x", "بستر", "x" * 90])
    assert len({one.lower() for one in told.values()}) == len(told)
    for name in told.values():
        assert name.isascii()
        assert "/" not in name
        assert len(name) < 60
