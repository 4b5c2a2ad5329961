"""What late records, assignments, zone, target and algorithm touch is derived anew, no more."""

import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from pouch_host import derive
from pouch_host.derive import ChangedDay, blocks
from pouch_host.errors import InputError, StoreError
from pouch_host.store import Store
from tests.host.analysis.made_samples import QUICK
from tests.host.derived_ward import (
    BAND_ID,
    DAY_S,
    HOUR_S,
    derived,
    derived_anew,
    pull,
)
from tests.host.test_cli import source_tree_env
from tests.host.ward import START_UTC_S

DAYS = 10
FIRST_DAY = date(2026, 3, 1)
NOW_UTC_S = START_UTC_S + DAYS * DAY_S + HOUR_S
INFANT = "bed-1"


def refresh(store, now_utc_s=NOW_UTC_S, **options):
    return derive.refresh(store, now_utc_s, **({"parameters": QUICK} | options))


def numbers(changed):
    """Return the numbers of days that changed, the first of March as 1."""
    changed = list(changed)
    assert not any(one.removed for one in changed)
    return sorted((one.date - FIRST_DAY).days + 1 for one in changed)


def assert_as_anew(store, now_utc_s=NOW_UTC_S, parameters=QUICK):
    assert derived(store) == derived_anew(store, now_utc_s, parameters=parameters)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Ten days of one infant, of which three hours of the third day have not come yet."""
    path = tmp_path_factory.mktemp("filled") / "ward.sqlite"
    with Store.open(path) as opened:
        opened.assign(BAND_ID, INFANT, START_UTC_S)
        pull(opened, [hour for hour in range(DAYS * 24) if not 60 <= hour < 63])
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ward.sqlite"


@pytest.fixture
def store(filled, path):
    shutil.copy(filled, path)
    with Store.open(path) as opened:
        yield opened


def test_first_refresh_derives_every_day_that_is_over(store):
    assert numbers(refresh(store)) == list(range(1, DAYS + 1))
    (infant,) = store.infants()
    days = store.derived.days(infant.infant_id)
    assert [day.date for day in days] == [FIRST_DAY + timedelta(days=n) for n in range(DAYS)]
    assert {day.algorithm_version for day in days} == {QUICK.algorithm_version}
    assert {day.zone for day in days} == {"UTC"}
    # Three hours of contact in every six, but for those that have not come yet.
    assert len(store.derived.sessions(infant.infant_id)) == DAYS * 4 - 1
    assert_as_anew(store)


def test_refresh_of_what_is_current_does_nothing_and_reads_no_record(store, monkeypatch):
    refresh(store)
    monkeypatch.setattr(Store, "records", lambda *_: pytest.fail("a record was read"))
    assert refresh(store) == []
    assert refresh(store, NOW_UTC_S + HOUR_S - 1) == []


def test_late_records_derive_exactly_the_day_they_belong_to(store):
    refresh(store)
    pull(store, range(60, 63))
    assert numbers(refresh(store)) == [3]
    assert refresh(store) == []
    assert_as_anew(store)


def test_late_records_near_midnight_derive_the_days_that_they_have_a_say_in():
    # The quick blocks are an hour long and look half an hour around them.
    with Store.open("sqlite://") as other:
        other.assign(BAND_ID, INFANT, START_UTC_S)
        pull(other, [hour for hour in range(4 * 24) if hour != 47])
        now_utc_s = START_UTC_S + 4 * DAY_S
        assert numbers(refresh(other, now_utc_s)) == [1, 2, 3, 4]
        pull(other, [47])
        assert numbers(refresh(other, now_utc_s)) == [2, 3]
        assert_as_anew(other, now_utc_s)


def test_late_records_derive_only_the_blocks_that_they_have_a_say_in(store, monkeypatch):
    refresh(store)
    asked = []
    real = blocks.minute_states

    def spy(samples, first_utc_s, minutes, **options):
        asked.append(((first_utc_s - START_UTC_S) / HOUR_S, minutes / 60))
        return real(samples, first_utc_s, minutes, **options)

    monkeypatch.setattr(blocks, "minute_states", spy)
    pull(store, range(60, 63))
    refresh(store)
    assert asked == [(59, 5)]


def test_records_of_today_change_no_stored_day(store):
    refresh(store)
    pull(store, [DAYS * 24 + 2])
    assert refresh(store, NOW_UTC_S + 3 * HOUR_S) == []
    assert refresh(store, NOW_UTC_S + DAY_S) == [
        ChangedDay(INFANT, FIRST_DAY + timedelta(days=DAYS))
    ]
    assert_as_anew(store, NOW_UTC_S + DAY_S)


def test_records_of_another_infants_band_change_nothing(store):
    store.assign(BAND_ID + 1, "bed-2", START_UTC_S)
    refresh(store)
    pull(store, range(30, 32), band_id=BAND_ID + 1)
    assert {one.infant_code for one in refresh(store)} == {"bed-2"}


def test_assignment_that_changes_derives_the_days_of_both_infants(store):
    refresh(store)
    store.assign(BAND_ID, "bed-2", START_UTC_S + 7 * DAY_S + 6 * HOUR_S)
    changed = refresh(store)
    assert [one for one in changed if one.removed] == [
        ChangedDay(INFANT, FIRST_DAY + timedelta(days=n), removed=True) for n in (8, 9)
    ]
    kept = [one for one in changed if not one.removed]
    assert numbers(one for one in kept if one.infant_code == INFANT) == [8]
    assert numbers(one for one in kept if one.infant_code == "bed-2") == [8, 9, 10]
    assert_as_anew(store)


def test_assignment_taken_back_removes_the_days_that_are_no_more(store):
    refresh(store)
    before = derived(store)
    store.assign(BAND_ID, "bde-2", START_UTC_S + 5 * DAY_S)
    refresh(store)
    store.unassign(BAND_ID, when_utc_s=NOW_UTC_S)
    # The last block of the fifth day looks half an hour over midnight.
    assert numbers(refresh(store)) == list(range(5, DAYS + 1))
    assert derived(store) == before


def test_infant_taken_back_takes_its_derived_rows_with_it(store):
    store.assign(BAND_ID + 1, "bde-2", START_UTC_S)
    refresh(store)
    store.unassign(BAND_ID + 1, when_utc_s=NOW_UTC_S)
    assert list(derived(store)) == [INFANT]
    assert len(store.derived.states()) == 1
    assert refresh(store) == []


def test_discharge_that_is_entered_late_shortens_its_day():
    with Store.open("sqlite://") as other:
        other.assign(BAND_ID, INFANT, START_UTC_S)
        pull(other, range(24))
        refresh(other)
        other.release(BAND_ID, START_UTC_S + 12 * HOUR_S, when_utc_s=NOW_UTC_S)
        (changed,) = [one for one in refresh(other) if not one.removed]
        assert changed == ChangedDay(INFANT, FIRST_DAY)
        assert_as_anew(other)


def test_zone_that_changes_derives_every_day_and_no_block(store, monkeypatch):
    refresh(store)
    store.set_zone("Asia/Karachi")
    monkeypatch.setattr(
        blocks, "minute_states", lambda *_a, **_o: pytest.fail("a block was derived")
    )
    changed = refresh(store)
    monkeypatch.undo()
    # Karachi is five hours ahead: the last day there ended five hours before the one in UTC.
    assert numbers(changed) == list(range(1, DAYS + 1))
    assert_as_anew(store)


def test_target_that_changes_derives_the_days_of_that_infant(store):
    store.assign(BAND_ID + 1, "bed-2", START_UTC_S)
    refresh(store)
    store.set_target(INFANT, 12, when_utc_s=NOW_UTC_S)
    changed = refresh(store)
    assert {one.infant_code for one in changed} == {INFANT}
    assert numbers(changed) == list(range(1, DAYS + 1))
    assert_as_anew(store)


def test_new_algorithm_derives_everything(store):
    refresh(store)
    newer = replace(QUICK, version="2-test", probability_min=0.9)
    assert numbers(refresh(store, parameters=newer)) == list(range(1, DAYS + 1))
    (infant,) = store.infants()
    rows = [
        *store.derived.blocks(infant.infant_id, 0, 1 << 40),
        *store.derived.days(infant.infant_id),
        *store.derived.sessions(infant.infant_id),
    ]
    assert {row.algorithm_version for row in rows} == {newer.algorithm_version}
    assert_as_anew(store, parameters=newer)


def test_refresh_anew_derives_everything_to_the_same_result(store):
    refresh(store)
    before = derived(store)
    assert numbers(refresh(store, anew=True)) == list(range(1, DAYS + 1))
    assert derived(store) == before


def test_refresh_of_one_infant_leaves_the_others(store):
    store.assign(BAND_ID + 1, "bed-2", START_UTC_S)
    assert {one.infant_code for one in refresh(store, infant_code="bed-2")} == {"bed-2"}
    assert {one.infant_code for one in refresh(store)} == {INFANT}
    with pytest.raises(InputError, match="bed-9"):
        refresh(store, infant_code="bed-9")


def test_refresh_tells_its_progress(store):
    store.assign(BAND_ID + 1, "bed-2", START_UTC_S)
    told = []
    refresh(store, on_progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_refresh_is_no_part_of_what_a_store_holds(store):
    before = store.content_digest()
    refresh(store)
    assert store.content_digest() == before


def test_refresh_that_fails_half_way_changes_nothing_and_the_next_one_mends_it(store, path):
    # Goal: no day beside blocks that it was not made of. Method: the last row cannot be written.
    refresh(store)
    before = derived(store)
    pull(store, range(60, 63))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON derived_infant "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with pytest.raises(StoreError, match="disk is full"):
        refresh(store)
    assert derived(store) == before
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    engine.dispose()
    assert numbers(refresh(store)) == [3]
    assert_as_anew(store)


KILLED = textwrap.dedent(
    """
    import os, sys
    import sqlalchemy as sa
    from pouch_host import derive
    from pouch_host.store import Store

    def die(_connection):
        os._exit(9)

    with Store.open(sys.argv[1]) as store:
        sa.event.listen(sa.Engine, "commit", die)
        derive.refresh(store, float(sys.argv[2]))
    """
)


def test_refresh_killed_before_its_commit_leaves_what_was_there(path):
    with Store.open(path) as store:
        store.assign(BAND_ID, INFANT, START_UTC_S)
        pull(store, range(48))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(START_UTC_S + 2 * DAY_S)],
        env=source_tree_env(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 9, done.stderr
    with Store.open(path) as store:
        assert derived(store) == {INFANT: ([], [], [])}
        assert numbers(refresh(store, START_UTC_S + 2 * DAY_S)) == [1, 2]


def test_days_read_through_and_store_what_they_had_to_derive(store):
    days = derive.infant_days(store, NOW_UTC_S, parameters=QUICK)
    assert refresh(store) == []
    assert derive.infant_days(store, NOW_UTC_S, parameters=QUICK) == days


def test_days_of_a_discharged_infant_are_read_and_not_derived(store, monkeypatch):
    store.release(BAND_ID, START_UTC_S + 5 * DAY_S, when_utc_s=NOW_UTC_S)
    days = derive.infant_days(store, NOW_UTC_S, parameters=QUICK)
    monkeypatch.setattr(Store, "records", lambda *_: pytest.fail("a record was read"))
    assert derive.infant_days(store, NOW_UTC_S, parameters=QUICK) == days
    assert len(days[0].days) == len(days[0].band_days) == 5


def test_days_asked_for_a_past_are_as_they_were_and_change_nothing_stored(store):
    refresh(store)
    before = derived(store)
    past_utc_s = START_UTC_S + 4 * DAY_S + 6 * HOUR_S
    (infant,) = derive.infant_days(store, past_utc_s, parameters=QUICK)
    assert [day.elapsed_minutes for day in infant.days] == [1440] * 4 + [360]
    assert derived(store) == before


def test_days_of_a_store_that_cannot_be_written_are_the_same(store, monkeypatch):
    monkeypatch.setattr(type(store.derived), "writable", property(lambda _: False))
    days = derive.infant_days(store, NOW_UTC_S, parameters=QUICK)
    assert derived(store) == {INFANT: ([], [], [])}
    monkeypatch.undo()
    assert derive.infant_days(store, NOW_UTC_S, parameters=QUICK) == days


def test_sample_of_a_time_ahead_counts_once_it_is_no_longer_ahead(store):
    # A host's clock was wrong, or the days are asked for as of a past.
    early_utc_s = START_UTC_S + 2 * DAY_S + HOUR_S
    refresh(store, early_utc_s)
    assert_as_anew(store, early_utc_s)
    refresh(store)
    assert_as_anew(store)
