from datetime import date

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.store import Store

INFANTS = """\
code;weight_g;gestation_weeks;gestation_days;born;admitted;target_h;mother
s-01;1400;31;4;2026-02-27;2026-03-01 08:00;;Fatima
s-02;1650;33;;;2026-03-01 09:00;8;Zainab
"""
ASSIGNMENTS = """\
band,infant,from,to
P-0012ABCD,s-01,2026-03-01T09:00,2026-03-05T09:00
P-0012ABCD,s-02,2026-03-05T10:00,
"""
DIARY = """\
infant,begin,end
s-01,2026-03-01T10:00,2026-03-01T12:00
s-01,2026-03-01T14:00,2026-03-01T15:00
"""

INFANTS_IN_ERROR = """\
code,weight_g,gestation_weeks,gestation_days
s-01,14OO,31,4
s-02,1400,31,7
s-03,1400,,3
s-02,1,31,1
,1400,31,1
s-04,inf,31,1
s-05,1_400,31,1
s-06,-nan,31,1
"""
ASSIGNMENTS_IN_ERROR = """\
band,infant,from,to
P-0012ABCD,s-01,2026-03-01T09:00,
P-0012ABCD,s-02,2026-03-05T09:00,
12,s-01,2026-03-01T09:00,
P-00000001,s-03,2026-03-05T09:00,2026-03-04T09:00
"""
LOG_OF_NOBODY = """\
infant,begin,end
s-01,01.03.2026 10:00,2026-03-01T12:00
s-01,2026-03-01T10:00,2026-03-01T12:00
"""


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "study.sqlite"
    with Store.open(path) as opened:
        opened.set_zone("Asia/Karachi")
    return path


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8-sig")
        return path

    return written


def run(*arguments):
    result = CliRunner().invoke(app, ["import", *(str(argument) for argument in arguments)])
    assert result.stdout == ""
    return result


def digest(path):
    with Store.open(path) as opened:
        return opened.content_digest()


def lines_of(result):
    return result.stderr.splitlines()


def test_a_study_comes_in_from_three_lists(store, write):
    for what, name, text in (
        ("infants", "infants.csv", INFANTS),
        ("assignments", "assignments.csv", ASSIGNMENTS),
        ("diary", "diary.csv", DIARY),
    ):
        result = run(what, write(name, text), store)
        assert result.exit_code == 0, result.output
    with Store.open(store) as opened:
        first, second = opened.infants()
        assert (first.gestation_days, second.gestation_days) == (221, 231)
        assert (first.born_on, second.born_on) == (date(2026, 2, 27), None)
        assert (first.target_minutes, second.target_minutes) == (900, 480)
        assert len(opened.assignments()) == 2
        assert len(opened.logs.of_infant(first.infant_id)["diary"]) == 2


def test_dry_run_tells_and_changes_nothing(store, write):
    before = digest(store)
    result = run("infants", write("infants.csv", INFANTS), store, "--dry-run")
    assert result.exit_code == 0
    assert lines_of(result) == [
        "note: 1 columns of other names were not read",
        "infant rows: 2 new; this was a dry run, nothing was changed",
    ]
    assert digest(store) == before


def test_second_time_there_is_nothing_to_do(store, write):
    paths = {
        "infants": write("infants.csv", INFANTS),
        "assignments": write("assignments.csv", ASSIGNMENTS),
        "observer": write("observer.csv", DIARY),
    }
    for what, path in paths.items():
        run(what, path, store)
    before = digest(store)
    for what, path in paths.items():
        result = run(what, path, store)
        assert result.exit_code == 0
        assert lines_of(result)[-1].endswith("2 there already; nothing to do")
    assert digest(store) == before


