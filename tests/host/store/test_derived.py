import os
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from pouch_host.errors import StoreError
from pouch_host.store import (
    Derived,
    DerivedBlock,
    DerivedDay,
    DerivedSession,
    DerivedState,
    Store,
)
from tests.host.store.plain_records import BAND_ID, START_UTC_S

STATE = DerivedState("inputs", START_UTC_S, None)
BLOCK_S = 3600


def block(number, fingerprint=b"one"):
    return DerivedBlock(START_UTC_S + number * BLOCK_S, "1", fingerprint, bytes(1000))


def day(number, results="{}"):
    return DerivedDay(date(2026, 3, number), "1", "UTC", results)


def session(number):
    begin_utc_s = START_UTC_S + number * BLOCK_S
    return DerivedSession(
        begin_utc_s, begin_utc_s + 1800, "1", 28, 1, 1, True, False, "mother", 0.9
    )


@pytest.fixture
def infant_id(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    (infant,) = store.infants()
    return infant.infant_id


def rows(store, infant_id):
    tables = store.derived
    return (
        tables.blocks(infant_id, 0, 1 << 40),
        tables.days(infant_id),
        tables.sessions(infant_id),
    )


def test_derived_rows_come_back_as_they_were_put(store, infant_id):
    assert rows(store, infant_id) == ([], [], [])
    whole = Derived(STATE, [block(1), block(2)], [], [day(1), day(2)], [], [session(1)])
    assert store.derived.replace(infant_id, whole)
    assert rows(store, infant_id) == ([block(1), block(2)], [day(1), day(2)], [session(1)])
    assert store.derived.states() == {infant_id: STATE}
    assert store.derived.fingerprints(infant_id) == {
        block(number).begin_utc_s: b"one" for number in (1, 2)
    }
    only = block(2).begin_utc_s
    assert store.derived.blocks(infant_id, only, only) == [block(2)]


def test_derived_rows_change_as_told_and_the_others_stay(store, infant_id):
    store.derived.replace(
        infant_id,
        Derived(STATE, [block(n) for n in range(4)], [], [day(n) for n in (1, 2, 3)], [], []),
    )
    later = replace(STATE, inputs="other", until_utc_s=START_UTC_S + 1)
    change = Derived(
        later,
        [block(2, b"two"), block(9)],
        [block(0).begin_utc_s],
        [day(2, "[]")],
        [date(2026, 3, 3)],
        [session(3)],
    )
    store.derived.replace(infant_id, change)
    assert rows(store, infant_id) == (
        [block(1), block(2, b"two"), block(3), block(9)],
        [day(1), day(2, "[]")],
        [session(3)],
    )
    assert store.derived.states() == {infant_id: later}


def test_derived_of_more_blocks_than_a_statement_takes_is_replaced(store, infant_id):
    many = [block(number) for number in range(1500)]
    store.derived.replace(infant_id, Derived(STATE, many))
    store.derived.replace(infant_id, Derived(STATE, [], [one.begin_utc_s for one in many]))
    assert rows(store, infant_id)[0] == []


def test_derived_of_an_infant_taken_back_is_not_stored(store, infant_id):
    store.unassign(BAND_ID, when_utc_s=START_UTC_S)
    assert not store.derived.replace(infant_id, Derived(STATE, [block(1)]))
    assert store.derived.states() == {}


def test_derived_rows_go_with_their_infant(store, infant_id):
    store.derived.replace(infant_id, Derived(STATE, [block(1)], [], [day(1)], [], [session(1)]))
    store.unassign(BAND_ID, when_utc_s=START_UTC_S)
    assert rows(store, infant_id) == ([], [], [])
    assert store.derived.states() == {}


def test_derived_failing_half_way_changes_nothing(store, infant_id, path):
    store.derived.replace(infant_id, Derived(STATE, [block(1)], [], [day(1)]))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON derived_session "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    engine.dispose()
    with pytest.raises(StoreError, match="disk is full"):
        store.derived.replace(
            infant_id, Derived(STATE, [block(1, b"two")], [], [], [date(2026, 3, 1)], [session(1)])
        )
    assert rows(store, infant_id) == ([block(1)], [day(1)], [])


def test_derived_rows_are_no_part_of_the_digest(store, infant_id):
    before = store.content_digest()
    store.derived.replace(infant_id, Derived(STATE, [block(1)], [], [day(1)], [], [session(1)]))
    assert store.content_digest() == before


def test_writable_file_is_and_one_on_a_disk_that_can_only_be_read_is_not(path, monkeypatch):
    with Store.open(path) as store:
        assert store.derived.writable
    with Store.open("sqlite://") as store:
        assert store.derived.writable
    monkeypatch.setattr(os, "access", lambda *_: False)
    with Store.open(path, create=False) as store:
        assert not store.derived.writable
