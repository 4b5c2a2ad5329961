import csv
import hashlib
import json
import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pouch_host.analysis.parameters import default_parameters
from pouch_host.cli import app
from pouch_host.results_csv import DAY_COLUMNS, MINUTE_COLUMNS, NAMES, SESSION_COLUMNS
from pouch_host.samples_csv import COLUMNS

DOCUMENT = Path(__file__).parents[2] / "docs" / "ANALYZE.md"
# 2026-03-28 20:00 UTC: in Berlin the night after it skips an hour.
START_UTC_S = 1_774_728_000
INTERVAL_S = 30
STATES = ("ssc", "infant_only", "caregiver_only", "off", "unknown")

_SSC = {"infant_touch_pf": 9, "caregiver_touch_pf": 9, "breath_adult": 97, "breath_infant": 80}
_COT = {"infant_touch_pf": 9, "caregiver_touch_pf": 2.2, "breath_adult": 38, "breath_infant": 84}


def analyze(*arguments):
    return CliRunner().invoke(app, ["analyze", *map(str, arguments)])


def lines_of(hours):
    """Return lines of contact and cot in turn, three hours each, the header first."""
    names = [column.name for column in COLUMNS]
    lines = [",".join(["time_utc", *names]) + "\n"]
    for at_s in range(0, round(hours * 3600), INTERVAL_S):
        ssc = at_s // 10_800 % 2 == 0
        values = {
            "infant_temperature_c": 36.4,
            "caregiver_temperature_c": 35.7 if ssc else 33.9,
            "activity_mg": 20,
            "battery_mv": 4000 - at_s / 1000,
        } | (_SSC if ssc else _COT)
        time = np.datetime_as_string(np.datetime64(START_UTC_S + at_s + 15, "s"))
        lines.append(",".join([f"{time}Z", *(str(values[name]) for name in names)]) + "\n")
    return lines


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "night.csv"
    path.write_text("".join(lines_of(50)))
    return path


