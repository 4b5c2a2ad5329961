"""What is written of hours reaches what is written of the target only where the hours do."""

from dataclasses import replace

import pytest
from rich.console import Console

from pouch_host import derive
from pouch_host.days_report import print_days_table
from pouch_host.hours_shown import hours_down, target_up
from pouch_host.store import Store
from tests.host import ward


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(0.0, 0.0), (7.96, 7.9), (8.0, 8.0), (8.04, 8.0), (478 / 60, 7.9), (24.99, 24.9), (25, 25)],
)
def test_hours_are_rounded_down(hours, shown):
    assert hours_down(hours) == shown


def test_two_digits_read_less_than_a_target_that_is_not_met():
    assert [hours_down(hours, 2) for hours in (7.997, 479 / 60, 8.0)] == [7.99, 7.98, 8.0]
    for minutes in range(1441):
        assert hours_down(sum([1 / 60] * minutes), 2) == minutes * 100 // 60 / 100


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


def test_table_of_days_reads_less_than_a_target_that_is_not_met(tmp_path, capsys):
    # Goal: a bound is no whole minute, and 7.997 h never reads 8.00 beside "8 h: cannot say".
    with Store.open(ward.fill(tmp_path / "ward.db")) as store:
        (found,) = derive.infant_days(store, ward.START_UTC_S + 3 * 3600)
    (day,) = found.days
    day = replace(day, hours=7.997, hours_lower=7.996, hours_upper=8.999, target_h=8.0)
    print_days_table([replace(found, days=(day,))], Console(width=200))
    line = next(one for one in capsys.readouterr().out.splitlines() if ward.INFANT in one)
    assert line.split()[2:5] == ["7.99", "7.99", "8.99"]
