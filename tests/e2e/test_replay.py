"""Real input: recorded temperatures go in at the sensor's register and come out of the store."""

import csv
import math
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from pouch_host.derive import timeline
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_sim.commands.replay import BAND_ID, replay
from pouch_sim.world.recording import Recording

DATA = Path(__file__).parents[3] / "shared" / "data"
RECORDING = DATA / "wrist_skin_temperature_205.csv"
# Lived through the night in which Berlin's clocks were set back; its local times jump an hour.
RECORDING_OF_AUTUMN = DATA / "wrist_skin_temperature_222.csv"
STEP_C = 1 / 128
# A band with a sample a minute is on the air once a minute too: two samples until it is heard, and
# one while the collector makes sure that there is no other.
AFTER_COUNT_MAX = 3


def _rows(path):
    with path.open() as file:
        for row in csv.DictReader(file):
            when = datetime.fromisoformat(row["time_local"]).replace(tzinfo=UTC)
            yield when.timestamp(), float(row["skin_temperature_c"])


def _assert_store_equals(path, store_path):
    """Compare store and CSV by themselves, without the command's own comparison."""
    with Store.open(store_path, create=False) as store:
        assert store.records(BAND_ID).problems == ()
        samples = timeline(store.records(BAND_ID)).samples
    rows = list(_rows(path))
    # The band goes on until it is pulled, and repeats the last row.
    count = len(rows)
    after = samples.infant_temperature_c[count:]
    assert len(after) <= AFTER_COUNT_MAX
    assert after == pytest.approx([rows[-1][1]] * len(after), abs=STEP_C)
    for (utc_s, recorded_c), stored_utc_s, stored_c in zip(
        rows, samples.utc_s[:count], samples.infant_temperature_c[:count], strict=True
    ):
        assert abs(stored_utc_s - utc_s) <= 1.0
        assert abs(stored_c - recorded_c) <= STEP_C


def _write(path, times_s):
    lines = ["time_local,skin_temperature_c,case_temperature_c"]
    for index, time_s in enumerate(times_s):
        when = datetime.fromtimestamp(1_790_000_000 + time_s, UTC).replace(tzinfo=None)
        skin_c = 34 + 2 * math.sin(index / 40) + (index * 37 % 100) / 100
        lines.append(f"{when.isoformat()},{skin_c:.2f},{skin_c - 1:.2f}")
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.skipif(
    not RECORDING.exists(),
    reason=f"{RECORDING.name} is not in ../shared/data beside this checkout",
)
def test_replay_seven_days_of_a_person_arrive_whole(tmp_path, seed):
    recording = Recording.load(RECORDING)
    result = replay(recording, tmp_path, seed=seed, drift_ppm=0.0, on_progress=lambda _: None)
    assert result.faithful
    assert result.row_count == 10_187
    _assert_store_equals(RECORDING, tmp_path / "pouch.db")


@pytest.mark.skipif(
    not RECORDING_OF_AUTUMN.exists(),
    reason=f"{RECORDING_OF_AUTUMN.name} is not in ../shared/data beside this checkout",
)
def test_replay_of_a_recording_with_an_hour_missing_counts_that_hour_apart(tmp_path, seed):
    whole = Recording.load(RECORDING_OF_AUTUMN, "Europe/Berlin")
    (gap,) = [
        index
        for index, (before, after) in enumerate(pairwise(whole.rows))
        if after.utc_s - before.utc_s > 1.5 * whole.step_s
    ]
    # Six hours on either side: 360 rows up to the gap, and 360 behind it.
    recording = Recording(whole.rows[gap - 359 : gap + 361])
    result = replay(recording, tmp_path, seed=seed, drift_ppm=0.0, on_progress=lambda _: None)
    assert result.faithful
    assert (result.row_count, result.record_count) == (720, 780)
    assert (result.gap_count, result.gap_sample_count) == (1, 60)
    assert result.between_sample_count == 0


