from dataclasses import replace

import numpy as np
import pytest

from pouch_host.analysis.samples import Samples
from pouch_sim.commands.comparison import band_interval_s, compare
from pouch_sim.world.recording import Recording, Row
from pouch_sim.world.replay import Replay

FIRST_UTC_S = 1_790_000_000
LATE_S = 0.09


def recording(times_s):
    return Recording(
        [Row(FIRST_UTC_S + t, 34 + n * 37 % 100 / 50, None) for n, t in enumerate(times_s)]
    )


def sampled(source, interval_s, late_s=LATE_S, after_s=0.0):
    """Samples as a faultless band would take them.

    Up to half an interval behind the last row, and `after_s` more.
    """
    world = Replay(source)
    length_s = source.last_utc_s - source.first_utc_s + interval_s / 2 + after_s
    elapsed_s = np.arange(0, length_s, interval_s) + late_s
    measured_c = [world.infant_face_temperature_c(round(t * 1e6)) for t in elapsed_s]
    return made_samples(FIRST_UTC_S + elapsed_s, np.array(measured_c))


def made_samples(utc_s, infant_temperature_c):
    nothing = np.full(len(utc_s), np.nan)
    return Samples(
        utc_s=utc_s,
        begin_utc_s=utc_s,
        end_utc_s=utc_s,
        infant_temperature_c=infant_temperature_c,
        caregiver_temperature_c=nothing,
        infant_touch_pf=nothing,
        caregiver_touch_pf=nothing,
        activity_mg=nothing,
        breath_adult=nothing,
        breath_infant=nothing,
        flags=np.zeros(len(utc_s), dtype=np.uint16),
    )


def evenly(step_s, count, start_s=0.0):
    return [start_s + n * step_s for n in range(count)]


@pytest.mark.parametrize(
    ("times_s", "interval_s"),
    [
        (evenly(10, 9), 10),
        (evenly(60, 9), 60),
        (evenly(61, 9), 61),
        (evenly(300, 9), 300),
        (evenly(450, 9), 225),
        (evenly(600, 9), 300),
        (evenly(1000, 9), 250),
        (evenly(3600, 9), 300),
        # No whole number of seconds that a band can do divides 307.
        (evenly(307, 9), 300),
        # Rows that lie on the grid although some are missing; a shift by half a step does not.
        (evenly(60, 9) + evenly(60, 9, 7200), 60),
        (evenly(60, 9) + evenly(60, 9, 7230), 30),
        # One row comes early: at 60 s it would be passed over.
        ([*evenly(60, 9), 500, *evenly(60, 9, 540)], 30),
    ],
)
def test_band_interval_is_the_longest_even_part_that_meets_every_row(times_s, interval_s):
    assert band_interval_s(recording(times_s)) == interval_s


GAPS = [n * 60 for n in range(300) if n % 5]


@pytest.mark.parametrize(
    ("times_s", "gaps", "in_gaps", "between", "off_grid"),
    [
        (evenly(60, 200), 0, 0, 0, 0),
        (evenly(60, 60) + evenly(60, 60, 259_200), 1, 4260, 0, 0),
        (evenly(60, 60) + evenly(60, 60, 259_237), 1, 4261, 0, 60),
        (GAPS, 59, 59, 0, 0),
        (evenly(600, 60), 0, 0, 59, 0),
        (evenly(3600, 24), 0, 0, 23 * 11, 0),
        ([n * 60 + n * 7 % 13 - 6 for n in range(300)], 0, 0, None, None),
        ([int(n * 60.02) for n in range(4000)], 0, 0, None, None),
    ],
)
def test_rows_with_gaps_and_steps_of_any_length_are_faithful(
    tmp_path, times_s, gaps, in_gaps, between, off_grid
):
    source = recording([t - times_s[0] for t in times_s])
    interval_s = band_interval_s(source)
    result = compare(source, sampled(source, interval_s), interval_s, tmp_path / "rows.csv")
    assert result.faithful
    assert result.row_count == len(times_s)
    assert result.time_error_s_max == pytest.approx(LATE_S, abs=1e-3)
    assert (result.gap_count, result.gap_sample_count) == (gaps, in_gaps)
    assert between is None or result.between_sample_count == between
    assert off_grid is None or result.off_grid_count == off_grid