@pytest.mark.parametrize(
    ("what", "text", "complaints"),
    [
        (
            "infants",
            INFANTS_IN_ERROR,
            [
                "2: weight_g '14OO' is not a number; correct it or leave it empty",
                "3: gestation_days 7 is not 0 to 6: days beyond the full weeks",
                "4: gestation_days without gestation_weeks; write both, such as 31 and 4",
                "5: 1 g is no newborn's weight: 200 to 8000 g",
                "6: no code; write it or remove the line",
                "7: weight_g 'inf' is not a number; correct it or leave it empty",
                "8: weight_g '1_400' is not a number; correct it or leave it empty",
                "9: weight_g '-nan' is not a number; correct it or leave it empty",
            ],
        ),
        (
            "assignments",
            ASSIGNMENTS_IN_ERROR,
            [
                "3: it overlaps line 2; write in its `to` when that one ended",
                "4: band '12' is not a label such as P-0012ABCD",
                "5: to 2026-03-04T09:00 is not after from 2026-03-05T09:00; correct one",
            ],
        ),
        (
            "chart",
            LOG_OF_NOBODY,
            [
                "2: there is no infant 's-01' in the store; correct the code",
                "3: there is no infant 's-01' in the store; correct the code",
            ],
        ),
    ],
)
def test_all_that_is_wrong_is_said_and_nothing_is_written(store, write, what, text, complaints):
    before, path = digest(store), write("list.csv", text)
    result = run(what, path, store)
    assert result.exit_code == 1
    *said, last = lines_of(result)
    assert said == [f"error: {path}:{complaint}" for complaint in complaints]
    assert last == f"error: {len(complaints)} of the lines cannot be used: nothing was imported"
    assert digest(store) == before


def test_what_the_store_refuses_is_said_with_its_line(store, write):
    run("infants", write("infants.csv", INFANTS), store)
    before = digest(store)
    path = write("more.csv", "code,weight_g\ns-03,1200\n\ns-01,1401\n")
    result = run("infants", path, store)
    assert lines_of(result)[0] == (
        f"error: {path}:4: infant 's-01' is in the store with weight_g 1400, not 1401; "
        "correct one of them, or leave the cell empty"
    )
    assert digest(store) == before


BIRTHS_IN_ERROR = """\
code,born,admitted
s-11,27.02.2026,2026-03-01 08:00
s-12,2026-02-30,2026-03-01 08:00
s-13,2026-02-27 08:00,2026-03-01 08:00
s-14,2026-W09-5,2026-03-01 08:00
"""
BIRTHS_THAT_CANNOT_BE = """\
code,born,admitted
s-11,2999-01-01,2026-03-01 08:00
s-12,2026-03-02,2026-03-01 08:00
s-13,2016-02-27,2026-03-01 08:00
s-14,unknown,2026-03-01 08:00
"""


def test_date_of_birth_that_is_none_is_said_with_its_line(store, write):
    before, path = digest(store), write("births.csv", BIRTHS_IN_ERROR)
    result = run("infants", path, store)
    assert result.exit_code == 1
    *said, _ = lines_of(result)
    texts = ("27.02.2026", "2026-02-30", "2026-02-27 08:00", "2026-W09-5")
    assert said == [
        f"error: {path}:{line}: born {text!r} is not a date such as 2026-03-01; in a spreadsheet, "
        "give the column the format yyyy-mm-dd and save again"
        for line, text in enumerate(texts, start=2)
    ]
    assert digest(store) == before


def test_date_of_birth_that_cannot_be_is_said_with_its_line(store, write):
    before, path = digest(store), write("births.csv", BIRTHS_THAT_CANNOT_BE)
    result = run("infants", path, store)
    came = "came here on 2026-03-01"
    assert lines_of(result)[:-1] == [
        f"error: {path}:{complaint}"
        for complaint in (
            "2: born 2999-01-01: that is in the future",
            "3: born 2026-03-02: it was here before, on 2026-03-01; correct one of the two",
            f"4: born 2016-02-27: more than a year before it {came}; check the years",
        )
    ]
    assert digest(store) == before


def test_band_that_was_never_met_is_a_note(store, write):
    run("infants", write("infants.csv", INFANTS), store)
    path = write("assignments.csv", ASSIGNMENTS)
    result = run("assignments", path, store)
    assert result.exit_code == 0
    assert f"note: {path}:2: this band has not been met yet; check the label" in lines_of(result)


def test_store_without_a_file_is_not_made(tmp_path, write):
    result = run("infants", write("infants.csv", INFANTS), tmp_path / "none.sqlite")
    assert result.exit_code == 1
    assert not (tmp_path / "none.sqlite").exists()
