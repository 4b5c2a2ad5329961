from datetime import date

import pytest

from pouch_host.errors import InputError
from pouch_host.store.lists import ListedAssignment, ListedInfant

DAY_S = 86_400
BEGIN_UTC_S = 1_772_323_200
NOW_UTC_S = BEGIN_UTC_S + 30 * DAY_S


def infants(store, *rows, **options):
    return store.lists.add_infants(rows, when_utc_s=NOW_UTC_S, **options)


def assignments(store, *rows, **options):
    return store.lists.add_assignments(rows, when_utc_s=NOW_UTC_S, **options)


def day(number):
    return BEGIN_UTC_S + number * DAY_S


def worn(store):
    codes = {infant.infant_id: infant.code for infant in store.infants()}
    return [
        (one.band_id, codes[one.infant_id], one.from_utc_s, one.to_utc_s)
        for one in store.assignments()
    ]


def test_new_infants_are_admitted_with_the_target_of_the_programme(store):
    done = infants(store, ListedInfant("s-01", 1400, 220, day(0)), ListedInfant("s-02"))
    assert (done.added, done.refused) == (2, {})
    first, second = store.infants()
    assert (first.weight_g, first.gestation_days, first.admitted_utc_s) == (1400, 220, day(0))
    assert first.target_minutes == 15 * 60
    assert (second.admitted_utc_s, second.target_minutes) == (NOW_UTC_S, None)
    assert [row.what for row in store.audit.rows()] == ["admitted", "admitted"]


def test_what_the_store_does_not_know_is_filled_in(store):
    store.ensure_infant("s-01")
    done = infants(store, ListedInfant("s-01", weight_g=1400, target_minutes=600))
    assert (done.added, done.changed) == (0, 1)
    (found,) = store.infants()
    assert (found.weight_g, found.target_minutes) == (1400, 600)
    assert infants(store, ListedInfant("s-01", weight_g=1400)).unchanged == 1


def test_date_of_birth_is_taken_in_and_filled_in(store):
    infants(store, ListedInfant("s-01", admitted_utc_s=day(0), born_on=date(2026, 2, 27)))
    infants(store, ListedInfant("s-02", admitted_utc_s=day(0)))
    done = infants(store, ListedInfant("s-02", born_on=date(2026, 3, 1)))
    assert (done.changed, done.refused) == (1, {})
    assert [one.born_on for one in store.infants()] == [date(2026, 2, 27), date(2026, 3, 1)]
    details = [row.detail for row in store.audit.rows()]
    assert details[0] == {"born_on": [None, "2026-03-01"]}
    assert details[2]["born_on"] == "2026-02-27"
    again = infants(store, ListedInfant("s-02", born_on=date(2026, 2, 28)))
    assert "born_on 2026-03-01, not 2026-02-28" in again.refused[0]


def test_nobody_is_born_after_the_band_of_the_list(store):
    infants(store, ListedInfant("s-01", admitted_utc_s=day(2), born_on=date(2026, 3, 3)))
    before = store.content_digest()
    done = assignments(store, ListedAssignment(7, "s-01", day(1), day(5)))
    assert "born 2026-03-03, after that `from`" in done.refused[0]
    assert store.content_digest() == before
    # A command says the same.
    with pytest.raises(InputError, match="born 2026-03-03"):
        store.assign(7, "s-01", day(1), when_utc_s=NOW_UTC_S)
    assert store.content_digest() == before
    assert assignments(store, ListedAssignment(7, "s-01", day(2), day(5))).added == 1


def test_list_that_says_another_thing_is_refused_as_a_whole(store):
    infants(store, ListedInfant("s-01", weight_g=1400))
    before = store.content_digest()
    done = infants(store, ListedInfant("s-02"), ListedInfant("s-01", weight_g=1500))
    assert set(done.refused) == {1}
    assert "weight_g 1400, not 1500" in done.refused[1]
    assert store.content_digest() == before


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ListedInfant("s/01"), "a code has letters"),
        (ListedInfant("s-01", weight_g=14), "no newborn's weight"),
        (ListedInfant("s-01", gestation_days=10), "born before 21"),
        (ListedInfant("s-01", admitted_utc_s=day(40)), "in the future"),
        (ListedInfant("s-01", born_on=date(2026, 4, 1)), "born 2026-04-01: that is in the future"),
        (ListedInfant("s-01", born_on=date(2025, 3, 1)), "more than a year before"),
        (
            ListedInfant("s-01", admitted_utc_s=day(0), born_on=date(2026, 3, 2)),
            "it was here before, on 2026-03-01",
        ),
    ],
)
def test_infant_that_cannot_be_is_refused(store, row, message):
    before = store.content_digest()
    assert message in infants(store, row).refused[0]
    assert store.content_digest() == before


def test_assignments_go_before_and_behind_those_that_are_there(store):
    infants(store, ListedInfant("s-01"), ListedInfant("s-02"))
    store.assign(7, "s-01", day(10))
    done = assignments(
        store,
        ListedAssignment(8, "s-02", day(3), day(9)),
        ListedAssignment(7, "s-02", day(1), day(2)),
        ListedAssignment(7, "s-01", day(4), day(8)),
    )
    assert (done.added, done.refused) == (3, {})
    assert worn(store) == [
        (7, "s-02", day(1), day(2)),
        (8, "s-02", day(3), day(9)),
        (7, "s-01", day(4), day(8)),
        (7, "s-01", day(10), None),
    ]


def test_list_that_has_grown_ends_what_lasted(store):
    infants(store, ListedInfant("s-01"), ListedInfant("s-02"))
    first = ListedAssignment(7, "s-01", day(1), None)
    assert assignments(store, first).added == 1
    assert assignments(store, first).unchanged == 1
    done = assignments(
        store,
        ListedAssignment(7, "s-02", day(5), None),
        ListedAssignment(7, "s-01", day(1), day(5)),
    )
    assert (done.added, done.changed, done.refused) == (1, 1, {})
    assert worn(store) == [(7, "s-01", day(1), day(5)), (7, "s-02", day(5), None)]


@pytest.mark.parametrize(
    "row",
    [
        ListedAssignment(7, "s-02", day(2), day(3)),
        ListedAssignment(8, "s-01", day(0), day(2)),
        ListedAssignment(7, "s-02", day(0), None),
        # The same with another end: the store says otherwise.
        ListedAssignment(7, "s-01", day(1), day(4)),
    ],
)
def test_assignment_in_the_way_of_another_is_refused(store, row):
    infants(store, ListedInfant("s-01"), ListedInfant("s-02"))
    assignments(store, ListedAssignment(7, "s-01", day(1), day(5)))
    before = store.content_digest()
    assert "another assignment" in assignments(store, row).refused[0]
    assert store.content_digest() == before


def test_assignment_of_an_infant_that_is_not_there_is_refused(store):
    before = store.content_digest()
    done = assignments(store, ListedAssignment(7, "s-01", day(1), None))
    assert "import the infants first" in done.refused[0]
    assert store.content_digest() == before


def test_dry_run_changes_nothing(store):
    before = store.content_digest()
    assert infants(store, ListedInfant("s-01"), dry_run=True).added == 1
    assert store.content_digest() == before