@pytest.mark.parametrize("times_s", [evenly(60, 9), evenly(600, 9), [*evenly(60, 9), 517]])
def test_samples_after_the_last_row_are_counted_apart_and_not_compared(tmp_path, times_s):
    # A band is not pulled the moment its recording ends, and takes samples until it is.
    source = recording(times_s)
    interval_s = band_interval_s(source)
    exact = compare(source, sampled(source, interval_s), interval_s, tmp_path / "exact.csv")
    after = sampled(source, interval_s, after_s=5 * interval_s)
    # Whatever they say: nobody knows what the person's temperature was then.
    after.infant_temperature_c[-5:] = 20.0
    result = compare(source, after, interval_s, tmp_path / "after.csv")
    assert (exact.after_count, result.after_count) == (0, 5)
    assert replace(result, after_count=0) == exact
    assert result.faithful
    assert (tmp_path / "after.csv").read_text() == (tmp_path / "exact.csv").read_text()


def test_samples_after_the_last_row_do_not_stand_for_it(tmp_path):
    source = recording(evenly(60, 9))
    samples = sampled(source, 60, after_s=300)
    keep = np.arange(len(samples.utc_s)) != 8
    rest = made_samples(samples.utc_s[keep], samples.infant_temperature_c[keep])
    result = compare(source, rest, 60, tmp_path / "rows.csv")
    assert (result.lost_count, result.after_count) == (1, 5)
    assert not result.faithful


def test_lost_row_is_counted_and_has_no_sample_in_the_file(tmp_path):
    source = recording(evenly(60, 9))
    samples = sampled(source, 60)
    keep = np.arange(9) != 4
    rest = made_samples(samples.utc_s[keep], samples.infant_temperature_c[keep])
    result = compare(source, rest, 60, tmp_path / "rows.csv")
    assert result.lost_count == 1
    assert not result.faithful
    lines = (tmp_path / "rows.csv").read_text().splitlines()
    assert len(lines) == 10
    assert lines[5].endswith(",,,")
    assert lines[6].endswith(",0.090")


@pytest.mark.parametrize("first_lost", [0, 5, 8])
def test_rows_at_the_ends_are_missed_too(tmp_path, first_lost):
    source = recording(evenly(60, 9))
    samples = sampled(source, 60)
    rest = made_samples(samples.utc_s[:first_lost], samples.infant_temperature_c[:first_lost])
    result = compare(source, rest, 60, tmp_path / "rows.csv")
    assert result.lost_count == 9 - first_lost
    assert not result.faithful


def test_sample_without_a_temperature_is_a_lost_row(tmp_path):
    source = recording(evenly(60, 9))
    samples = sampled(source, 60)
    samples.infant_temperature_c[3] = np.nan
    assert compare(source, samples, 60, tmp_path / "rows.csv").lost_count == 1


def test_wrong_temperature_is_unfaithful(tmp_path):
    source = recording(evenly(60, 9))
    samples = sampled(source, 60)
    samples.infant_temperature_c[3] += 0.01
    result = compare(source, samples, 60, tmp_path / "rows.csv")
    assert result.temperature_error_c_max == pytest.approx(0.01)
    assert not result.faithful


@pytest.mark.parametrize("times_s", [evenly(60, 9), evenly(60, 9) + evenly(60, 9, 5017)])
def test_times_over_a_second_off_are_unfaithful_also_off_the_grid(tmp_path, times_s):
    source = recording(times_s)
    right = sampled(source, 60)
    late = made_samples(right.utc_s + 1.5, right.infant_temperature_c)
    result = compare(source, late, 60, tmp_path / "rows.csv")
    assert result.lost_count == 0
    assert result.time_error_s_max == pytest.approx(1.59)
    assert not result.faithful
