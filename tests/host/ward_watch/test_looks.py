"""Whether a ward is looked at: a watch that hangs or has ended is noticed from outside of it."""

import asyncio
import threading

import pytest

from pouch_host.store import Store
from pouch_host.ward import WardSettings, WardWatch, WatchState, worker
from pouch_host.ward.looks import Looks
from tests.host import ward as made

PATIENCE_S = 60
NOW_UTC_S = made.START_UTC_S + 3 * 3600
WITHIN_S, PIECE_S = 60, 600


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def looks(clock):
    return Looks(NOW_UTC_S, clock, WITHIN_S, PIECE_S)


@pytest.fixture
def store(tmp_path):
    with Store.open(made.fill(tmp_path / "ward.db")) as opened:
        yield opened


@pytest.fixture
def watch(store, clock):
    settings = WardSettings(look_every_s=0.01, refresh_every_s=None)
    opened = WardWatch(store, clock=lambda: NOW_UTC_S, settings=settings, clock_s=clock)
    yield opened
    opened.stop()


class Hanging:
    """A call of the worker that hangs until it is let go."""

    def __init__(self, real):
        self._real = real
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, *args, **options):
        self.begun.set()
        assert self.go_on.wait(PATIENCE_S)
        return self._real(*args, **options)


def state_after(looks, clock, seconds):
    clock.now_s += seconds
    return looks.last().state


def test_looks_in_time_are_looks(looks, clock):
    for _ in range(5):
        assert state_after(looks, clock, WITHIN_S) is WatchState.LOOKING
        looks.end(NOW_UTC_S)


def test_worker_that_says_nothing_is_stopped_after_a_minute_and_back_with_a_look(looks, clock):
    looks.end(NOW_UTC_S + 7)
    assert state_after(looks, clock, WITHIN_S + 1) is WatchState.STOPPED
    last = looks.last()
    assert (last.looked_utc_s, last.ago_s) == (NOW_UTC_S + 7, WITHIN_S + 1)
    looks.end(NOW_UTC_S + 80)
    assert looks.last().state is WatchState.LOOKING


def test_long_piece_is_busy_and_stopped_if_it_never_ends(looks, clock):
    looks.end(NOW_UTC_S)
    looks.begin_piece()
    assert state_after(looks, clock, WITHIN_S + 1) is WatchState.BUSY
    assert state_after(looks, clock, PIECE_S) is WatchState.STOPPED
    # The next infant of many: it goes on.
    looks.begin_piece()
    assert looks.last().state is WatchState.BUSY


def test_first_look_that_goes_on_piece_by_piece_is_a_start(looks, clock):
    for _ in range(200):
        looks.begin_piece()
        assert state_after(looks, clock, 2) in {WatchState.LOOKING, WatchState.STARTING}
    assert looks.last().state is WatchState.STARTING
    assert state_after(looks, clock, WITHIN_S) is WatchState.BUSY
    looks.end(NOW_UTC_S)
    assert looks.last().state is WatchState.LOOKING


def test_look_that_fails_is_none(looks, clock):
    looks.end(NOW_UTC_S)
    looks.begin_piece()
    clock.now_s += WITHIN_S + 1
    looks.end(None)
    assert looks.last().state is WatchState.STOPPED


def test_worker_that_is_dead_is_stopped_at_once(looks):
    looks.end(NOW_UTC_S)
    looks.die()
    assert looks.last().state is WatchState.STOPPED


def until(holds):
    """Wait until the thread of a watch has done something."""

    async def waiting():
        while not holds():  # noqa: ASYNC110 - a thread is waited for
            await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(waiting(), PATIENCE_S))


def is_looking(watch):
    return not watch.board().reading and watch.last_look().state is WatchState.LOOKING


@pytest.mark.parametrize(
    ("name", "state"), [("read_facts", WatchState.STOPPED), ("row_of", WatchState.BUSY)]
)
def test_watch_that_hangs_is_noticed_while_it_hangs(watch, store, clock, monkeypatch, name, state):
    # Goal: a hang in reading is a stop; one in working out an infant may be a long piece.
    watch.start()
    until(lambda: is_looking(watch) and watch.board().infants)
    hanging = Hanging(getattr(worker, name))
    monkeypatch.setattr(worker, name, hanging)
    store.record_contact(made.BAND_ID, NOW_UTC_S)
    store.set_target(made.INFANT, 9, when_utc_s=NOW_UTC_S)
    assert hanging.begun.wait(PATIENCE_S)
    assert watch.last_look().state is WatchState.LOOKING
    clock.now_s += WITHIN_S + 1
    assert watch.last_look().state is state
    assert watch.is_running
    hanging.go_on.set()
    until(lambda: is_looking(watch))


def test_watch_whose_thread_dies_says_so_at_once_and_may_begin_anew(watch, monkeypatch):
    def die(*_args):
        raise ZeroDivisionError("a bug, also in telling of it")

    with monkeypatch.context() as broken:
        broken.setattr(watch._worker, "step", die)
        broken.setattr(watch._worker, "fail", die)
        watch.start()
        watch._thread.join(PATIENCE_S)
    assert not watch.is_running
    assert watch.last_look().state is WatchState.STOPPED
    watch.stop()
    assert watch.last_look().state is WatchState.STOPPED
    watch.start()
    until(lambda: is_looking(watch))


def test_watch_that_is_stopped_in_order_is_no_dead_one(watch):
    watch.start()
    until(lambda: is_looking(watch))
    watch.stop()
    assert watch.last_look().state is WatchState.LOOKING


def test_store_that_cannot_be_read_is_no_look(watch, store, clock):
    watch.step()
    store.close()
    store.system.file.write_bytes(b"a letter" * 1000)
    for _ in range(WITHIN_S + 1):
        clock.now_s += 1
        watch.step()
    assert watch.board().failure is not None
    assert watch.last_look().state is WatchState.STOPPED


def test_board_is_being_read_until_the_first_look_has_found_who_is_there(watch):
    assert watch.board().reading
    watch.step()
    assert not watch.board().reading
    assert [one.row.infant_code for one in watch.board().infants] == [made.INFANT]


def test_board_of_a_store_without_infants_is_read_after_one_look(tmp_path):
    with Store.open(tmp_path / "empty.db") as store:
        watch = WardWatch(store, clock=lambda: NOW_UTC_S)
        watch.step()
        assert not watch.board().reading
        assert watch.board().version == 1
        watch.stop()


def test_board_is_being_read_while_the_first_look_fails(watch, monkeypatch):
    def fail(*_args):
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(worker, "read_facts", fail)
        with pytest.raises(ZeroDivisionError):
            watch.step()
    assert watch.board().reading