def read(folder, name):
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_analyze_writes_minutes_sessions_days_and_a_summary(recording, tmp_path):
    out = tmp_path / "out"
    result = analyze(recording, "--tz", "Europe/Berlin", "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == sorted(NAMES)
    minutes, days = read(out, "minutes.csv"), read(out, "days.csv")
    assert len(minutes) == 50 * 60
    assert {row["state"] for row in minutes} <= set(STATES)
    for state in STATES:
        counted = sum(row["state"] == state for row in minutes)
        assert counted == sum(int(day[f"{state}_minutes"]) for day in days)
    assert sum(int(day["ssc_minutes"]) for day in days) == pytest.approx(26 * 60, abs=60)
    sessions = read(out, "sessions.csv")
    assert len(sessions) == 9
    assert {row["is_long"] for row in sessions} == {"true"}
    for row in days + sessions:
        assert row["algorithm_version"] == default_parameters().algorithm_version


def test_analyze_days_follow_the_zone_through_a_clock_change(recording, tmp_path):
    analyze(recording, "--tz", "Europe/Berlin", "--out", tmp_path)
    days, minutes = read(tmp_path, "days.csv"), read(tmp_path, "minutes.csv")
    assert [(day["date"], day["day_minutes"], day["elapsed_minutes"]) for day in days] == [
        ("2026-03-28", "1440", "180"),
        ("2026-03-29", "1380", "1380"),
        ("2026-03-30", "1440", "1440"),
    ]
    assert [day["partial"] for day in days] == ["true", "false", "false"]
    for row in minutes:
        local = datetime.fromisoformat(row["time_local"])
        assert local == datetime.fromisoformat(row["time_utc"])
    assert minutes[0]["time_local"] == "2026-03-28T21:00:00+01:00"
    assert minutes[-1]["time_local"] == "2026-03-30T23:59:00+02:00"
    (after,) = [row for row in minutes if row["time_local"] == "2026-03-29T03:00:00+02:00"]
    assert after["time_utc"] == "2026-03-29T01:00:00Z"


def test_analyze_numbers_that_are_not_there_are_empty_and_unknown_is_a_word(recording, tmp_path):
    lines = recording.read_text().splitlines(keepends=True)
    # An hour is lost in the middle of a contact.
    recording.write_text("".join(lines[:840] + lines[960:]))
    analyze(recording, "--tz", "UTC", "--out", tmp_path)
    rows = read(tmp_path, "minutes.csv")
    lost = [row for row in rows if float(row["coverage"]) == 0]
    assert 55 <= len(lost) <= 60
    unknown = [row for row in lost if row["state"] == "unknown"]
    assert len(unknown) > 40
    for row in unknown:
        assert row["probability"] == row["skin_c"] == row["core_estimate_c"] == ""
        assert row["temperature_valid"] == "false"
        assert float(row["ssc_probability_low"]) < float(row["ssc_probability_high"])
    days = read(tmp_path, "days.csv")
    assert all(cell for day in days for name, cell in day.items() if name != "night_share")
    assert {day["target_met"] for day in days} <= {"yes", "no", "cannot_say"}


def test_analyze_fewer_lines_only_make_the_answer_less_certain(recording, tmp_path, seed):
    options = ("--tz", "Europe/Berlin", "--interval", INTERVAL_S)
    whole, part = tmp_path / "whole", tmp_path / "part"
    analyze(recording, *options, "--out", whole)
    lines = recording.read_text().splitlines(keepends=True)
    chance = np.random.default_rng(seed)
    kept = chance.random(len(lines)) < 0.9
    for begin in chance.integers(2, len(lines), 5):
        kept[begin : begin + 200] = False
    kept[[0, 1, -1]] = True
    recording.write_text("".join(text for text, keep in zip(lines, kept, strict=True) if keep))
    analyze(recording, *options, "--out", part)
    before, after = read(whole, "minutes.csv"), read(part, "minutes.csv")
    changed = [
        (old["state"], new["state"])
        for old, new in zip(before, after, strict=True)
        if old["state"] != new["state"]
    ]
    assert len(changed) > 100
    assert {new for _, new in changed} == {"unknown"}
    for old, new in zip(read(whole, "days.csv"), read(part, "days.csv"), strict=True):
        assert float(new["hours_lower"]) <= float(old["hours_lower"])
        assert float(new["hours_upper"]) >= float(old["hours_upper"])
        assert float(new["coverage"]) < float(old["coverage"])


def test_analyze_takes_its_promise_back_where_columns_are_missing(recording, tmp_path):
    options = ("--tz", "UTC", "--force", "--out", tmp_path / "out")
    assert "That does not hold" not in analyze(recording, *options).output
    lines = recording.read_text().splitlines()
    place = lines[0].split(",").index("breath_infant")
    cells = [line.split(",") for line in lines]
    recording.write_text("".join(f"{','.join(c[:place] + c[place + 1 :])}\n" for c in cells))
    output = analyze(recording, *options).output
    assert "That does not hold for this file, which lacks breath_infant." in output


def test_analyze_times_alone_know_nothing(tmp_path):
    path = tmp_path / "times.csv"
    path.write_text("".join(f"{line.split(',')[0]}\n" for line in lines_of(5)))
    result = analyze(path, "--tz", "UTC", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "what they would tell is not known" in result.stderr
    assert {row["state"] for row in read(tmp_path / "out", "minutes.csv")} == {"unknown"}
    (day, _) = read(tmp_path / "out", "days.csv")
    assert (day["hours"], day["target_met"], day["skin_c_min"]) == ("0.0", "cannot_say", "")


def test_analyze_json_is_the_summary_with_the_days(recording, tmp_path):
    recording.write_text(recording.read_text() + "2026-03-31T00:00:00Z,3")
    result = analyze(recording, "--tz", "UTC", "--out", tmp_path, "--target", 10, "--json")
    told = json.loads(result.stdout)
    days = told.pop("days")
    assert told == json.loads((tmp_path / "summary.json").read_text())
    assert told["input"] == {
        "file": "night.csv",
        "sha256": hashlib.sha256(recording.read_bytes()).hexdigest(),
        "columns": ["time_utc", *(column.name for column in COLUMNS)],
        "rows": 6001,
        "rows_ignored": 1,
        "battery_mv_first": 4000,
        "battery_mv_last": 3820.03,
    }
    assert (told["zone"], told["interval_s"], told["target_h"]) == ("UTC", 30, 10)
    assert told["notes"] == ["night.csv: line 6002 has no end and is not whole: left out"]
    assert told["begin"] == "2026-03-28T20:00:00+00:00"
    assert sum(told["minutes"].values()) == 3000
    assert [tuple(day) for day in days] == [DAY_COLUMNS] * 3
    assert {day["target_h"] for day in days} == {10}


def test_analyze_prints_a_line_a_day_and_where_the_files_are(recording, tmp_path):
    result = analyze(recording, "--tz", "Europe/Berlin", "--out", tmp_path)
    (line,) = [text for text in result.stdout.splitlines() if "2026-03-29" in text]
    hours = read(tmp_path, "days.csv")[1]["hours"]
    assert line.split()[1] == f"{float(hours):.2f}"
    assert "What is measured is chest skin" in result.stdout
    assert str(tmp_path) in " ".join(result.stderr.split())


@pytest.mark.parametrize("rows", [0, 1])
def test_analyze_file_with_hardly_a_sample_succeeds(tmp_path, rows):
    path = tmp_path / "short.csv"
    path.write_text("".join(lines_of(1)[: 1 + rows]))
    result = analyze(path, "--tz", "UTC", "--out", tmp_path)
    assert result.exit_code == 0
    assert ("has no sample" in result.stdout) == (rows == 0)
    assert len(read(tmp_path, "minutes.csv")) == rows
    assert json.loads((tmp_path / "summary.json").read_text())["minutes"]["unknown"] == rows


def test_analyze_replaces_results_only_when_forced(recording, tmp_path):
    options = (recording, "--tz", "UTC", "--out", tmp_path)
    analyze(*options)
    (tmp_path / "days.csv").write_text("mine")
    result = analyze(*options)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "exists already" in result.stderr
    assert (tmp_path / "days.csv").read_text() == "mine"
    assert analyze(*options, "--force").exit_code == 0
    assert len(read(tmp_path, "days.csv")) == 3


def test_analyze_refused_file_leaves_nothing(recording, tmp_path):
    recording.write_text(recording.read_text() + "now,,,,,,,,\nnow,,,,,,,,\n")
    result = analyze(recording, "--tz", "UTC", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {recording}: line 6002: time_utc 'now' is no time")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [
        (("--tz", "Karachi"), 1),
        (("--tz", "UTC", "--interval", 0), 2),
        (("--tz", "UTC", "--interval", 301), 2),
        (("--tz", "UTC", "--target", 25), 2),
        ((), 2),
    ],
)
def test_analyze_wrong_options_are_refused(recording, tmp_path, options, exit_code):
    result = analyze(recording, "--out", tmp_path / "out", *options)
    assert result.exit_code == exit_code
    assert not (tmp_path / "out").exists()


def test_analyze_help_says_what_each_column_is():
    text = " ".join(CliRunner().invoke(app, ["analyze", "--help"]).stdout.split())
    for column in COLUMNS:
        assert f"{column.name}: " in text
    assert "less certain" in text


def test_document_names_every_column_in_order():
    text = DOCUMENT.read_text(encoding="utf-8")
    for heading, columns in (
        ("What goes in", ("time_utc", *(column.name for column in COLUMNS))),
        ("minutes.csv", MINUTE_COLUMNS),
        ("sessions.csv", SESSION_COLUMNS),
        ("days.csv", DAY_COLUMNS),
    ):
        part = re.split(r"^#+ ", text.partition(f"# {heading}\n")[2], flags=re.MULTILINE)[0]
        assert tuple(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) == columns, heading


def test_document_gives_each_columns_range():
    text = DOCUMENT.read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f"| `{column.name}` | {column.low:g} | {column.high:g} |" in text
