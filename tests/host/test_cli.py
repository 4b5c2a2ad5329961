import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pouch_host.analysis.parameters import default_parameters
from pouch_host.cli import app
from pouch_host.store import Store
from pouch_protocol import records
from tests.host import ward

ROOT = Path(__file__).parents[2]
NOW = "2026-03-01T03:30:00+00:00"


def run(*arguments):
    """Run a command in this process, as the tests of results do."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def pouch(*arguments):
    """Run a command as a person does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pouch_host", *map(str, arguments)],
        env=source_tree_env(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def source_tree_env():
    places = os.pathsep.join(str(ROOT / name) for name in ("protocol", "host", "sim"))
    return os.environ | {"PYTHONPATH": places}


@pytest.fixture
def store(tmp_path):
    return ward.fill(tmp_path / "ward.sqlite")


def test_help_says_what_it_is_and_what_it_is_not():
    result = run("--help")
    text = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert "skin-to-skin contact" in text
    assert "does not replace a thermometer" in text
    for command in ("days", "bands", "assign", "release", "unassign", "zone", "serve"):
        assert command in text


def test_version_prints_name_and_version():
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("pouch ")


def test_days_prints_hours_bounds_and_coverage(store):
    result = run("days", store, "--now", NOW)
    assert result.exit_code == 0
    assert result.stderr == ""
    cells = next(line for line in result.stdout.splitlines() if "bed-1" in line).split()
    # Three hours were recorded; half an hour more has passed without a record.
    assert cells[:2] == ["bed-1", "2026-03-01"]
    hours, lower, upper, known = map(float, cells[2:6])
    assert hours == pytest.approx(3, abs=0.1)
    assert 2.6 < lower < hours < 3 < upper
    assert upper == pytest.approx(3.5, abs=0.1)
    assert known == pytest.approx(85, abs=3)
    assert cells[6:12] == ["%", "8", "h:", "cannot", "say", "no,"]
    assert "partial" in cells


def test_days_json_is_all_there_is_on_stdout(store):
    result = run("days", store, "--json", "--now", NOW)
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["now"] == NOW
    assert answer["zone"] == "UTC"
    assert answer["problems"] == []
    (day,) = answer["days"]
    assert day["infant"] == "bed-1"
    assert day["date"] == "2026-03-01"
    assert day["elapsed_minutes"] == 210
    assert day["ssc_minutes"] == pytest.approx(180, abs=5)
    assert day["ssc_minutes"] + day["unknown_minutes"] == 210
    assert day["ssc_hours"] == pytest.approx(day["ssc_minutes"] / 60, abs=1e-4)
    assert day["ssc_hours_lower"] < day["ssc_hours"] < day["ssc_hours_upper"] <= 3.5
    assert day["bounds_coverage"] == 0.95
    assert (day["target_h"], day["target_met"]) == (8.0, "cannot_say")
    assert day["contents"]["session_count"] == 1
    assert day["temperatures"]["valid_minutes"] == pytest.approx(165, abs=10)
    assert day["algorithm_version"] == default_parameters().algorithm_version
    assert day["partial"] is True


def test_days_empty_store_says_so_and_succeeds(tmp_path):
    path = tmp_path / "new.sqlite"
    Store.open(path).close()
    assert "No infant has a day yet" in run("days", path).stdout
    assert json.loads(run("days", path, "--json").stdout)["days"] == []


def test_days_now_without_offset_is_local_time_of_the_site(store):
    run("zone", store, "Asia/Karachi")
    answer = json.loads(run("days", store, "--json", "--now", "2026-03-01T08:30").stdout)
    assert answer["now"] == "2026-03-01T08:30:00+05:00"
    assert answer["days"][0]["elapsed_minutes"] == 210


def test_days_of_one_infant_leaves_out_the_others(store):
    with Store.open(store) as opened:
        opened.assign(ward.BAND_ID + 1, "bed-2", ward.START_UTC_S)
    everyone = json.loads(run("days", store, "--json", "--now", NOW).stdout)["days"]
    one = json.loads(run("days", store, "--json", "--infant", "bed-2", "--now", NOW).stdout)[
        "days"
    ]
    assert {day["infant"] for day in everyone} == {"bed-1", "bed-2"}
    assert {day["infant"] for day in one} == {"bed-2"}


def test_days_damaged_store_prints_table_then_problems_and_fails(tmp_path):
    path = ward.fill(tmp_path / "ward.sqlite", damage_record=17)
    result = run("days", path, "--now", NOW)
    assert result.exit_code == 1
    assert "bed-1" in result.stdout
    (problem,) = result.stderr.splitlines()
    for part in (str(path), ward.BAND_LABEL, "17"):
        assert part in problem


def test_days_damaged_store_json_carries_the_problems(tmp_path):
    result = run(
        "days", ward.fill(tmp_path / "w.sqlite", damage_record=17), "--json", "--now", NOW
    )
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["problems"]) == 1


