"""The board of a ward that is watched: what a look finds, shows, and leaves alone."""

import asyncio
import gc
import tracemalloc
from threading import Thread

import pytest

from pouch_host import derive
from pouch_host.errors import StoreError
from pouch_host.store import Store
from pouch_host.ward import WardSettings, WardWatch, worker
from tests.host.derived_ward import HOUR_S, hour_bytes, pull
from tests.host.ward import BAND_ID, MINUTE_S, START_UTC_S

OTHER_ID = 0x00000009
NOW_UTC_S = START_UTC_S + 30 * HOUR_S + 100


@pytest.fixture
def store(tmp_path):
    """A ward of two infants that were pulled for thirty hours."""
    with Store.open(tmp_path / "ward.sqlite") as opened:
        for band_id, code in ((BAND_ID, "bed-1"), (OTHER_ID, "bed-2")):
            opened.assign(band_id, code, START_UTC_S)
            opened.record_contact(band_id, START_UTC_S, battery_mv=3950)
            pull(opened, range(30), band_id=band_id)
        yield opened


@pytest.fixture
def clock():
    return [float(NOW_UTC_S)]


@pytest.fixture
def ward(store, clock):
    made = WardWatch(store, clock=lambda: clock[0], settings=WardSettings(refresh_every_s=None))
    yield made
    made.stop()


def shown(ward):
    return {one.row.infant_code: one for one in ward.board().infants}


def test_board_before_the_first_look_is_empty_and_does_not_wait(ward):
    assert (ward.board().version, ward.board().infants) == (0, ())


def test_board_shows_the_rows_of_derive_with_the_ages_of_the_look(ward, store, clock):
    ward.step()
    rows = sorted((one.row for one in ward.board().infants), key=lambda row: row.infant_code)
    assert rows == derive.board(store, clock[0])
    clock[0] += 90
    ward.step()
    assert ward.board().infants[0].row.last_record_age_s == pytest.approx(
        (rows[0].last_record_age_s or 0) + 90
    )
    assert ward.board().now_utc_s == clock[0]


def test_new_records_are_on_the_board_after_one_look(ward, store, clock):
    ward.step()
    before, version = shown(ward)["bed-1"].row, ward.board().version
    pull(store, [30])
    clock[0] += HOUR_S
    ward.step()
    after = shown(ward)["bed-1"]
    assert ward.board().version == after.version > version
    assert after.row.last_record_utc_s == pytest.approx((before.last_record_utc_s or 0) + HOUR_S)
    assert after.row.ssc_hours > before.ssc_hours


def test_infant_without_news_keeps_its_version(ward, store, clock):
    ward.step()
    version = shown(ward)["bed-2"].version
    clock[0] += 20
    pull(store, [30])
    ward.step()
    assert shown(ward)["bed-1"].version > version
    assert shown(ward)["bed-2"].version == version


def test_thousand_looks_without_news_read_nothing_and_change_nothing(ward, monkeypatch):
    reads = []
    real = worker.read_facts
    monkeypatch.setattr(worker, "read_facts", lambda *a: (reads.append(1), real(*a))[1])
    for _ in range(3):
        ward.step()
    version, made = ward.board().version, len(reads)
    for _ in range(1000):
        ward.step()
    assert (ward.board().version, len(reads)) == (version, made)


def test_hours_and_coverage_go_on_without_records(ward, store, clock):
    ward.step()
    before = shown(ward)["bed-1"].row
    clock[0] += 2 * HOUR_S
    ward.step()
    after = shown(ward)["bed-1"].row
    assert after.coverage < before.coverage
    assert after.ssc_hours_upper > before.ssc_hours_upper
    assert sorted(
        (one.row for one in ward.board().infants), key=lambda row: row.infant_code
    ) == derive.board(store, clock[0])


