import numpy as np
import pytest

from pouch_host.errors import InputError
from pouch_sim.commands.run_files import (
    RunLabel,
    Truth,
    iso_utc,
    read_label,
    read_truth,
    true_minutes,
    write_label,
    write_truth,
)
from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.plan import Act, Caregiver, Infant, PodBody, Room, WorldPlan

HEADER = "time_utc,state,infant_core_c,infant_skin_c"
ROW = "2026-03-01T08:00:00Z,ssc,36.900,36.500"
NEXT = "2026-03-01T08:01:00Z,off,36.900,36.500"
PLAN = WorldPlan(
    infant=Infant(),
    caregivers=(Caregiver(),),
    room=Room(),
    pod=PodBody(),
    acts=(Act(0.0, "ssc"), Act(600.0, "cot")),
    length_s=1200,
)


def _write(folder, *lines):
    path = folder / "truth.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_truth_comes_back_as_it_was_written(tmp_path):
    truth = Truth(
        1_790_000_040,
        np.array([4, 1, 2, 3], dtype=np.uint8),
        np.array([36.9, 36.8, 36.7, 35.123]),
        np.array([36.5, 36.4, 36.3, 34.0]),
    )
    path = tmp_path / "truth.csv"
    write_truth(path, truth)
    held = read_truth(path)
    assert held.first_utc_s == truth.first_utc_s
    for name in ("state", "infant_core_c", "infant_skin_c"):
        assert np.array_equal(getattr(held, name), getattr(truth, name)), name
    lines = path.read_text().splitlines()
    assert lines[:2] == [HEADER, "2026-09-21T14:14:00Z,ssc,36.900,36.500"]


@pytest.mark.parametrize(("start_utc_s", "first_s", "minutes"), [(1200, 0, 20), (1210, 50, 19)])
def test_truth_of_a_world_is_that_of_the_middle_of_each_whole_minute(
    seed, start_utc_s, first_s, minutes
):
    world = PhysicalWorld(PLAN, seed)
    truth = true_minutes(world, start_utc_s, PLAN.length_s)
    assert truth.first_utc_s == start_utc_s + first_s
    assert len(truth.state) == minutes
    middles = first_s + 30 + 60 * np.arange(minutes)
    assert np.array_equal(truth.state == 4, middles < 600)
    assert np.array_equal(truth.infant_core_c, world.infant_core_c[middles])


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ([], 1, "expected the columns"),
        ([HEADER.replace("state", "what")], 1, "expected the columns"),
        ([HEADER, ROW, "2026-03-01T08:01:00Z,ssc,36."], 3, "torn: 3 of 4 fields"),
        ([HEADER, ROW, NEXT.replace("36.500", "")], 3, "'' is not a temperature"),
        ([HEADER, ROW.replace("36.900", "369")], 2, "'369' is not a temperature"),
        ([HEADER, ROW.replace("36.900", "nan")], 2, "'nan' is not a temperature"),
        ([HEADER, ROW.replace("ssc", "kmc")], 2, "unknown state 'kmc'"),
        ([HEADER, ROW.replace("Z", "")], 2, "is not a whole minute"),
        ([HEADER, ROW.replace("00Z", "30Z")], 2, "is not a whole minute"),
        ([HEADER, ROW, ROW], 3, "is not a minute after the line before"),
    ],
)
def test_bad_truth_is_refused_with_file_and_line(tmp_path, lines, line, words):
    path = _write(tmp_path, *lines)
    with pytest.raises(InputError) as caught:
        read_truth(path)
    assert f"{path}: line {line}: " in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_truth_without_minutes_or_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"truth\.csv: no minute is in it"):
        read_truth(_write(tmp_path, HEADER))
    with pytest.raises(InputError, match=r"gone\.csv: there is no such file; `pouch sim run`"):
        read_truth(tmp_path / "gone.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"bytes\.csv: this is not text in UTF-8"):
        read_truth(tmp_path / "bytes.csv")


def test_label_comes_back_and_its_absence_is_the_folders_name(tmp_path):
    label = RunLabel("table", "table", "training", 3, "Asia/Karachi", "", 3600, "quick")
    write_label(tmp_path / "scenario.json", label)
    assert read_label(tmp_path) == label
    other = tmp_path / "ward-3"
    other.mkdir()
    assert read_label(other) == RunLabel("ward-3")


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "this is not JSON"), ("[]", "expected an object"), ('{"seed": 1}', "")],
)
def test_bad_label_is_refused_with_its_file(tmp_path, text, words):
    (tmp_path / "scenario.json").write_text(text)
    with pytest.raises(InputError, match=rf"scenario\.json: .*{words}"):
        read_label(tmp_path)


def test_label_of_a_later_version_is_read_without_what_is_new(tmp_path):
    (tmp_path / "scenario.json").write_text('{"name": "table", "weather": "rain"}')
    assert read_label(tmp_path).name == "table"


def test_times_are_utc_to_the_second():
    assert iso_utc(0) == "1970-01-01T00:00:00Z"
