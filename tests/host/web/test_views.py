"""Looks at infants are noted once in a while, together, and hold nobody up."""

import threading

import pytest

from pouch_host.errors import StoreError
from pouch_host.store import Store
from pouch_host.web.views import AGAIN_S, ViewLog

PATIENCE_S = 60
NOW_UTC_S = 1_772_400_000


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "ward.db") as opened:
        yield opened


def viewed(store):
    return [(row.who, row.infant, row.when_utc_s) for row in store.audit.rows()[::-1]]


def test_only_what_was_not_looked_at_lately_is_noted(store):
    views = ViewLog(store)
    views.note("Amina", ["bed-1"], NOW_UTC_S)
    views.note("Amina", ["bed-1", "bed-2"], NOW_UTC_S + 1)
    views.note("Samina", ["bed-1"], NOW_UTC_S + 2)
    views.note("Amina", [], NOW_UTC_S + 3)
    views.note("Amina", ["bed-1", "bed-2"], NOW_UTC_S + AGAIN_S)
    assert viewed(store) == [
        ("Amina", "bed-1", NOW_UTC_S),
        ("Amina", "bed-2", NOW_UTC_S + 1),
        ("Samina", "bed-1", NOW_UTC_S + 2),
        ("Amina", "bed-1", NOW_UTC_S + AGAIN_S),
    ]


def test_look_that_cannot_be_noted_is_tried_again(store, monkeypatch):
    views = ViewLog(store)

    def fail(*_args, **_options):
        raise StoreError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(store.audit, "note_views", fail)
        with pytest.raises(StoreError):
            views.note("Amina", ["bed-1"], NOW_UTC_S)
    views.note("Amina", ["bed-1"], NOW_UTC_S)
    assert viewed(store) == [("Amina", "bed-1", NOW_UTC_S)]


def test_store_that_is_slow_holds_up_only_who_waits_for_it(store, monkeypatch):
    views = ViewLog(store)
    views.note("Samina", ["bed-2"], NOW_UTC_S)
    writes, go_on = threading.Event(), threading.Event()
    real = store.audit.note_views

    def slow(codes, **options):
        codes = list(codes)
        if codes:
            writes.set()
            assert go_on.wait(PATIENCE_S)
        real(codes, **options)

    monkeypatch.setattr(store.audit, "note_views", slow)
    first = threading.Thread(target=views.note, args=("Amina", ["bed-1"], NOW_UTC_S))
    other = threading.Thread(target=views.note, args=("Samina", ["bed-2"], NOW_UTC_S + 1))
    first.start()
    assert writes.wait(PATIENCE_S)
    other.start()
    other.join(PATIENCE_S)
    was_held_up = other.is_alive()
    go_on.set()
    first.join(PATIENCE_S)
    other.join(PATIENCE_S)
    assert not was_held_up
    assert ("Amina", "bed-1", NOW_UTC_S) in viewed(store)