def test_battery_and_contact_of_a_band_are_shown_without_new_records(ward, store, clock):
    ward.step()
    store.record_contact(BAND_ID, clock[0], battery_mv=3400)
    ward.step()
    row = shown(ward)["bed-1"].row
    assert (row.battery_mv, row.band_heard_utc_s) == (3400, NOW_UTC_S)
    assert shown(ward)["bed-1"].battery_low


def test_time_alone_makes_an_infant_stale_and_gives_it_a_new_version(ward, clock):
    ward.step()
    before = shown(ward)["bed-1"]
    assert not before.stale
    clock[0] += 700
    ward.step()
    after = shown(ward)["bed-1"]
    assert after.stale
    assert after.version > before.version


def test_contact_that_is_lost_is_told_with_its_time(ward, store, clock):
    pull(store, range(30, 33), together=False)
    pull(store, range(30, 33), together=False, band_id=OTHER_ID)
    clock[0] = START_UTC_S + 33 * HOUR_S
    ward.step()
    row = shown(ward)["bed-1"].row
    assert row.state == "infant_only"
    assert row.contact_lost_s == clock[0] - (row.contact_utc_s or 0)
    # Three hours of contact in every six: it ended with hour 27.
    assert row.contact_lost_s == pytest.approx(6 * HOUR_S, abs=5 * MINUTE_S)


def test_discharged_infant_and_new_one_come_and_go(ward, store, clock):
    ward.step()
    with store._writing() as connection:
        connection.exec_driver_sql(
            f"UPDATE infant SET discharged_utc_s = {NOW_UTC_S} WHERE code = 'bed-2'"
        )
    store.ensure_infant("bed-3")
    ward.step()
    assert set(shown(ward)) == {"bed-1", "bed-3"}


def test_changed_target_changes_the_ring_at_the_next_look(ward, store):
    ward.step()
    store.set_target("bed-1", 4.0, when_utc_s=NOW_UTC_S)
    ward.step()
    found = shown(ward)["bed-1"]
    assert found.row.target_h == 4.0
    assert found.confirmed_percent == pytest.approx(25 * found.row.ssc_hours, abs=0.1)


def test_store_that_cannot_be_read_is_told_and_infants_stay(ward, store, clock):
    ward.step()
    with store._writing() as connection:
        connection.exec_driver_sql("ALTER TABLE assignment RENAME TO gone")
    ward.step()
    failed = ward.board()
    assert failed.failure is not None
    assert "\n" not in failed.failure
    assert set(shown(ward)) == {"bed-1", "bed-2"}
    with store._writing() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO assignment")
    ward.step()
    assert ward.board().failure is None
    assert ward.board().version > failed.version


def test_newer_returns_at_once_if_there_is_one_and_else_with_the_next(ward, store):
    ward.step()

    async def wait():
        seen = ward.board().version
        assert (await ward.newer(seen - 1)).version == seen
        waiting = [asyncio.create_task(ward.newer(seen)) for _ in range(50)]
        await asyncio.sleep(0)
        store.record_contact(BAND_ID, NOW_UTC_S, battery_mv=3300)
        await asyncio.to_thread(ward.step)
        boards = await asyncio.wait_for(asyncio.gather(*waiting), 30)
        assert {board.version for board in boards} == {seen + 1}

    asyncio.run(wait())
    assert not ward._screen._waiting


def test_newer_that_is_given_up_leaves_nothing_behind(ward):
    ward.step()

    async def give_up():
        task = asyncio.create_task(ward.newer(ward.board().version))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(give_up())
    assert not ward._screen._waiting


def test_thread_of_its_own_looks_until_it_is_stopped(ward):
    async def first():
        return await asyncio.wait_for(ward.newer(0), 60)

    ward.start()
    assert asyncio.run(first()).version > 0
    ward.stop()
    assert ward._thread is None


def test_look_that_fails_for_a_bug_is_told_on_the_board_and_goes_on(ward, monkeypatch):
    # Goal: the worker never dies in silence.
    def fail(*_args):
        ward._stop.set()
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(worker, "read_facts", fail)
    ward._run()
    assert "ZeroDivisionError" in (ward.board().failure or "")


