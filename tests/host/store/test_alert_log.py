"""What the alerts know and told: all of it changes together, and only for who has read it."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pouch_host.errors import StoreError
from pouch_host.store import Store
from pouch_host.store.alert_log import AlertState, Deed, EventRow

STATE = AlertState(1, 0, "alerts-2", "{}", "[]")
EVENT = EventRow("raised", 100, 160, "cold_stress", 1, "seek_care", "", "", "", {"core_c": 35.9})
DEED = Deed(
    "r1", "alert_acknowledged", "Amina", 200, "bed-1", '{"changed": true}', {"alert_id": 1}
)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "ward.sqlite") as opened:
        opened.ensure_infant("bed-1")
        opened.ensure_infant("bed-2")
        yield opened


def everything(store):
    tables = ("alert_state", "alert_event", "done_request", "audit")
    with store._reading() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]
            for name in tables
        }


def test_state_that_was_never_kept_has_revision_0(store):
    assert store.alerts.state(1) == AlertState(1)
    assert store.alerts.revisions() == {}


def test_keep_counts_the_revision_and_adds_events_in_order(store):
    assert store.alerts.keep(STATE, [EVENT, replace(EVENT, kind="rang")])
    assert store.alerts.state(1) == replace(STATE, revision=1)
    assert store.alerts.keep(replace(STATE, revision=1, state="[1]"), [])
    assert store.alerts.revisions() == {1: 2}
    rang, raised = store.alerts.events(1)
    assert (raised.kind, rang.kind) == ("raised", "rang")
    assert raised == replace(EVENT, event_id=1, infant_id=1)


@pytest.mark.parametrize("revision", [0, 2, 7])
def test_keep_of_a_state_that_another_one_has_changed_does_nothing(store, revision):
    store.alerts.keep(STATE, [EVENT])
    before = everything(store)
    assert not store.alerts.keep(replace(STATE, revision=revision), [EVENT], DEED)
    assert everything(store) == before


def test_keep_of_a_request_that_was_done_does_nothing(store):
    assert store.alerts.keep(STATE, [EVENT], DEED)
    before = everything(store)
    assert not store.alerts.keep(replace(STATE, revision=1), [EVENT], DEED)
    assert everything(store) == before
    assert json.loads(store.alerts.outcome("r1") or "") == {"changed": True}
    assert store.alerts.outcome("r2") is None


def test_keep_of_an_infant_that_is_gone_does_nothing(store):
    assert not store.alerts.keep(replace(STATE, infant_id=9), [EVENT], DEED)
    assert store.alerts.outcome("r1") is None


def test_deed_goes_into_the_audit_with_who(store):
    store.alerts.keep(STATE, [], DEED)
    (row,) = store.audit.rows()
    assert (row.what, row.who, row.infant, row.when_utc_s, row.detail) == (
        "alert_acknowledged", "Amina", "bed-1", 200, {"alert_id": 1},
    )  # fmt: skip


def test_deed_that_changed_nothing_is_remembered_and_not_in_the_audit(store):
    store.alerts.keep(STATE, [], replace(DEED, what=""))
    assert store.audit.rows() == []
    assert store.alerts.outcome("r1") is not None


@pytest.mark.parametrize("table", ["alert_state", "alert_event", "done_request", "audit"])
def test_full_disk_at_any_table_leaves_all_as_it_was(store, table):
    with store._writing() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER full BEFORE INSERT ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    before = everything(store)
    with pytest.raises(StoreError, match="disk is full"):
        store.alerts.keep(STATE, [EVENT], DEED)
    assert everything(store) == before


def test_events_are_of_one_infant_or_all_newest_first_by_page_and_by_time(store):
    store.alerts.keep(STATE, [replace(EVENT, told_utc_s=at) for at in range(5)])
    store.alerts.keep(replace(STATE, infant_id=2), [replace(EVENT, told_utc_s=9)])
    assert [event.told_utc_s for event in store.alerts.events(1)] == [4, 3, 2, 1, 0]
    assert store.alerts.events()[0].told_utc_s == 9
    assert [event.told_utc_s for event in store.alerts.events(1, limit=2)] == [4, 3]
    second = store.alerts.events(1, limit=2)[-1]
    assert [e.told_utc_s for e in store.alerts.events(1, before_id=second.event_id)] == [2, 1, 0]
    assert [event.told_utc_s for event in store.alerts.events(1, from_utc_s=3)] == [4, 3]


def test_old_requests_are_forgotten(store):
    store.alerts.keep(STATE, [], DEED)
    store.alerts.forget_requests(DEED.when_utc_s)
    assert store.alerts.outcome("r1") is not None
    store.alerts.forget_requests(DEED.when_utc_s + 1)
    assert store.alerts.outcome("r1") is None


def test_change_mark_tells_each_change_once_whoever_made_it(store):
    mark = store.change_mark()
    assert mark.is_new()
    assert not mark.is_new()
    store.ensure_infant("bed-3")
    assert mark.is_new()
    assert not mark.is_new()
    with Store.open(store.name) as other:
        other.ensure_infant("bed-4")
    assert mark.is_new()
    assert not mark.is_new()
    mark.close()
    assert mark.is_new()
    mark.close()


def test_change_mark_of_a_store_in_memory_always_says_so():
    with Store.open("sqlite://") as memory:
        mark = memory.change_mark()
        assert mark.is_new()
        assert mark.is_new()