def test_bands_prints_label_owner_contact_and_battery(store):
    line = next(text for text in run("bands", store).stdout.splitlines() if "P-" in text)
    assert line.split() == [
        ward.BAND_LABEL,
        "bed-1",
        "2026-03-01T03:00:00+00:00",
        "0",
        "3.95",
        "V",
        *("not", "known"),  # firmware
        *("not", "known"),  # clock: it takes three anchors
    ]


def test_bands_json_gives_one_object_per_band(store):
    (band,) = json.loads(run("bands", store, "--json").stdout)
    assert band["label"] == ward.BAND_LABEL
    assert band["infant"] == "bed-1"
    assert band["battery_mv"] == 3950
    assert band["missing_count"] == 0


def test_bands_counts_the_records_that_did_not_arrive(store):
    with Store.open(store) as opened:
        opened.add_segment(ward.BAND_ID, ward.LOG_ID, ward.BOOT_ID, 2000, ward.ward_bytes(1), 0)
        held = opened.held_ranges(ward.BAND_ID, ward.LOG_ID)
    missing_count = 2000 - held[0][1] - 1
    (band,) = json.loads(run("bands", store, "--json").stdout)
    assert band["missing_count"] == missing_count
    line = next(text for text in run("bands", store).stdout.splitlines() if "P-" in text)
    assert line.split()[3] == f"{missing_count:,}"


def test_assign_moves_the_band_and_says_so(store):
    result = run("assign", store, ward.BAND_LABEL, "bed-9", "--from", NOW)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "bed-9" in result.stderr
    (band,) = json.loads(run("bands", store, "--json").stdout)
    assert band["infant"] == "bed-9"


def test_assign_unknown_band_works_but_warns(store):
    result = run("assign", store, "P-0000BEEF", "bed-2", "--from", NOW)
    assert result.exit_code == 0
    assert "has not been met yet" in result.stderr


def test_release_ends_the_assignment_and_says_so(store):
    result = run("release", store, ward.BAND_LABEL, "--at", NOW)
    assert result.exit_code == 0
    assert "nobody from 2026-03-01T03:30:00+00:00" in result.stderr
    (band,) = json.loads(run("bands", store, "--json").stdout)
    assert band["infant"] is None


def test_unassign_takes_the_newest_assignment_back_and_says_so(store):
    run("assign", store, ward.BAND_LABEL, "bde-9", "--from", NOW)
    result = run("unassign", store, ward.BAND_LABEL)
    assert result.exit_code == 0
    assert "from 2026-03-01T03:30:00+00:00 is taken back" in result.stderr
    (band,) = json.loads(run("bands", store, "--json").stdout)
    assert band["infant"] == "bed-1"
    days = json.loads(run("days", store, "--json", "--now", NOW).stdout)["days"]
    assert {day["infant"] for day in days} == {"bed-1"}


@pytest.mark.parametrize(
    "time",
    [
        "9999-12-31T23:59:59-12:00",
        "9999-12-31",
        "2999-01-01",
        "2019-12-31T23:59Z",
        "1969-01-01",
        "0001-01-01T00:00+14:00",
    ],
)
@pytest.mark.parametrize(("command", "option"), [("assign", "--from"), ("release", "--at")])
def test_impossible_time_is_one_line_and_stores_nothing(store, command, option, time):
    with Store.open(store) as opened:
        before = opened.content_digest()
    infant = ["bed-9"] if command == "assign" else []
    result = run(command, store, ward.BAND_LABEL, *infant, option, time)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {option} {time} is ")
    with Store.open(store) as opened:
        assert opened.content_digest() == before