def test_infant_that_cannot_be_worked_out_is_told_and_keeps_no_other_from_it(
    ward, store, clock, monkeypatch
):
    made = worker.newest_day

    def day_of(context, infant, given):
        if infant.code == "bed-1":
            raise ZeroDivisionError("a bug")
        return made(context, infant, given)

    monkeypatch.setattr(worker, "newest_day", day_of)
    ward.step()
    assert list(shown(ward)) == ["bed-2"]
    assert ward.board().failure == "infant bed-1: ZeroDivisionError: a bug"
    clock[0] += 20 * MINUTE_S
    ward.step()
    # Silence is told of the other one all the same.
    assert [one.alert_class for one in shown(ward)["bed-2"].alerts] == ["stale"]
    assert ward.board().failure is not None
    monkeypatch.undo()
    clock[0] += 10 * MINUTE_S
    ward.step()
    assert sorted(shown(ward)) == ["bed-1", "bed-2"]
    assert ward.board().failure is None


def test_derived_days_are_kept_while_nobody_asks_and_records_forgotten(store, clock):
    ward = WardWatch(store, clock=lambda: clock[0])
    for _ in range(5):
        ward.step()
        ward._worker._upkeep._next_s = 0.0
    for infant in store.infants():
        assert [day.date.isoformat() for day in store.derived.days(infant.infant_id)] == [
            "2026-03-01"
        ]
    assert not store._records
    ward.stop()


def test_memory_of_a_ward_is_flat_from_the_third_day_on(store, ward, clock):
    # Goal: a computer that runs for months. Method: what this package holds, day by day.
    ours = tracemalloc.Filter(inclusive=True, filename_pattern="*/pouch_host/*")
    sizes = []
    tracemalloc.start()
    try:
        for hour in range(30, 106):
            for band_id in (BAND_ID, OTHER_ID):
                pull(store, [hour], band_id=band_id)
            clock[0] = START_UTC_S + (hour + 1) * HOUR_S
            if hour % 6 == 3:
                ward.step()
            if hour % 12 == 9:
                hour_bytes.cache_clear()
                gc.collect()
                found = tracemalloc.take_snapshot().filter_traces([ours])
                sizes.append(sum(trace.size for trace in found.traces))
    finally:
        tracemalloc.stop()
    # A day of two infants is 100 kB as bytes alone, and three times as much in time.
    assert max(sizes[-3:]) - sizes[-4] < 30_000
    assert sizes[-1] < 900_000


def test_store_that_could_not_be_written_is_tried_again_after_the_clock_is_set_back(ward, clock):
    ward.step()
    ward._worker.note_unwritten(StoreError("the disk is full"))
    clock[0] += 5
    ward.step()
    assert ward.board().failure == "the disk is full"
    clock[0] -= 6 * HOUR_S
    ward.step()
    assert ward.board().failure is None


def test_look_that_is_overtaken_hides_nothing_that_is_newer(ward, clock, monkeypatch):
    # Goal: what a request has asked of the alerts is never put over what the worker asked later.
    # Method: a second look tries to begin between the first one's question and its answer.
    ward.step()
    made, watched = ward._worker, ward._worker.watched("bed-1")
    standing, put = ward._desk.standing, ward._screen.put
    order, others = [], []

    def asked(*args):
        order.append("asked")
        if not others:
            others.append(Thread(target=made.show, args=(watched, clock[0])))
            others[0].start()
            # As long as the other one would need, if nothing kept it.
            others[0].join(0.2)
        return standing(*args)

    def shown_now(infant):
        order.append("put")
        put(infant)

    monkeypatch.setattr(ward._desk, "standing", asked)
    monkeypatch.setattr(ward._screen, "put", shown_now)
    made.show(watched, clock[0])
    others[0].join()
    assert order == ["asked", "put"] * 2
