"""How an infant is and what to do, over all that the ward may know of it; and today's ring."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from pouch_host.alerts import RULES, AlertClass
from pouch_host.derive import BoardRow
from pouch_host.ward import Line, StandingAlert
from pouch_host.ward.cards import infant_now
from pouch_host.web.family.day import PETALS, Ring, _today
from pouch_host.web.family.warmth import COLD, HOT, NOT_KNOWN, WARM, warmth_of

ROW = BoardRow(
    infant_code="bed-1",
    band_label="P-0012ABCD",
    state="ssc",
    ssc_hours=3.0,
    ssc_hours_lower=2.8,
    ssc_hours_upper=3.2,
    target_h=12.0,
    coverage=0.9,
    temperature_c=36.7,
    temperature_age_s=300.0,
    temperature_valid=True,
    core_c=36.9,
    core_sd_c=0.2,
    last_record_age_s=60.0,
    battery_mv=3900,
    problems=(),
    last_record_utc_s=1000.0,
)
DANGERS = {AlertClass.DANGER_COLD, AlertClass.SEVERE_COLD, AlertClass.HOT}
WARNINGS = {AlertClass.COOLING, AlertClass.CONTACT_LOST_COLD}


def standing(alert_class, *, escalated=False):
    rule = RULES[alert_class]
    return StandingAlert(
        alert_id=1,
        alert_class=alert_class,
        family=rule.family,
        priority=rule.priority,
        action=rule.late_action if escalated else rule.action,
        escalated=escalated,
        ringing=False,
        muted=False,
        raised_utc_s=0,
        ring_utc_s=0,
        acknowledged_by=None,
        acknowledged_utc_s=None,
        muted_until_utc_s=None,
        values={},
    )


def infant(*alerts, **changes):
    return infant_now(replace(ROW, **changes), alerts=tuple(alerts))


@pytest.mark.parametrize(
    "changes",
    [
        {"last_record_age_s": 3600.0, "temperature_age_s": 3600.0},
        {"temperature_age_s": 3600.0},
        {"temperature_valid": False},
        {"temperature_c": None, "temperature_valid": False, "core_c": None},
        {"last_record_age_s": None},
        {"band_label": None},
    ],
)
@pytest.mark.parametrize("alert_class", [None, *AlertClass])
def test_what_is_not_seen_is_neither_warm_nor_cold(changes, alert_class):
    alerts = [] if alert_class is None else [standing(alert_class)]
    assert warmth_of(infant(*alerts, **changes)).feeling == NOT_KNOWN


def test_infant_that_the_ward_has_not_yet_looked_at_is_not_known():
    assert warmth_of(None).feeling == NOT_KNOWN


@pytest.mark.parametrize("alert_class", AlertClass)
def test_standing_alert_decides_where_the_last_reading_crosses_no_line(alert_class):
    found = warmth_of(infant(standing(alert_class)))
    family = RULES[alert_class].family.value
    wanted = {"cold": COLD, "heat": HOT, "technical": WARM}[family]
    if alert_class in WARNINGS:
        # It may get cold: the infant is still warm, and there is something to do.
        assert (found.feeling, found.actions) == (WARM, ("skin_to_skin_and_cap", "cover"))
        return
    assert found.feeling == wanted
    assert bool(found.actions) == (family != "technical")
    assert ("call_nurse" in found.actions) == (alert_class in DANGERS)


@pytest.mark.parametrize("alert_class", [AlertClass.COLD, AlertClass.WARM])
def test_alert_that_got_no_better_calls_the_nurse(alert_class):
    assert "call_nurse" in warmth_of(infant(standing(alert_class, escalated=True))).actions


@pytest.mark.parametrize(
    ("core_c", "line", "feeling", "calls"),
    [
        (36.9, None, WARM, False),
        (36.4, Line("below", 36.5, danger=False), COLD, False),
        (35.4, Line("below", 35.5, danger=True), COLD, True),
        (37.6, Line("above", 37.5, danger=False), HOT, False),
        (38.0, Line("above", 38.0, danger=True), HOT, True),
    ],
)
def test_line_counts_before_any_alert(core_c, line, feeling, calls):
    one = infant(core_c=core_c)
    assert one.line == line
    assert warmth_of(one).feeling == feeling
    assert ("call_nurse" in warmth_of(one).actions) == calls


def test_line_on_the_other_side_counts_for_more_than_an_old_alert():
    found = warmth_of(infant(standing(AlertClass.COLD), core_c=38.5))
    assert found.feeling == HOT
    assert "skin_to_skin_and_cap" not in found.actions


@pytest.mark.parametrize("state", ["off", "caregiver_only"])
def test_band_that_is_off_asks_to_be_put_on(state):
    assert warmth_of(infant(state=state, temperature_valid=False)).actions == ("put_band_on",)


def test_danger_before_the_band_went_silent_still_calls_the_nurse():
    gone = {"last_record_age_s": 3600.0, "temperature_age_s": 3600.0}
    assert warmth_of(infant(standing(AlertClass.SEVERE_COLD), **gone)).actions == ("call_nurse",)
    # Nobody was called for a warning.
    assert warmth_of(infant(standing(AlertClass.COOLING), **gone)).actions == ("find_band",)


def test_no_two_things_that_can_be_seen_look_the_same():
    # Goal: pictures tell apart whatever asks for something else to be done. Method: all lines,
    # with and without a danger, of fresh and of stale data.
    seen = {}
    for core_c, stale, escalated in product(
        (34.0, 36.2, 36.9, 37.6, 38.5), (False, True), (False, True)
    ):
        alerts = [standing(AlertClass.MODERATE_COLD, escalated=escalated)] if escalated else []
        age_s = 7200.0 if stale else 60.0
        found = warmth_of(
            infant(*alerts, core_c=core_c, last_record_age_s=age_s, temperature_age_s=age_s)
        )
        seen.setdefault((found.feeling, found.actions), set()).add((core_c, stale, escalated))
    for (feeling, _), causes in seen.items():
        assert (feeling == NOT_KNOWN) == all(stale for _, stale, _ in causes)
        assert (feeling == NOT_KNOWN) or not any(stale for _, stale, _ in causes)


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({}, 3.0),
        ({"coverage": 0.01}, 3.0),
        ({"ssc_hours": 0.0}, 0.0),
        # Nothing of today is known: that is not "no contact".
        ({"ssc_hours": 0.0, "coverage": 0.01, "ssc_hours_upper": 6.0}, None),
        ({"last_record_utc_s": None}, None),
    ],
)
def test_today_without_any_knowledge_has_no_hours(changes, hours):
    ring = _today(date(2026, 3, 1), infant(**changes), 12.0)
    assert ring.hours == hours
    assert ring.target_h == 12.0


@pytest.mark.parametrize(
    ("hours", "petals"), [(0.0, 0), (1.5, 1), (3.0, 2), (11.9, 7), (12.0, 8), (20.0, 8)]
)
def test_flower_opens_with_the_hours_and_whole_only_at_the_target(hours, petals):
    ring = Ring(date(2026, 3, 1), hours, 12.0, min(100.0, 100 * hours / 12), 100.0)
    assert ring.petals == petals
    assert (petals == PETALS) == ring.is_met