@pytest.mark.parametrize(
    ("times_s", "interval_s", "without_row"),
    [
        # A day and a bit is missing, and the rows go on beside the grid of those before.
        ([*range(0, 3600, 60), *range(100_037, 103_637, 60)], 60, 1607),
        ([time_s for time_s in range(0, 18_000, 60) if time_s % 300], 60, 59),
        (range(0, 36_000, 600), 300, 59),
        (range(0, 86_400, 3600), 300, 253),
    ],
)
def test_replay_with_rows_missing_or_far_apart_is_faithful(
    tmp_path, seed, times_s, interval_s, without_row
):
    path = tmp_path / "made.csv"
    _write(path, times_s)
    result = replay(
        Recording.load(path),
        tmp_path / "out",
        seed=seed,
        drift_ppm=0.0,
        on_progress=lambda _: None,
    )
    assert result.faithful
    assert result.row_count == len(times_s)
    assert result.interval_s == interval_s
    assert result.gap_sample_count + result.between_sample_count == without_row
    compared = (tmp_path / "out" / "replay.csv").read_text().splitlines()
    assert len(compared) == len(times_s) + 1


def test_replay_from_between_two_seconds_boots_the_band_with_the_first_row(tmp_path, seed):
    path = tmp_path / "made.csv"
    lines = [f"2026-03-01T08:{n:02}:59.95,{35 + n / 100:.2f}" for n in range(60)]
    path.write_text("\n".join(["time_utc,skin_temperature_c", *lines]))
    result = replay(
        Recording.load(path),
        tmp_path / "out",
        seed=seed,
        drift_ppm=0.0,
        on_progress=lambda _: None,
    )
    assert result.faithful
    assert result.time_error_s_max < 0.5


def test_replay_of_a_made_day_arrives_whole_and_tells_its_progress(tmp_path, seed):
    path = tmp_path / "made.csv"
    _write(path, range(0, 36_000, 60))
    shares = []
    out = tmp_path / "out"
    result = replay(Recording.load(path), out, seed=seed, drift_ppm=0.0, on_progress=shares.append)
    assert result.faithful
    _assert_store_equals(path, out / "pouch.db")
    assert shares == sorted(shares)
    assert shares[-1] >= 0.99
    compared = (out / "replay.csv").read_text().splitlines()
    assert len(compared) == 601


def test_replay_with_a_drifting_band_finds_true_time_again(tmp_path, seed):
    # 400 ppm over ten hours is 14 s: far beyond the second that is allowed, unless the host
    # takes it out. The band then measures up to 14 s away from each row, and says so.
    path = tmp_path / "made.csv"
    _write(path, range(0, 36_000, 60))
    recording = Recording.load(path)
    result = replay(
        recording, tmp_path / "out", seed=seed, drift_ppm=400.0, on_progress=lambda _: None
    )
    assert result.lost_count == 0
    assert result.temperature_error_c_max <= STEP_C
    with Store.open(tmp_path / "out" / "pouch.db", create=False) as store:
        samples = timeline(store.records(BAND_ID)).samples
    true_utc_s = samples.utc_s[0] + (60 / (1 + 400e-6)) * (range(len(samples))[-1])
    assert samples.utc_s[-1] == pytest.approx(true_utc_s, abs=1.0)


def test_replay_into_a_used_folder_is_refused_and_changes_nothing(tmp_path, seed):
    path = tmp_path / "made.csv"
    _write(path, range(0, 3600, 60))
    store = tmp_path / "out" / "pouch.db"
    store.parent.mkdir()
    store.write_bytes(b"somebody's data")
    with pytest.raises(InputError, match=r"pouch\.db exists already: choose another --out"):
        replay(
            Recording.load(path),
            tmp_path / "out",
            seed=seed,
            drift_ppm=0.0,
            on_progress=lambda _: None,
        )
    assert store.read_bytes() == b"somebody's data"
