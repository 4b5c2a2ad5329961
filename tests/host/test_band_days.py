"""What bands counted themselves, from their records to the output of `pouch days`."""

import json

import pytest
from typer.testing import CliRunner

from pouch_host import derive
from pouch_host.cli import app
from pouch_host.store import Store
from pouch_protocol import constants as c
from tests.host.band_records import HOUR_S, boot_bytes, event_values, samples, tally_values
from tests.host.ward import BAND_ID, INFANT, LOG_ID, START_UTC_S

NOW = "2026-03-01T04:00:00+00:00"
NOW_UTC_S = START_UTC_S + 4 * HOUR_S


def tally(hour, **fields):
    return (c.KIND_TALLY, tally_values(hour * HOUR_S, **fields))


def event(hour, kind):
    return (c.KIND_EVENT, event_values(hour * HOUR_S, kind))


def contact_then_cot():
    """Four hours of samples, two of them in contact."""
    in_contact = samples(30, 2 * HOUR_S, together=True)
    return in_contact + samples(2 * HOUR_S + 30, 4 * HOUR_S, together=False)


def fill(path, rows, **options):
    with Store.open(path) as store:
        store.assign(BAND_ID, INFANT, START_UTC_S)
        store.add_segment(BAND_ID, LOG_ID, 1, 0, boot_bytes(rows, **options), NOW_UTC_S)
    return path


def days_output(path, *options):
    result = CliRunner().invoke(app, ["days", str(path), "--now", NOW, *options])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def whole(tmp_path):
    """A store with all four tallies, which show six minutes more than there were, and an alert."""
    told = [tally(1, contact_s=3600), tally(2, contact_s=3600), tally(3, contact_s=360), tally(4)]
    alerts = [event(3, c.EVENT_ALERT_COLD), event(3.5, c.EVENT_ALERT_ESCALATED)]
    return fill(tmp_path / "ward.sqlite", contact_then_cot() + told + alerts)


def test_band_hours_stand_beside_the_hosts(whole):
    with Store.open(whole) as store:
        (infant,) = derive.infant_days(store, NOW_UTC_S)
    (day,), (band,) = infant.days, infant.band_days
    assert band.date == day.date
    assert band.hours == pytest.approx(2.1)
    assert day.hours == pytest.approx(2.0, abs=0.1)
    assert band.difference_hours == pytest.approx(2.1 - day.hours, abs=0.02)
    assert not band.partial
    assert band.alerts == 1


def test_bands_own_hours_never_change_the_hours_that_count(whole, tmp_path):
    without = fill(tmp_path / "without.sqlite", contact_then_cot())
    found = []
    for path in (whole, without):
        with Store.open(path) as store:
            found.append(derive.infant_days(store, NOW_UTC_S)[0].days)
    assert found[0] == found[1]


def test_table_labels_what_the_band_showed(whole):
    text = days_output(whole)
    words = " ".join(text.split())
    assert "Band showed: the band's own count, which the mother saw." in words
    cells = next(line for line in text.splitlines() if INFANT in line).split()
    assert cells[6:8] == ["%", "2.10"]
    # The host gives up some minutes where it cannot tell; what it confirms stands in front.
    assert float(cells[8]) == pytest.approx(2.1 - float(cells[2]), abs=0.02)
    assert cells[9] == "1"
    assert "*" not in words


def test_table_marks_a_day_whose_tallies_are_not_complete(tmp_path):
    path = fill(tmp_path / "ward.sqlite", [*contact_then_cot(), tally(1, contact_s=3600)])
    text = days_output(path)
    cells = next(line for line in text.splitlines() if INFANT in line).split()
    # Compared with the hour that both know of.
    assert cells[7] == "1.00*"
    assert float(cells[8]) == pytest.approx(0.0, abs=0.1)
    assert "* The band's own count of that day is not complete" in " ".join(text.split())


def test_table_of_a_band_that_tells_only_alerts_claims_no_hours(tmp_path):
    rows = [*contact_then_cot(), event(1, c.EVENT_ALERT_COLD)]
    text = days_output(fill(tmp_path / "ward.sqlite", rows))
    cells = next(line for line in text.splitlines() if INFANT in line).split()
    assert cells[7:10] == ["-*", "-", "1"]


def test_table_of_an_older_band_has_no_columns_for_it(tmp_path):
    assert "Band" not in days_output(fill(tmp_path / "ward.sqlite", contact_then_cot()))


def test_json_has_the_bands_own_hours_under_its_name(whole):
    (day,) = json.loads(days_output(whole, "--json"))["days"]
    band = day["band"]
    assert band["shown_hours"] == pytest.approx(2.1)
    expected = band["shown_hours"] - band["host_hours_lower_when_covered"]
    assert band["difference_hours"] == pytest.approx(expected, abs=1e-4)
    assert (band["partial"], band["alerts"], band["unknown_hours"]) == (False, 1, 0)
    assert band["covered_minutes"] == pytest.approx(240, abs=0.1)


def test_json_of_an_older_band_says_null(tmp_path):
    path = fill(tmp_path / "ward.sqlite", contact_then_cot())
    (day,) = json.loads(days_output(path, "--json"))["days"]
    assert day["band"] is None


def test_tallies_without_a_time_count_for_nobody(tmp_path):
    rows = [*contact_then_cot(), tally(1, contact_s=3600), event(1, c.EVENT_ALERT_COLD)]
    path = fill(tmp_path / "ward.sqlite", rows, anchored=False)
    with Store.open(path) as store:
        (infant,) = derive.infant_days(store, NOW_UTC_S)
    (band,) = infant.band_days
    assert (band.covered_minutes, band.hours, band.alerts) == (0, 0, 0)


def test_tallies_and_alerts_go_to_the_infant_who_wore_the_band(tmp_path):
    path = tmp_path / "ward.sqlite"
    rows = [tally(hour, contact_s=1800) for hour in range(1, 5)]
    rows += [event(0.5, c.EVENT_ALERT_COLD), event(0.7, c.EVENT_ALERT_CLEARED)]
    rows += [event(3.5, c.EVENT_ALERT_COLD)]
    with Store.open(path) as store:
        store.assign(BAND_ID, "bed-1", START_UTC_S)
        store.assign(BAND_ID, "bed-2", START_UTC_S + 3 * HOUR_S)
        store.add_segment(BAND_ID, LOG_ID, 1, 0, boot_bytes(rows), NOW_UTC_S)
        first, second = derive.infant_days(store, NOW_UTC_S)
    found = [(i.infant_code, i.band_days[0].hours, i.band_days[0].alerts) for i in (first, second)]
    assert found == [("bed-1", pytest.approx(1.5), 1), ("bed-2", pytest.approx(0.5), 1)]
