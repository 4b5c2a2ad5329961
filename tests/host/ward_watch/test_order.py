"""Whom a nurse goes to first."""

import itertools
import random

import pytest

from pouch_host.alerts import AlertClass, AlertFamily, Priority
from pouch_host.derive import BoardRow
from pouch_host.ward import STALE_AFTER_S, StandingAlert, crossed_line, order
from pouch_host.ward.cards import infant_now, worst_first

CALM = BoardRow(
    infant_code="bed-1",
    band_label="P-0012ABCD",
    state="ssc",
    ssc_hours=5.2,
    ssc_hours_lower=5.1,
    ssc_hours_upper=5.3,
    target_h=8.0,
    coverage=1.0,
    temperature_c=36.74,
    temperature_age_s=65,
    temperature_valid=True,
    core_c=36.98,
    core_sd_c=0.2,
    last_record_age_s=240,
    battery_mv=3950,
    problems=(),
)
LOUD = {
    AlertClass.COLD: (AlertFamily.COLD, Priority.LOW),
    AlertClass.MODERATE_COLD: (AlertFamily.COLD, Priority.MEDIUM),
    AlertClass.DANGER_COLD: (AlertFamily.COLD, Priority.HIGH),
    AlertClass.HOT: (AlertFamily.HEAT, Priority.HIGH),
    AlertClass.STALE: (AlertFamily.TECHNICAL, Priority.LOW),
    AlertClass.BATTERY_LOW: (AlertFamily.TECHNICAL, Priority.LOW),
}


def alert(alert_class, **changes):
    family, priority = LOUD[alert_class]
    values = {
        "alert_id": 1,
        "alert_class": alert_class,
        "family": family,
        "priority": priority,
        "action": "measure_axillary",
        "escalated": False,
        "ringing": True,
        "muted": False,
        "raised_utc_s": 0,
        "ring_utc_s": 0,
        "acknowledged_by": None,
        "acknowledged_utc_s": None,
        "muted_until_utc_s": None,
        "values": {},
    }
    return StandingAlert(**(values | changes))


def infant(code, *alerts, **changes):
    values = {name: getattr(CALM, name) for name in CALM.__dataclass_fields__}
    row = BoardRow(**(values | {"infant_code": code} | changes))
    return infant_now(row, alerts=alerts)


def codes(*infants):
    """Return the codes in the board's order, which must not depend on the order of coming."""
    orders = {
        tuple(one.row.infant_code for one in worst_first(some))
        for some in itertools.permutations(infants)
    }
    (found,) = orders
    return list(found)


@pytest.mark.parametrize(
    ("core_c", "side", "line_c", "danger"),
    [
        (31.9, "below", 32.0, True),
        (35.49, "below", 35.5, True),
        (35.5, "below", 36.0, False),
        (36.49, "below", 36.5, False),
        (37.51, "above", 37.5, False),
        (38.0, "above", 38.0, True),
    ],
)
def test_line_is_the_gravest_that_the_core_crosses(core_c, side, line_c, danger):
    line = crossed_line(core_c)
    assert line is not None
    assert (line.side, line.line_c, line.danger) == (side, line_c, danger)


@pytest.mark.parametrize("core_c", [36.5, 37.0, 37.5])
def test_line_of_a_normal_core_is_none(core_c):
    assert crossed_line(core_c) is None


def test_order_is_danger_serious_out_unseen_apart_together():
    found = codes(
        infant("f", state="ssc"),
        infant("e", state="off"),
        infant("d", last_record_age_s=3600),
        infant("c", core_c=36.4),
        infant("b", core_c=35.9),
        infant("a", core_c=35.4),
    )
    assert found == ["a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize("seed", range(50))
def test_coldest_infant_is_always_first_of_the_cold_ones(seed):
    # Goal: the first card is the coldest infant, whatever stands of whom and who has seen it.
    chance = random.Random(seed)
    infants = []
    for number in range(12):
        core_c = round(chance.uniform(34.0, 37.4), 1)
        standing = []
        line = crossed_line(core_c)
        if line is not None and chance.random() < 0.7:
            gravest = AlertClass.COLD
            if line.line_c <= 36.0:
                gravest = AlertClass.DANGER_COLD if line.danger else AlertClass.MODERATE_COLD
            standing.append(
                alert(
                    gravest,
                    escalated=chance.random() < 0.5,
                    acknowledged_by=chance.choice([None, "Amina"]),
                    values={"core_c": core_c},
                )
            )
        if chance.random() < 0.3:
            standing.append(alert(AlertClass.BATTERY_LOW))
        hours = chance.uniform(0, 12)
        infants.append(infant(f"bed-{number}", *standing, core_c=core_c, ssc_hours=hours))
    coldest_c = min(one.row.core_c or 99.0 for one in infants)
    assert worst_first(infants)[0].row.core_c == coldest_c
    cold = [one for one in worst_first(infants) if one.place <= order.OUT]
    cores_c = [one.row.core_c or 99.0 for one in cold]
    assert cores_c == sorted(cores_c)


def test_order_of_equally_cold_ones_is_no_better_then_unseen_then_hours():
    stood = {"values": {"core_c": 36.2}}
    found = codes(
        infant("d", alert(AlertClass.COLD, acknowledged_by="A", **stood), core_c=36.2),
        infant("c", alert(AlertClass.COLD, **stood), core_c=36.23, ssc_hours=6.0),
        infant("b", alert(AlertClass.COLD, **stood), core_c=36.18, ssc_hours=1.0),
        infant("a", alert(AlertClass.COLD, escalated=True, **stood), core_c=36.24),
    )
    assert found == ["a", "b", "c", "d"]


def test_order_of_dangers_is_cold_before_heat_and_hottest_first():
    found = codes(
        infant("c", core_c=38.1),
        infant("b", alert(AlertClass.HOT), core_c=38.6),
        infant("a", alert(AlertClass.DANGER_COLD), core_c=35.2),
    )
    assert found == ["a", "b", "c"]


def test_stale_infant_stands_before_all_who_are_well_the_longest_silent_first():
    found = codes(
        infant("e", state="ssc", ssc_hours=0.0),
        infant("d", alert(AlertClass.BATTERY_LOW)),
        infant("c", last_record_age_s=STALE_AFTER_S + 1),
        infant("b", last_record_age_s=90_000),
        infant("a", last_record_age_s=None, temperature_c=None, core_c=None),
    )
    assert found == ["a", "b", "c", "d", "e"]


def test_alert_that_stands_keeps_a_silent_infant_in_its_class():
    cold = alert(AlertClass.DANGER_COLD, values={"core_c": 35.1})
    found = codes(
        infant("c", last_record_age_s=90_000, core_c=35.1),
        infant("b", core_c=35.9),
        infant("a", cold, alert(AlertClass.STALE), last_record_age_s=3000),
    )
    assert found == ["a", "b", "c"]


def test_old_reading_below_a_line_is_no_danger_of_now():
    assert infant("a", core_c=35.1, temperature_age_s=7200).place == order.UNSEEN


def test_reading_that_is_not_valid_crosses_no_line():
    assert infant("a", core_c=35.1, temperature_valid=False).line is None
