"""Admission, correction, discharge, handing over: each with its name in the audit, or not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from pouch_host.errors import InputError
from pouch_host.store import Infant, schema
from pouch_host.store.presence import stamp_of
from pouch_host.store.refusals import Refusal, Refused
from tests.host.store.plain_records import BAND_ID, START_UTC_S

HOUR_S = 3600
NOW_UTC_S = START_UTC_S + 48 * HOUR_S
NURSE = "Amina"


@pytest.fixture
def admissions(store):
    store.record_contact(BAND_ID, NOW_UTC_S - 60, battery_mv=3900)
    return store.admissions


def admit(admissions, code="bed-1", **options):
    values = {"when_utc_s": NOW_UTC_S, "who": NURSE} | options
    return admissions.admit(code, **values)


def edit(admissions, code="bed-1", **options):
    values = {"weight_g": 1450, "gestation_days": 238, "target_minutes": 600, "born_on": None}
    return admissions.edit(
        code, **(values | {"when_utc_s": NOW_UTC_S + 60, "who": NURSE} | options)
    )


def noted(store, infant="bed-1"):
    """Return what the audit has of an infant, oldest first."""
    return [(row.what, row.who) for row in reversed(store.audit.rows(infant=infant))]


def refused(refusal, act, *arguments, **options):
    """See that something is refused for one reason, and changes nothing."""
    store = options.pop("of")
    before = store.content_digest()
    with pytest.raises(Refused) as caught:
        act(*arguments, **options)
    assert caught.value.refusal is refusal
    assert store.content_digest() == before
    assert "\n" not in str(caught.value)
    return caught.value


def test_admit_keeps_what_was_said_and_who_said_it(store, admissions):
    infant = admit(admissions, weight_g=1450, gestation_days=238)
    assert (infant.weight_g, infant.gestation_days) == (1450, 238)
    assert infant.admitted_utc_s == NOW_UTC_S
    assert infant.discharged_utc_s is None
    (row,) = store.audit.rows(infant="bed-1")
    assert (row.what, row.who, row.target_minutes) == ("admitted", NURSE, 720)
    assert row.detail == {"weight_g": 1450, "gestation_days": 238, "born_on": None}


def test_admit_without_weight_has_the_usual_target(admissions):
    assert admit(admissions).target_minutes is None


def test_admit_own_target_goes_before_the_table(admissions):
    assert admit(admissions, weight_g=1000, target_minutes=480).target_minutes == 480


def test_admit_with_a_band_is_one_transaction(store, admissions):
    admit(admissions, band_id=BAND_ID, band_from_utc_s=NOW_UTC_S - HOUR_S)
    (given,) = store.assignments("bed-1")
    assert (given.band_id, given.from_utc_s, given.to_utc_s) == (
        BAND_ID, NOW_UTC_S - HOUR_S, None,
    )  # fmt: skip
    assert noted(store) == [("admitted", NURSE), ("assigned", NURSE)]


def test_admit_with_a_band_of_another_admits_nobody(store, admissions):
    admit(admissions, band_id=BAND_ID)
    error = refused(Refusal.BAND_WORN, admit, admissions, "bed-2", band_id=BAND_ID, of=store)
    assert error.values == {"band": "P-0012ABCD", "infant": "bed-1"}


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("", Refusal.CODE_EMPTY),
        (" \t", Refusal.CODE_EMPTY),
        ("bed/1", Refusal.CODE_ODD),
        ("..", Refusal.CODE_ODD),
        ("bed\x001", Refusal.CODE_ODD),
        ("<b>", Refusal.CODE_ODD),
        ("bed?1#%2F", Refusal.CODE_ODD),
        ("x" * 33, Refusal.CODE_LONG),
    ],
)
def test_admit_code_that_cannot_be_one_is_refused(store, admissions, code, refusal):
    refused(refusal, admit, admissions, code, of=store)


@pytest.mark.parametrize("code", ["bed 3", "KMC-0012", "بیڈ-۳", "3", "a.b_c:d+e"])
def test_admit_code_of_any_script_is_kept(admissions, code):
    assert admit(admissions, f"  {code} ").code == code


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"weight_g": 30}, Refusal.WEIGHT),
        ({"weight_g": 30_000}, Refusal.WEIGHT),
        ({"weight_g": -1450}, Refusal.WEIGHT),
        ({"gestation_days": 200 * 7}, Refusal.GESTATION),
        ({"gestation_days": 20 * 7}, Refusal.GESTATION),
        ({"target_minutes": 0}, Refusal.TARGET),
        ({"target_minutes": 25 * 60}, Refusal.TARGET),
    ],
)
def test_admit_and_edit_value_that_no_newborn_has_is_refused(store, admissions, values, refusal):
    refused(refusal, admit, admissions, of=store, **values)
    admit(admissions)
    refused(refusal, edit, admissions, of=store, **values)


def local_date(store, utc_s, days=0):
    return datetime.fromtimestamp(utc_s, store.zone).date() + timedelta(days=days)


def test_date_of_birth_is_kept_put_right_and_noted(store, admissions):
    born_on = local_date(store, NOW_UTC_S, -6)
    assert admit(admissions, born_on=born_on, gestation_days=238).born_on == born_on
    assert store.audit.rows()[0].detail["born_on"] == born_on.isoformat()
    later = born_on + timedelta(days=1)
    infant = edit(admissions, born_on=later)
    assert store.infants() == [infant]
    assert infant.born_on == later
    (noted_edit,) = [row for row in store.audit.rows() if row.what == "edited"]
    assert noted_edit.detail["born_on"] == [born_on.isoformat(), later.isoformat()]
    # A form that was opened before somebody put the date right is out of date.
    seen = stamp_of(infant)
    edit(admissions, born_on=born_on)
    refused(Refusal.CHANGED, edit, admissions, born_on=later, seen=seen, of=store)


@pytest.mark.parametrize(
    ("days", "refusal"),
    [(1, Refusal.BORN_FUTURE), (-367, Refusal.BORN_EARLY), (-700_000, Refusal.BORN_EARLY)],
)
def test_date_of_birth_that_cannot_be_is_refused(store, admissions, days, refusal):
    born_on = local_date(store, NOW_UTC_S, days)
    refused(refusal, admit, admissions, born_on=born_on, of=store)
    admit(admissions)
    refused(refusal, edit, admissions, born_on=born_on, of=store)


@pytest.mark.parametrize("days", [0, -366])
def test_date_of_birth_may_be_today_or_a_year_ago(store, admissions, days):
    born_on = local_date(store, NOW_UTC_S, days)
    assert admit(admissions, born_on=born_on).born_on == born_on


def test_nobody_is_born_after_it_came(store, admissions):
    admit(admissions)
    week = 7 * 24 * HOUR_S
    born_on = local_date(store, NOW_UTC_S, 1)
    late = {"when_utc_s": NOW_UTC_S + week}
    error = refused(Refusal.BORN_LATE, edit, admissions, born_on=born_on, of=store, **late)
    assert error.values == {"came_on": local_date(store, NOW_UTC_S)}
    # Whoever was never admitted came with its first band.
    store.assign(BAND_ID, "bed-2", NOW_UTC_S)
    refused(Refusal.BORN_LATE, edit, admissions, "bed-2", born_on=born_on, of=store, **late)
    assert edit(admissions, "bed-2", born_on=local_date(store, NOW_UTC_S), **late).born_on


def test_infant_back_after_its_first_birthday_keeps_its_date_of_birth(store, admissions):
    born_on = local_date(store, NOW_UTC_S)
    admit(admissions, born_on=born_on, band_id=BAND_ID)
    admissions.discharge("bed-1", when_utc_s=NOW_UTC_S + HOUR_S, who=NURSE)
    year_later = NOW_UTC_S + 400 * 24 * HOUR_S
    admissions.readmit("bed-1", when_utc_s=year_later, who=NURSE)
    assert edit(admissions, born_on=born_on, when_utc_s=year_later).born_on == born_on


def test_date_of_birth_that_stands_hinders_no_other_change(store, admissions):
    # Goal: without a band, a readmission after a year is all that is known of when it came.
    born_on = local_date(store, NOW_UTC_S)
    admit(admissions, born_on=born_on)
    admissions.discharge("bed-1", when_utc_s=NOW_UTC_S + HOUR_S, who=NURSE)
    year_later = NOW_UTC_S + 400 * 24 * HOUR_S
    admissions.readmit("bed-1", when_utc_s=year_later, who=NURSE)
    infant = edit(admissions, born_on=born_on, weight_g=7000, when_utc_s=year_later)
    assert (infant.born_on, infant.weight_g) == (born_on, 7000)


def test_birth_is_of_the_wards_day(store, admissions):
    # Half past midnight in Karachi is still the day before in UTC.
    store.set_zone("Asia/Karachi")
    midnight_utc_s = datetime(2026, 3, 5, tzinfo=store.zone).timestamp()
    infant = admit(admissions, when_utc_s=midnight_utc_s + 1800, born_on=date(2026, 3, 5))
    assert infant.age_days(date(2026, 3, 5)) == 0
    refused(
        Refusal.BORN_FUTURE, admit, admissions, "bed-2",
        when_utc_s=midnight_utc_s - 1800, born_on=date(2026, 3, 5), of=store,
    )  # fmt: skip


def test_ages_count_the_day_of_birth_as_day_0():
    infant = Infant(1, "bed-1", gestation_days=30 * 7 + 6, born_on=date(2026, 2, 27))
    assert infant.age_days(date(2026, 2, 27)) == 0
    assert infant.age_days(date(2026, 3, 5)) == 6
    # 30 weeks and 6 days at birth are 31 weeks and 5 days on day 6.
    assert infant.postmenstrual_days(date(2026, 3, 5)) == 31 * 7 + 5
    assert infant.age_days(date(2026, 2, 26)) is None
    assert infant.postmenstrual_days(date(2026, 2, 26)) is None
    assert replace(infant, gestation_days=None).postmenstrual_days(date(2026, 3, 5)) is None
    assert replace(infant, born_on=None).age_days(date(2026, 3, 5)) is None
    assert replace(infant, born_on=None).postmenstrual_days(date(2026, 3, 5)) is None


def test_admit_code_of_an_infant_that_is_here_is_refused(store, admissions):
    admit(admissions)
    refused(Refusal.CODE_PRESENT, admit, admissions, of=store)
    # Also of one that only a command has given a band.
    store.assign(BAND_ID, "bed-2", START_UTC_S)
    refused(Refusal.CODE_PRESENT, admit, admissions, "bed-2", of=store)


def test_admit_by_two_nurses_at_once_admits_one(store, admissions):
    def try_to(weight_g):
        try:
            return admit(admissions, weight_g=weight_g).weight_g
        except InputError as error:
            return error

    with ThreadPoolExecutor(2) as nurses:
        found = list(nurses.map(try_to, [1400, 1500]))
    errors = [one for one in found if isinstance(one, Refused)]
    assert [one.refusal for one in errors] == [Refusal.CODE_PRESENT]
    (infant,) = store.infants()
    assert infant.weight_g in found


def test_admit_into_a_used_bed_asks_and_keeps_both_apart(store, admissions):
    first = admit(admissions, band_id=BAND_ID, weight_g=1200)
    admissions.discharge("bed-1", when_utc_s=NOW_UTC_S + HOUR_S, who=NURSE)
    later = {"when_utc_s": NOW_UTC_S + 2 * HOUR_S}
    refused(Refusal.CODE_DISCHARGED, admit, admissions, of=store, **later)
    former = admissions.code_of_former("bed-1", "2026-03-03")
    second = admit(admissions, weight_g=1900, former_code=former, **later)
    assert former == "bed-1 2026-03-03"
    assert admissions.infant(former).infant_id == first.infant_id != second.infant_id
    # Records stay with whom they were of.
    assert [one.infant_id for one in store.assignments(former)] == [first.infant_id]
    assert store.assignments("bed-1") == []
    assert ("renamed", NURSE) in noted(store, former)
    # The bed is used once more on the same day.
    admissions.discharge("bed-1", when_utc_s=NOW_UTC_S + 3 * HOUR_S, who=NURSE)
    assert admissions.code_of_former("bed-1", "2026-03-03") == "bed-1 2026-03-03-2"


def test_edit_notes_what_it_was_and_the_same_again_notes_nothing(store, admissions):
    admit(admissions, weight_g=1350, gestation_days=238)
    infant = edit(admissions)
    assert (infant.weight_g, infant.target_minutes) == (1450, 600)
    rows = store.audit.rows(infant="bed-1")
    assert [(row.what, row.target_minutes) for row in rows[:2]] == [
        ("edited", None), ("target", 600),
    ]  # fmt: skip
    assert rows[0].detail == {"weight_g": [1350, 1450]}
    edit(admissions)
    assert store.audit.rows(infant="bed-1") == rows


def test_edit_code_keeps_band_and_target_and_both_codes_lead_to_it(store, admissions):
    admit(admissions, "bed-11", band_id=BAND_ID)
    infant = edit(admissions, "bed-11", new_code="bed-1")
    assert [one.code for one in store.infants()] == ["bed-1"]
    assert store.assignments("bed-1")[0].infant_id == infant.infant_id
    assert ("renamed", NURSE) in noted(store, "bed-11")
    assert ("renamed", NURSE) in noted(store, "bed-1")


def test_edit_code_of_another_is_refused(store, admissions):
    admit(admissions)
    admit(admissions, "bed-2")
    refused(Refusal.CODE_PRESENT, edit, admissions, new_code="bed-2", of=store)
    admissions.discharge("bed-2", when_utc_s=NOW_UTC_S, who=NURSE)
    refused(Refusal.CODE_DISCHARGED, edit, admissions, new_code="bed-2", of=store)


def test_edit_after_somebody_else_was_faster_is_refused(store, admissions):
    seen = stamp_of(admit(admissions))
    edit(admissions, seen=seen)
    refused(Refusal.CHANGED, edit, admissions, seen=seen, weight_g=1500, of=store)


def test_edit_of_nobody_is_refused(store, admissions):
    refused(Refusal.CODE_UNKNOWN, edit, admissions, "bed-9", of=store)


def test_discharge_ends_band_and_link_and_readmit_begins_anew(store, admissions):
    admit(admissions, band_id=BAND_ID)
    token = store.family_links.make("bed-1", when_utc_s=NOW_UTC_S, who=NURSE)
    at_utc_s = NOW_UTC_S + HOUR_S
    infant = admissions.discharge("bed-1", when_utc_s=at_utc_s + 60, at_utc_s=at_utc_s, who=NURSE)
    assert infant.discharged_utc_s == at_utc_s
    assert store.assignments("bed-1")[0].to_utc_s == at_utc_s
    assert store.family_links.code_of(token) is None
    refused(
        Refusal.NOT_HERE, admissions.discharge, "bed-1",
        when_utc_s=at_utc_s + 60, who=NURSE, of=store,
    )  # fmt: skip
    back = admissions.readmit("bed-1", when_utc_s=at_utc_s + HOUR_S, who=NURSE)
    assert (back.discharged_utc_s, back.admitted_utc_s) == (None, at_utc_s + HOUR_S)
    assert store.family_links.code_of(token) is None
    refused(Refusal.IS_HERE, admissions.readmit, "bed-1", when_utc_s=at_utc_s, who=NURSE, of=store)


@pytest.mark.parametrize(
    ("at_utc_s", "refusal"),
    [
        (NOW_UTC_S + 2 * HOUR_S, Refusal.MOMENT_FUTURE),
        (NOW_UTC_S - HOUR_S, Refusal.MOMENT_EARLY),
        (NOW_UTC_S, Refusal.MOMENT_EARLY),
    ],
)
def test_discharge_at_a_moment_that_cannot_be_is_refused(store, admissions, at_utc_s, refusal):
    admit(admissions, band_id=BAND_ID)
    refused(
        refusal, admissions.discharge, "bed-1",
        when_utc_s=NOW_UTC_S + HOUR_S, at_utc_s=at_utc_s, who=NURSE, of=store,
    )  # fmt: skip


def test_hand_over_is_kept_by_time_and_twice_is_once(store, admissions):
    admit(admissions)
    table = store.handovers
    for caregiver, hours in (("father", 3), ("mother", 1), ("father", 3)):
        table.hand_over(
            "bed-1", caregiver, who=NURSE,
            when_utc_s=NOW_UTC_S + 4 * HOUR_S, at_utc_s=NOW_UTC_S + hours * HOUR_S,
        )  # fmt: skip
    found = [(one.caregiver.value, one.utc_s) for one in table.of_infant("bed-1")]
    assert found == [("mother", NOW_UTC_S + HOUR_S), ("father", NOW_UTC_S + 3 * HOUR_S)]
    assert noted(store).count(("handed_over", NURSE)) == 2


@pytest.mark.parametrize(
    ("caregiver", "moment_s", "refusal"),
    [
        ("neighbour", 0, Refusal.CAREGIVER),
        ("", 0, Refusal.CAREGIVER),
        ("mother", 2 * HOUR_S, Refusal.MOMENT_FUTURE),
        ("mother", -1, Refusal.MOMENT_EARLY),
    ],
)
def test_hand_over_that_cannot_be_is_refused(store, admissions, caregiver, moment_s, refusal):
    admit(admissions)
    refused(
        refusal, store.handovers.hand_over, "bed-1", caregiver,
        when_utc_s=NOW_UTC_S, at_utc_s=NOW_UTC_S + moment_s, who=NURSE, of=store,
    )  # fmt: skip


def test_no_change_is_without_a_name(store, admissions):
    # Goal: whatever a person does has a row that names them. Method: one of each.
    admit(admissions, band_id=BAND_ID)
    edit(admissions, new_code="bed-7")
    store.handovers.hand_over("bed-7", "mother", when_utc_s=NOW_UTC_S + 60, who=NURSE)
    store.family_links.make("bed-7", when_utc_s=NOW_UTC_S + 60, who=NURSE)
    store.wearing.take_off("bed-7", when_utc_s=NOW_UTC_S + 120, who=NURSE)
    admissions.discharge("bed-7", when_utc_s=NOW_UTC_S + 180, who=NURSE)
    admissions.readmit("bed-7", when_utc_s=NOW_UTC_S + 240, who=NURSE)
    with store._engine.connect() as connection:
        rows = connection.execute(sa.select(schema.audit.c.what, schema.audit.c.who)).all()
    assert {row.who for row in rows} == {NURSE}
    assert {row.what for row in rows} == {
        "admitted", "assigned", "renamed", "edited", "target", "handed_over", "link_made",
        "ended", "discharged", "link_ended", "readmitted",
    }  # fmt: skip


def test_hand_over_from_before_the_first_band_is_refused(store):
    # Goal: of an infant that nobody admitted, the first band says since when it is here.
    store.assign(BAND_ID, "bed-4", NOW_UTC_S)
    refused(
        Refusal.MOMENT_EARLY, store.handovers.hand_over, "bed-4", "mother",
        when_utc_s=NOW_UTC_S + 60, at_utc_s=-62_135_596_800, who=NURSE, of=store,
    )  # fmt: skip
    store.handovers.hand_over("bed-4", "mother", when_utc_s=NOW_UTC_S + 60, who=NURSE)
