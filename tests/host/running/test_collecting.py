"""The collector in a thread of a ward's process: stored in order, and seen when it hangs."""

import asyncio
import threading

import pytest

from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.running.collecting import Collecting, Reports
from pouch_host.store import Store
from pouch_host.system import PartName, Parts
from tests.host.collect.fake_band import (
    BAND_ID,
    KEY,
    LABEL,
    LOG_ID,
    NOW_UTC_S,
    FakeAdapter,
    FakeLink,
    ListSource,
    made_records,
)

PATIENCE_S = 20
KNOWN = KnownBands.of({LABEL: (KEY,)})


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


class InThread:
    """A collector that runs in a thread, as in a ward's process."""

    def __init__(self, store, adapter, parts=None):
        self.rounds, self.came = [], threading.Event()
        self.work = Collecting(
            store,
            lambda: adapter,
            KNOWN,
            300.0,
            parts or Parts(Clock()),
            clock=lambda: NOW_UTC_S,
            on_round=self._note,
        )
        self.fault = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _note(self, outcome):
        self.rounds.append(outcome)
        self.came.set()

    def _run(self):
        try:
            self.work.run(lambda: None)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            self.fault = error

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.work.stop()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


def test_bands_are_pulled_and_stop_ends_it(store):
    adapter = FakeAdapter({"AA:01": lambda: FakeLink(ListSource(made_records(12)))}, period_s=0.01)
    with InThread(store, adapter) as running:
        assert running.came.wait(PATIENCE_S)
    assert running.fault is None
    assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 11)]
    assert adapter.open == 0


def test_stop_in_the_middle_of_a_pull_stores_what_has_arrived(store):
    pulling = threading.Event()

    class Endless(FakeLink):
        async def receive(self, timeout_s):
            # Six replies, and the first half of the third message of records.
            if self.sent == 16:
                pulling.set()
                await asyncio.get_running_loop().create_future()
            return await super().receive(timeout_s)

    adapter = FakeAdapter({"AA:01": lambda: Endless(ListSource(made_records(500)))}, period_s=0.01)
    with InThread(store, adapter) as running:
        assert pulling.wait(PATIENCE_S)
    assert running.fault is None
    assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 2 * 46 - 1)]


def test_stop_before_the_run_ends_it_at_once(store):
    work = Collecting(
        store, lambda: FakeAdapter({}), KNOWN, 300.0, Parts(Clock()), clock=lambda: NOW_UTC_S
    )
    work.stop()
    work.run(lambda: None)


def test_adapter_that_is_missing_is_reported_and_the_run_goes_on(store):
    class Missing(FakeAdapter):
        async def hear(self, wanted, timeout_s):
            raise LinkError(LinkFailure.ADAPTER, "Bluetooth adapter: not there")

    with InThread(store, Missing({})) as running:
        assert running.came.wait(PATIENCE_S)
        report = running.work.report()
    assert report.adapter_failure == "Bluetooth adapter: not there"
    assert report.adapter_failure_count >= 1
    assert running.fault is None


def test_band_that_is_not_read_is_reported_by_its_label(store):
    def unreachable():
        raise LinkError(LinkFailure.NOT_REACHED, "C0:FF:EE: timed out")

    with InThread(store, FakeAdapter({"AA:01": unreachable}, period_s=0.01)) as running:
        assert running.came.wait(PATIENCE_S)
        report = running.work.report()
    ((label, reason),) = report.failing
    assert label == LABEL
    assert "timed out" in reason


def test_listening_that_does_not_return_is_seen_as_silence(store):
    # Goal: an operating system that hangs in a call is noticed from outside.
    clock, hearing = Clock(), threading.Event()
    parts = Parts(clock)
    parts.note(PartName.COLLECTOR, "running")

    class Hanging(FakeAdapter):
        async def hear(self, wanted, timeout_s):
            hearing.set()
            await asyncio.get_running_loop().create_future()

    with InThread(store, Hanging({}), parts):
        assert hearing.wait(PATIENCE_S)
        # As long as it listens at most, it is not silent.
        clock.now_s = 65.0
        assert parts.part(PartName.COLLECTOR).silent_s == 0
        clock.now_s = 65.0 + 60.0 + 1.0
        assert parts.part(PartName.COLLECTOR).silent_s == pytest.approx(1.0)


def test_reports_are_those_of_the_newest_run_even_when_it_has_ended(store):
    reports = Reports()
    assert reports.newest().adapter_failure == ""
    work = Collecting(
        store, lambda: FakeAdapter({}), KNOWN, 300.0, Parts(Clock()), clock=lambda: NOW_UTC_S
    )
    assert reports.of(work) is work
    work.stop()
    work.run(lambda: None)
    work.status.adapter_failure = "gone"
    assert reports.newest().adapter_failure == "gone"
