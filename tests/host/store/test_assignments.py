from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pouch_host.errors import InputError
from pouch_host.store import Store, schema
from tests.host.store.plain_records import BAND_ID, START_UTC_S, add

HOUR_S = 3600
WHEN_UTC_S = START_UTC_S + 100 * HOUR_S


def spans(store, code=None):
    return [(a.band_id, a.from_utc_s, a.to_utc_s) for a in store.assignments(code)]


def test_assign_stays_open(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S + 0.9)
    assert spans(store, "bed-1") == [(BAND_ID, START_UTC_S, None)]
    assert spans(store, "bed-2") == []


def test_assign_band_to_another_infant_ends_the_first(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.assign(BAND_ID, "bed-2", START_UTC_S + HOUR_S)
    assert spans(store, "bed-1") == [(BAND_ID, START_UTC_S, START_UTC_S + HOUR_S)]
    assert spans(store, "bed-2") == [(BAND_ID, START_UTC_S + HOUR_S, None)]


def test_assign_another_band_to_the_infant_ends_the_first(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.assign(BAND_ID + 1, "bed-1", START_UTC_S + HOUR_S)
    assert spans(store) == [
        (BAND_ID, START_UTC_S, START_UTC_S + HOUR_S),
        (BAND_ID + 1, START_UTC_S + HOUR_S, None),
    ]


def test_assign_swap_of_two_bands_ends_both(store):
    store.assign(1, "bed-1", START_UTC_S)
    store.assign(2, "bed-2", START_UTC_S)
    store.assign(1, "bed-2", START_UTC_S + HOUR_S)
    open_spans = [span for span in spans(store) if span[2] is None]
    assert open_spans == [(1, START_UTC_S + HOUR_S, None)]


def test_assign_what_holds_already_changes_nothing(store):
    first = store.assign(BAND_ID, "bed-1", START_UTC_S)
    assert store.assign(BAND_ID, "bed-1", START_UTC_S + HOUR_S) == first
    assert spans(store) == [(BAND_ID, START_UTC_S, None)]


@pytest.mark.parametrize("from_utc_s", [START_UTC_S - 1, START_UTC_S])
def test_assign_before_what_holds_is_refused_and_nothing_changes(store, from_utc_s):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    with pytest.raises(InputError, match="P-0012ABCD"):
        store.assign(BAND_ID, "bed-2", from_utc_s)
    assert spans(store) == [(BAND_ID, START_UTC_S, None)]
    assert [infant.code for infant in store.infants()] == ["bed-1"]


def test_assign_into_an_ended_assignment_is_refused(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.assign(BAND_ID, "bed-2", START_UTC_S + HOUR_S)
    with pytest.raises(InputError):
        store.assign(BAND_ID + 1, "bed-1", START_UTC_S + HOUR_S - 1)


def audit(store):
    """Return what the audit tells, in order: when, what, band, infant, from, to, target, who."""
    return [
        (
            row.when_utc_s,
            row.what,
            row.band_id,
            row.infant,
            row.from_utc_s,
            row.to_utc_s,
            row.target_minutes,
            row.who,
        )
        for row in reversed(store.audit.rows())
    ]


def test_release_ends_the_open_assignment(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.release(BAND_ID, START_UTC_S + HOUR_S, when_utc_s=WHEN_UTC_S)
    assert spans(store) == [(BAND_ID, START_UTC_S, START_UTC_S + HOUR_S)]
    store.assign(BAND_ID, "bed-2", START_UTC_S + HOUR_S)
    assert spans(store, "bed-2") == [(BAND_ID, START_UTC_S + HOUR_S, None)]


@pytest.mark.parametrize("at_utc_s", [START_UTC_S - 1, START_UTC_S])
def test_release_before_the_assignment_is_refused_and_nothing_changes(store, at_utc_s):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    before = store.content_digest()
    with pytest.raises(InputError, match="P-0012ABCD"):
        store.release(BAND_ID, at_utc_s, when_utc_s=WHEN_UTC_S)
    assert store.content_digest() == before


def test_release_of_a_band_without_an_infant_is_refused(store):
    with pytest.raises(InputError, match="P-0012ABCD belongs to no infant"):
        store.release(BAND_ID, START_UTC_S, when_utc_s=WHEN_UTC_S)
    assert store.bands() == []
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.release(BAND_ID, START_UTC_S + 1, when_utc_s=WHEN_UTC_S)
    with pytest.raises(InputError, match="belongs to no infant"):
        store.release(BAND_ID, START_UTC_S + 2, when_utc_s=WHEN_UTC_S)


def test_unassign_reopens_what_it_had_ended_of_band_and_infant(store):
    store.assign(1, "bed-1", START_UTC_S)
    store.assign(2, "bed-2", START_UTC_S)
    store.assign(1, "bed-2", START_UTC_S + HOUR_S)
    store.unassign(1, when_utc_s=WHEN_UTC_S)
    assert spans(store) == [(1, START_UTC_S, None), (2, START_UTC_S, None)]


def test_unassign_leaves_a_release_at_the_same_second_as_it_was(store):
    store.assign(1, "bed-1", START_UTC_S)
    store.release(1, START_UTC_S + HOUR_S, when_utc_s=WHEN_UTC_S)
    store.assign(1, "bed-2", START_UTC_S + HOUR_S)
    store.unassign(1, when_utc_s=WHEN_UTC_S)
    assert spans(store) == [(1, START_UTC_S, START_UTC_S + HOUR_S)]


def test_unassign_reopens_only_up_to_the_next_assignment(store):
    # Band 1 went from bed-1 to bed-2 by mistake, and bed-1 has another band since.
    store.assign(1, "bed-1", START_UTC_S)
    store.assign(1, "bed-2", START_UTC_S + HOUR_S)
    store.assign(2, "bed-1", START_UTC_S + 2 * HOUR_S)
    store.unassign(1, when_utc_s=WHEN_UTC_S)
    assert spans(store) == [
        (1, START_UTC_S, START_UTC_S + 2 * HOUR_S),
        (2, START_UTC_S + 2 * HOUR_S, None),
    ]
    # Taking that one back, too, leads back to the beginning.
    store.unassign(2, when_utc_s=WHEN_UTC_S)
    assert spans(store) == [(1, START_UTC_S, None)]


def test_unassign_of_a_slip_forgets_its_infant_and_a_band_never_met(store):
    store.ensure_band(BAND_ID, START_UTC_S)
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.assign(BAND_ID + 1, "bde-1", START_UTC_S)
    store.unassign(BAND_ID + 1, when_utc_s=WHEN_UTC_S)
    assert [infant.code for infant in store.infants()] == ["bed-1"]
    assert [band.band_id for band in store.bands()] == [BAND_ID]


def test_unassign_keeps_a_band_of_which_records_are_held(store):
    add(store, 0, 2)
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.unassign(BAND_ID, when_utc_s=WHEN_UTC_S)
    assert [band.band_id for band in store.bands()] == [BAND_ID]
    assert store.held_ranges(BAND_ID, 0x10C0FFEE) == [(0, 1)]


SAID = {
    "admitted": sa.update(schema.infant).values(admitted_utc_s=START_UTC_S),
    "handed over": sa.insert(schema.handover).values(
        infant_id=1, utc_s=START_UTC_S, caregiver="aunt", who="Amina", when_utc_s=WHEN_UTC_S
    ),
    "remarked on": sa.insert(schema.remark).values(
        infant_id=1, kind="low-hours", who="Amina", when_utc_s=WHEN_UTC_S
    ),
    "reviewed": sa.insert(schema.session_review).values(
        infant_id=1, verdict="missed", who="Amina", when_utc_s=WHEN_UTC_S
    ),
    "shown to its family": sa.insert(schema.family_link).values(
        infant_id=1, token_hash="00", who="Amina", begun_utc_s=WHEN_UTC_S
    ),
}


def event(who):
    """Return what adds an event of an alert that somebody caused; "" for the machine."""
    values = dict.fromkeys(("kind", "action", "reason", "target", "values"), "")
    return sa.insert(schema.alert_event).values(
        infant_id=1, utc_s=0, told_utc_s=0, who=who, **values
    )


@pytest.mark.parametrize("said", [*SAID.values(), event("Amina")], ids=[*SAID, "answered for"])
def test_unassign_keeps_an_infant_that_somebody_spoke_of(store, said):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    with store._writing() as connection:
        connection.execute(said)
    store.unassign(BAND_ID, when_utc_s=WHEN_UTC_S)
    assert [infant.code for infant in store.infants()] == ["bed-1"]


def test_unassign_drops_an_infant_of_which_only_the_machine_told(store):
    store.assign(BAND_ID, "bde-1", START_UTC_S)
    with store._writing() as connection:
        connection.execute(event(""))
    store.unassign(BAND_ID, when_utc_s=WHEN_UTC_S)
    assert store.infants() == []


def test_unassign_of_a_band_without_one_is_refused_and_makes_no_band(store):
    with pytest.raises(InputError, match="P-0012ABCD has no assignment"):
        store.unassign(BAND_ID, when_utc_s=WHEN_UTC_S)
    assert store.bands() == []


def test_audit_tells_every_change_and_outlives_what_it_tells_of(store):
    first, second = START_UTC_S, START_UTC_S + HOUR_S
    store.assign(1, "bed-1", first, when_utc_s=WHEN_UTC_S)
    store.assign(1, "bed-1", second, when_utc_s=WHEN_UTC_S)
    store.assign(1, "bde-2", second, when_utc_s=WHEN_UTC_S + 1, who="Amina")
    store.unassign(1, when_utc_s=WHEN_UTC_S + 2, who="Bilal")
    store.release(1, second, when_utc_s=WHEN_UTC_S + 3, who="Amina")
    assert audit(store) == [
        (WHEN_UTC_S, "assigned", 1, "bed-1", first, None, None, None),
        (WHEN_UTC_S + 1, "ended", 1, "bed-1", first, second, None, "Amina"),
        (WHEN_UTC_S + 1, "assigned", 1, "bde-2", second, None, None, "Amina"),
        (WHEN_UTC_S + 2, "reopened", 1, "bed-1", first, None, None, "Bilal"),
        (WHEN_UTC_S + 2, "removed", 1, "bde-2", second, None, None, "Bilal"),
        (WHEN_UTC_S + 3, "ended", 1, "bed-1", first, second, None, "Amina"),
    ]
    assert [infant.code for infant in store.infants()] == ["bed-1"]


def test_audit_tells_every_target_and_only_what_changed(store):
    store.ensure_infant("bed-1")
    for hours, who in ((12.5, "Amina"), (12.5, "Bilal"), (None, None)):
        store.set_target("bed-1", hours, when_utc_s=WHEN_UTC_S, who=who)
    assert audit(store) == [
        (WHEN_UTC_S, "target", None, "bed-1", None, None, 750, "Amina"),
        (WHEN_UTC_S, "target", None, "bed-1", None, None, None, None),
    ]


changes = st.tuples(
    st.sampled_from(["assign", "release", "unassign"]),
    st.integers(1, 3),
    st.sampled_from(["bed-1", "bed-2", "bed-3"]),
    st.integers(0, 12),
)


@given(st.lists(changes, max_size=14))
def test_any_changes_never_let_assignments_overlap(steps):
    # Goal: a record belongs to one infant at most, an infant has one band at most. Method: any
    # changes by three bands and infants; those that are refused change nothing.
    with Store.open("sqlite://") as store:
        for what, band_id, code, hour in steps:
            before = store.content_digest()
            try:
                if what == "assign":
                    store.assign(band_id, code, hour)
                elif what == "release":
                    store.release(band_id, hour, when_utc_s=0)
                else:
                    store.unassign(band_id, when_utc_s=0)
            except InputError:
                assert store.content_digest() == before
        given = store.assignments()
    for owner in ("band_id", "infant_id"):
        for key in {getattr(one, owner) for one in given}:
            own = [one for one in given if getattr(one, owner) == key]
            for one, after in pairwise(own):
                assert one.to_utc_s is not None
                assert one.to_utc_s <= after.from_utc_s