@pytest.mark.parametrize("time", ["9999-12-31", "0001-01-01", "1969-12-31T23:59Z"])
def test_days_as_of_an_impossible_time_is_one_line(store, time):
    result = run("days", store, "--now", time)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: --now {time} is ")


def test_days_before_everything_are_none(store):
    result = run("days", store, "--now", "1970-01-02")
    assert result.exit_code == 0
    assert "No infant has a day yet" in result.stdout


def test_days_record_of_a_newer_kind_is_a_note_and_succeeds(store):
    body = bytes([99]) + ward.ward_bytes(1)[1:18]
    record = body + records.crc(body, ward.LOG_ID, 9000).to_bytes(2, "little")
    with Store.open(store) as opened:
        opened.add_segment(ward.BAND_ID, ward.LOG_ID, ward.BOOT_ID, 9000, record, 0)
    result = run("days", store, "--json", "--now", NOW)
    assert result.exit_code == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("note: ")
    assert ward.BAND_LABEL in line
    answer = json.loads(result.stdout)
    assert answer["problems"] == []
    assert len(answer["notes"]) == 1


def test_zone_is_printed_and_set(store):
    assert run("zone", store).stdout == "UTC\n"
    assert run("zone", store, "Asia/Karachi").stdout == "Asia/Karachi\n"
    assert run("zone", store).stdout == "Asia/Karachi\n"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["no-such-command"], "no-such-command"),
        (["days"], "STORE"),
        (["days", "{store}", "--now", "yesterday"], "yesterday"),
        (["assign", "{store}", "bed-1", "bed-2", "--from", NOW], "bed-1"),
        (["assign", "{store}", "P-GGGGGGGG", "bed-2", "--from", NOW], "P-GGGGGGGG"),
        (["assign", "{store}", "P-0012ABCD", "bed-2"], "--from"),
        (["release", "{store}", "P-0012ABCD"], "--at"),
        (["unassign", "{store}", "bed-1"], "bed-1"),
        (["serve", "{store}", "--port", "99999"], "65535"),
    ],
)
def test_usage_error_names_the_argument_and_exits_with_2(store, arguments, part):
    result = run(*[argument.format(store=store) for argument in arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert part in result.stderr


@pytest.mark.parametrize("command", ["days", "bands", "zone", "serve"])
def test_store_that_does_not_exist_is_one_line_and_is_not_made(tmp_path, command):
    path = tmp_path / "typo.sqlite"
    result = run(command, path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert str(path) in result.stderr
    assert not path.exists()


def test_zone_set_in_a_new_store_makes_it_unless_there_is_no_such_zone(tmp_path):
    path = tmp_path / "new.sqlite"
    wrong = run("zone", path, "localtime")
    assert (wrong.exit_code, len(wrong.stderr.splitlines())) == (1, 1)
    assert not path.exists()
    assert run("zone", path, "Asia/Karachi").stdout == "Asia/Karachi\n"


def test_assign_code_of_two_lines_is_shown_in_one(store):
    result = run("assign", store, ward.BAND_LABEL, "two\nlines", "--from", NOW)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert r"two\nlines" in line


def test_serve_help_shows_from_when_data_is_stale():
    assert "600" in run("serve", "--help").stdout


def test_process_expected_error_is_one_line_without_traceback(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n" * 2000)
    done = pouch("days", path)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert str(path) in line


def test_process_unknown_infant_exits_with_1(store):
    done = pouch("days", store, "--infant", "bed-77")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "bed-77" in line


def test_process_assign_into_the_past_is_refused_and_changes_nothing(store):
    before = pouch("bands", store, "--json").stdout
    done = pouch("assign", store, ward.BAND_LABEL, "bed-9", "--from", "2026-01-01T00:00Z")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert pouch("bands", store, "--json").stdout == before


def test_process_serve_port_in_use_fails_at_once_in_one_line(store):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = pouch("serve", store, "--port", port)
    assert done.returncode == 1
    assert done.stderr == f"error: port {port} is in use: another Pouch? choose --port\n"
