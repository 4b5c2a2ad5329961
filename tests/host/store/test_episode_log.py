import pytest

from pouch_host.errors import StoreError
from pouch_host.store import Store
from pouch_host.store.episode_log import LogSource, Span, SpanKind

HOUR_S = 3600
BEGIN_UTC_S = 1_772_323_200
NOW_UTC_S = BEGIN_UTC_S + 48 * HOUR_S


def episode(begin_h, end_h):
    length_s = (end_h - begin_h) * HOUR_S
    begin_utc_s = BEGIN_UTC_S + begin_h * HOUR_S
    return Span(SpanKind.EPISODE, begin_utc_s, begin_utc_s + length_s, length_s)


ROWS = [("bed-1", episode(0, 2)), ("bed-1", episode(4, 5)), ("bed-2", episode(0, 1))]


@pytest.fixture
def filled(store):
    for code in ("bed-1", "bed-2"):
        store.ensure_infant(code)
    return store


def add(store, rows=ROWS, source=LogSource.DIARY, **options):
    return store.logs.add(source, rows, when_utc_s=NOW_UTC_S, sha256="ab" * 32, **options)


def held(store, code="bed-1"):
    (infant,) = [one for one in store.infants() if one.code == code]
    return store.logs.of_infant(infant.infant_id)


def test_log_is_kept_by_source_and_in_order(filled):
    done = add(filled, [ROWS[1], ROWS[0], ROWS[2]])
    assert (done.added, done.unchanged, done.refused) == (3, 0, {})
    assert held(filled) == {LogSource.DIARY: (ROWS[0][1], ROWS[1][1])}
    add(filled, ROWS[:1], LogSource.OBSERVER)
    assert set(held(filled)) == {LogSource.DIARY, LogSource.OBSERVER}


def test_import_is_in_the_audit_once(filled):
    add(filled)
    add(filled)
    (row,) = [one for one in filled.audit.rows() if one.what == "imported"]
    assert row.detail == {
        "kind": "diary", "added": 3, "removed": 0, "infants": 2, "sha256": "ab" * 32,
    }  # fmt: skip


def test_same_log_twice_changes_nothing(filled):
    add(filled)
    before = filled.content_digest()
    done = add(filled)
    assert (done.added, done.unchanged) == (0, 3)
    assert filled.content_digest() == before


def test_one_refused_row_keeps_all_out(filled):
    before = filled.content_digest()
    done = add(filled, [*ROWS, ("bed-9", episode(0, 1))])
    assert done.refused == {3: "there is no infant 'bed-9' in the store"}
    assert filled.content_digest() == before


def test_row_that_overlaps_what_is_there_is_refused(filled):
    add(filled)
    before = filled.content_digest()
    done = add(filled, [("bed-1", episode(1, 3)), ("bed-1", episode(6, 7))])
    assert set(done.refused) == {0}
    assert "--replace" in done.refused[0]
    assert filled.content_digest() == before


def test_replace_takes_out_what_the_source_said_of_these_infants(filled):
    add(filled)
    done = add(filled, [("bed-1", episode(1, 3))], replace=True)
    assert (done.added, done.removed) == (1, 2)
    assert held(filled) == {LogSource.DIARY: (episode(1, 3),)}
    assert held(filled, "bed-2") == {LogSource.DIARY: (ROWS[2][1],)}
    # The same again is no change.
    assert add(filled, [("bed-1", episode(1, 3))], replace=True).removed == 0


def test_dry_run_changes_nothing_and_tells_the_same(filled):
    before = filled.content_digest()
    assert add(filled, dry_run=True) == add(filled, dry_run=True)
    assert filled.content_digest() == before
    assert add(filled, dry_run=True) == add(filled)


def test_infant_with_a_log_outlives_a_slip_of_the_keyboard(path):
    with Store.open(path) as store:
        store.assign(5, "bed-1", BEGIN_UTC_S)
        add(store, ROWS[:1])
        store.unassign(5, when_utc_s=NOW_UTC_S)
        assert [infant.code for infant in store.infants()] == ["bed-1"]


def test_contact_that_does_not_fit_is_refused_by_the_store(filled):
    span = Span(SpanKind.SLOT, BEGIN_UTC_S, BEGIN_UTC_S + 60, 61)
    with pytest.raises(StoreError, match="within_span"):
        add(filled, [("bed-1", span)])
