"""What is written of hours reaches what is written of the target only where the hours do."""

import pytest

from pouch_host.hours_shown import hours_down, target_up


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(0.0, 0.0), (7.96, 7.9), (8.0, 8.0), (8.04, 8.0), (478 / 60, 7.9), (24.99, 24.9), (25, 25)],
)
def test_hours_are_rounded_down(hours, shown):
    assert hours_down(hours) == shown


def test_whole_tenths_stay_however_they_were_added_up():
    for tenths in range(251):
        for hours in (tenths / 10, tenths * 0.1, sum([0.1] * tenths), tenths * 6 / 60):
            assert hours_down(hours) == target_up(hours) == tenths / 10


def test_every_minute_of_a_day_beside_every_target_reads_as_the_comparison_is():
    # Targets of whole tenths, as all usual ones are: read alike in both directions.
    for target_minutes in range(6, 1441, 6):
        shown_target = target_up(target_minutes / 60)
        for minutes in range(max(0, target_minutes - 13), target_minutes + 13):
            assert (hours_down(minutes / 60) >= shown_target) == (minutes >= target_minutes)
    # Any other target: never said to be reached where it is not.
    for target_minutes in range(1, 1441):
        for minutes in range(max(0, target_minutes - 7), target_minutes):
            assert hours_down(minutes / 60) < target_up(target_minutes / 60)
