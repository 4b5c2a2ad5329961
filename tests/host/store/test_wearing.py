"""Bands on and off infants: what is asked first, what is refused, and whose days then change."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from pouch_host import derive
from pouch_host.errors import InputError
from pouch_host.store.refusals import Refusal
from tests.host.derived_ward import derived, derived_anew, pull
from tests.host.store.test_admissions import refused
from tests.host.ward import BAND_ID, START_UTC_S

HOUR_S = 3600
NOW_UTC_S = START_UTC_S + 48 * HOUR_S
NURSE = "Amina"


@pytest.fixture
def wearing(store):
    for band_id, ago_s in ((BAND_ID, 60), (BAND_ID + 1, 30), (BAND_ID + 2, 90 * HOUR_S)):
        store.record_contact(band_id, NOW_UTC_S - ago_s, battery_mv=3900)
    for code in ("bed-1", "bed-2"):
        store.admissions.admit(code, when_utc_s=START_UTC_S, who=NURSE)
    return store.wearing


def put_on(wearing, code, band_id=BAND_ID, **options):
    return wearing.put_on(code, band_id, **({"when_utc_s": NOW_UTC_S, "who": NURSE} | options))


def spans(store, code):
    return [(one.band_id, one.from_utc_s, one.to_utc_s) for one in store.assignments(code)]


def test_put_on_now_or_since_a_moment(store, wearing):
    put_on(wearing, "bed-1")
    put_on(wearing, "bed-2", BAND_ID + 1, from_utc_s=NOW_UTC_S - HOUR_S)
    assert spans(store, "bed-1") == [(BAND_ID, NOW_UTC_S, None)]
    assert spans(store, "bed-2") == [(BAND_ID + 1, NOW_UTC_S - HOUR_S, None)]
    row = store.audit.rows(limit=1)[0]
    assert (row.what, row.who, row.infant) == ("assigned", NURSE, "bed-2")


def test_put_on_again_what_it_wears_changes_nothing(store, wearing):
    given = put_on(wearing, "bed-1", from_utc_s=NOW_UTC_S - HOUR_S)
    before = store.content_digest()
    assert put_on(wearing, "bed-1") == given
    assert store.content_digest() == before


def test_put_on_band_of_another_asks_and_then_moves_it(store, wearing):
    put_on(wearing, "bed-1", from_utc_s=NOW_UTC_S - HOUR_S)
    error = refused(Refusal.BAND_WORN, put_on, wearing, "bed-2", of=store)
    assert error.values == {"band": "P-0012ABCD", "infant": "bed-1"}
    put_on(wearing, "bed-2", move=True)
    assert spans(store, "bed-1") == [(BAND_ID, NOW_UTC_S - HOUR_S, NOW_UTC_S)]
    assert spans(store, "bed-2") == [(BAND_ID, NOW_UTC_S, None)]


def test_put_on_band_that_nobody_heard_asks(store, wearing):
    refused(Refusal.BAND_UNHEARD, put_on, wearing, "bed-1", 0xBADBAD, of=store)
    put_on(wearing, "bed-1", 0xBADBAD, unheard=True)
    assert spans(store, "bed-1") == [(0xBADBAD, NOW_UTC_S, None)]


@pytest.mark.parametrize(
    ("moment_s", "refusal"),
    [
        (HOUR_S, Refusal.MOMENT_FUTURE),
        (61, Refusal.MOMENT_FUTURE),
        (-2 * HOUR_S, Refusal.MOMENT_TAKEN),
        (-HOUR_S, Refusal.MOMENT_TAKEN),
    ],
)
def test_put_on_at_a_moment_that_cannot_be_is_refused(store, wearing, moment_s, refusal):
    put_on(wearing, "bed-1", from_utc_s=NOW_UTC_S - HOUR_S)
    refused(
        refusal, put_on, wearing, "bed-2",
        from_utc_s=NOW_UTC_S + moment_s, move=True, of=store,
    )  # fmt: skip


def test_put_on_infant_that_is_gone_or_unknown_is_refused(store, wearing):
    store.admissions.discharge("bed-1", when_utc_s=NOW_UTC_S, who=NURSE)
    refused(Refusal.NOT_HERE, put_on, wearing, "bed-1", of=store)
    refused(Refusal.CODE_UNKNOWN, put_on, wearing, "bed-9", of=store)


def test_put_on_after_somebody_else_was_faster_is_refused(store, wearing):
    put_on(wearing, "bed-1", wears=None, from_utc_s=NOW_UTC_S - 60)
    refused(Refusal.CHANGED, put_on, wearing, "bed-1", BAND_ID + 1, wears=None, of=store)
    put_on(wearing, "bed-1", BAND_ID + 1, wears=BAND_ID)


def test_put_on_by_two_nurses_at_once_puts_it_on_one(store, wearing):
    def try_to(code):
        try:
            put_on(wearing, code)
        except InputError:
            return None
        return code

    with ThreadPoolExecutor(2) as nurses:
        found = list(nurses.map(try_to, ["bed-1", "bed-2"]))
    (winner,) = [code for code in found if code]
    assert wearing.worn() == {BAND_ID: winner}


def test_take_off_leaves_the_infant_here(store, wearing):
    refused(Refusal.NO_BAND, wearing.take_off, "bed-1", when_utc_s=NOW_UTC_S, who=NURSE, of=store)
    put_on(wearing, "bed-1", from_utc_s=NOW_UTC_S - HOUR_S)
    refused(
        Refusal.MOMENT_EARLY, wearing.take_off, "bed-1",
        when_utc_s=NOW_UTC_S, at_utc_s=NOW_UTC_S - HOUR_S, who=NURSE, of=store,
    )  # fmt: skip
    wearing.take_off("bed-1", when_utc_s=NOW_UTC_S, who=NURSE)
    assert wearing.worn() == {}
    assert store.admissions.infant("bed-1").discharged_utc_s is None


def test_move_takes_the_band_from_one_and_ends_what_the_other_wore(store, wearing):
    put_on(wearing, "bed-1", from_utc_s=NOW_UTC_S - HOUR_S)
    put_on(wearing, "bed-2", BAND_ID + 1, from_utc_s=NOW_UTC_S - HOUR_S)
    wearing.move("bed-1", "bed-2", when_utc_s=NOW_UTC_S, who=NURSE)
    assert wearing.worn() == {BAND_ID: "bed-2"}
    for code, refusal in (("bed-1", Refusal.NO_BAND), ("bed-2", Refusal.SAME_INFANT)):
        refused(refusal, wearing.move, code, "bed-2", when_utc_s=NOW_UTC_S, who=NURSE, of=store)


def test_correct_moment_moves_the_end_of_what_it_had_ended(store, wearing):
    put_on(wearing, "bed-1", from_utc_s=NOW_UTC_S - 5 * HOUR_S)
    put_on(wearing, "bed-2", move=True, from_utc_s=NOW_UTC_S - HOUR_S)
    for hours in (3, 2, 4):
        moment_utc_s = NOW_UTC_S - hours * HOUR_S
        wearing.correct_moment("bed-2", moment_utc_s, when_utc_s=NOW_UTC_S, who=NURSE)
        assert spans(store, "bed-1") == [(BAND_ID, NOW_UTC_S - 5 * HOUR_S, moment_utc_s)]
        assert spans(store, "bed-2") == [(BAND_ID, moment_utc_s, None)]
    rows = store.audit.rows(infant="bed-2")
    assert [(row.what, row.who) for row in rows[:1]] == [("corrected", NURSE)]
    for hours, refusal in ((5, Refusal.MOMENT_TAKEN), (-1, Refusal.MOMENT_FUTURE)):
        refused(
            refusal, wearing.correct_moment, "bed-2", NOW_UTC_S - hours * HOUR_S,
            when_utc_s=NOW_UTC_S, who=NURSE, of=store,
        )  # fmt: skip


def test_correct_moment_after_a_release_keeps_the_release(store, wearing):
    put_on(wearing, "bed-1", from_utc_s=NOW_UTC_S - 5 * HOUR_S)
    wearing.take_off("bed-1", when_utc_s=NOW_UTC_S, at_utc_s=NOW_UTC_S - 3 * HOUR_S, who=NURSE)
    put_on(wearing, "bed-2", from_utc_s=NOW_UTC_S - HOUR_S)
    refused(
        Refusal.MOMENT_TAKEN, wearing.correct_moment, "bed-2", NOW_UTC_S - 4 * HOUR_S,
        when_utc_s=NOW_UTC_S, who=NURSE, of=store,
    )  # fmt: skip
    # Also what has ended can be put right, but not beyond its end.
    wearing.correct_moment("bed-1", NOW_UTC_S - 6 * HOUR_S, when_utc_s=NOW_UTC_S, who=NURSE)
    assert spans(store, "bed-1") == [(BAND_ID, NOW_UTC_S - 6 * HOUR_S, NOW_UTC_S - 3 * HOUR_S)]
    refused(
        Refusal.MOMENT_TAKEN, wearing.correct_moment, "bed-1", NOW_UTC_S - 3 * HOUR_S,
        when_utc_s=NOW_UTC_S, who=NURSE, of=store,
    )  # fmt: skip


def test_take_back_gives_the_band_back_to_whom_it_was_taken_from(store, wearing):
    put_on(wearing, "bed-1", from_utc_s=NOW_UTC_S - HOUR_S)
    put_on(wearing, "bed-2", move=True)
    # Somebody else has it since: first that has to be taken back.
    refused(
        Refusal.MOMENT_TAKEN, wearing.take_back, "bed-1", when_utc_s=NOW_UTC_S, who=NURSE, of=store
    )
    wearing.take_back("bed-2", when_utc_s=NOW_UTC_S, who=NURSE)
    assert wearing.worn() == {BAND_ID: "bed-1"}
    assert spans(store, "bed-2") == []
    # Admitted infants stay, whatever becomes of their bands.
    assert store.admissions.infant("bed-2") is not None


def test_bands_seen_newest_first_with_who_wears_them(wearing):
    put_on(wearing, "bed-1")
    found = wearing.bands_seen(NOW_UTC_S)
    assert [(one.band.band_id, one.infant_code) for one in found] == [
        (BAND_ID + 1, None), (BAND_ID, "bed-1"),
    ]  # fmt: skip
    assert found[0].band.battery_mv == 3900


def ssc_hours(store, now_utc_s):
    """Return the confirmed hours of each infant and day, after a refresh."""
    derive.refresh(store, now_utc_s)
    return {
        (one.infant_code, day.date): day.hours
        for one in derive.infant_days(store, now_utc_s)
        for day in one.days
    }


def test_records_follow_the_interval_and_a_correction_changes_the_days(store, wearing):
    # Goal: hours are those of the infant that wore the band. Method: two days of records, three
    # hours of contact in every six, and the band moved at noon of the first; then at 18:00.
    pull(store, range(48))
    day = date(2026, 3, 1)
    noon_utc_s = START_UTC_S + 12 * HOUR_S
    now_utc_s = START_UTC_S + 49 * HOUR_S
    put_on(wearing, "bed-1", from_utc_s=START_UTC_S)
    put_on(wearing, "bed-2", from_utc_s=noon_utc_s, move=True)
    before = ssc_hours(store, now_utc_s)
    assert before["bed-1", day] == pytest.approx(6, abs=0.3)
    assert before["bed-2", day] == pytest.approx(6, abs=0.3)
    wearing.correct_moment("bed-2", noon_utc_s + 6 * HOUR_S, when_utc_s=NOW_UTC_S, who=NURSE)
    after = ssc_hours(store, now_utc_s)
    assert after["bed-1", day] == pytest.approx(9, abs=0.3)
    assert after["bed-2", day] == pytest.approx(3, abs=0.3)
    assert after["bed-1", day] + after["bed-2", day] == pytest.approx(
        before["bed-1", day] + before["bed-2", day], abs=0.2
    )
    # As if it had been entered rightly at once.
    assert derived(store) == derived_anew(store, now_utc_s)
