"""The parts of one ward joined: served, watched, tended, ended in order."""

import json
import threading
import time
import urllib.error
import urllib.request

import pytest

from pouch_host.accounts.access import Accounts
from pouch_host.errors import StoreError
from pouch_host.running import Port, WardProcess
from pouch_host.store import Store
from pouch_host.system import CollectorReport, PartName, PartState
from pouch_host.ward import WatchState
from pouch_host.web.server import PortError, url_of
from pouch_host.web.settings import WebSettings
from tests.host import ward

PATIENCE_S = 60
NOW_UTC_S = ward.START_UTC_S + 3 * 3600 + 60


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


class FakeCollector:
    """One run of a collector; see `Work`."""

    def __init__(self, ended, fault=None):
        self._ended, self._fault = ended, fault
        self._stop = threading.Event()

    def run(self, on_running):
        if self._fault is not None:
            raise self._fault
        on_running()
        assert self._stop.wait(PATIENCE_S)
        self._ended.append("collector")

    def stop(self):
        self._stop.set()


class Joined:
    """A ward's process with a fake collector."""

    def __init__(self, store, runs):
        self.ended, self.clock = [], Clock()
        self.port = Port("127.0.0.1", 0)
        self.url = url_of(self.port.first)
        self.process = WardProcess(
            store,
            self.port,
            clock=lambda: NOW_UTC_S,
            accounts=Accounts(store, lambda: NOW_UTC_S),
            web=WebSettings(),
            clock_s=self.clock,
        )
        self.made = []
        queue = iter(runs)

        def make(_parts):
            self.made.append(FakeCollector(self.ended, next(queue)))
            return self.made[-1]

        self.process.add_collector(make, lambda: CollectorReport(reset_count=7))

    def health(self):
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=PATIENCE_S) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                return json.load(error)
            except urllib.error.URLError:
                assert time.monotonic() < deadline_s

    def wait_for(self, name, state):
        deadline_s = time.monotonic() + PATIENCE_S
        while (part := self.process.parts.part(name)) is None or part.state is not state:
            assert time.monotonic() < deadline_s
        return part


@pytest.fixture
def store(tmp_path):
    with Store.open(ward.fill(tmp_path / "ward.db")) as opened:
        yield opened


def test_all_parts_run_and_end_in_order(store):
    joined = Joined(store, [None])
    joined.process.start()
    try:
        assert joined.health()["ok"]
        for name in PartName:
            joined.wait_for(name, PartState.RUNNING)
        assert joined.process.is_serving()
        assert joined.process.system.look().collector.reset_count == 7
    finally:
        joined.process.stop()
    assert joined.ended == ["collector"]
    assert [part.state for part in joined.process.parts.all()] == [PartState.ENDED] * 3
    # The port is free for the next one.
    Port("127.0.0.1", int(joined.url.rsplit(":", 1)[1])).close()


def test_collector_that_fails_leaves_pages_and_watch_and_is_told(store):
    joined = Joined(store, [StoreError("the disk is full")] * 50)
    joined.process.start()
    try:
        joined.wait_for(PartName.COLLECTOR, PartState.FAILED)
        health = joined.health()
        assert health["ok"]
        assert "part_failed:collector" in health["warnings"]
        joined.wait_for(PartName.WATCH, PartState.RUNNING)
        joined.wait_for(PartName.WEB, PartState.RUNNING)
    finally:
        joined.process.stop()


def test_silent_collector_is_begun_anew_once_for_each_silence(store):
    joined = Joined(store, [None] * 3)
    joined.process.start()
    try:
        joined.wait_for(PartName.COLLECTOR, PartState.RUNNING)
        first = joined.made[0]
        joined.process.parts.beat(PartName.COLLECTOR, -1)
        joined.process.tend()
        assert first._stop.is_set()
        joined.process.tend()
    finally:
        joined.process.stop()
    assert len(joined.made) <= 2


def test_watch_that_dies_is_told_and_begun_anew(store, monkeypatch):
    joined = Joined(store, [None])
    watch = joined.process.watch

    def die(*_args):
        raise ZeroDivisionError("a bug, also in telling of it")

    with monkeypatch.context() as broken:
        broken.setattr(watch._worker, "step", die)
        broken.setattr(watch._worker, "fail", die)
        joined.process.start()
        try:
            part = joined.wait_for(PartName.WATCH, PartState.FAILED)
            assert "nobody looks at the ward" in part.failure
            assert watch.last_look().state is WatchState.STOPPED
            broken.undo()
            joined.wait_for(PartName.WATCH, PartState.RUNNING)
            deadline_s = time.monotonic() + PATIENCE_S
            while watch.last_look().state is not WatchState.LOOKING:
                assert time.monotonic() < deadline_s
        finally:
            joined.process.stop()


def test_run_until_tends_until_it_is_told_to_stop(store):
    joined = Joined(store, [None])
    stop, tended = threading.Event(), []

    def tend():
        tended.append(1)
        if len(tended) == 2:
            stop.set()

    joined.process.run_until(stop, tend)
    assert len(tended) == 2
    joined.port.close()


def test_port_that_is_taken_fails_before_anything_starts():
    port = Port("127.0.0.1", 0)
    number = port.first.getsockname()[1]
    with pytest.raises(PortError):
        Port("127.0.0.1", number)
    port.close()
    Port("127.0.0.1", number).close()


def test_port_is_the_same_when_the_pages_begin_again():
    port = Port("127.0.0.1", 0)
    number = port.first.getsockname()[1]
    with port.listen() as first:
        assert first.getsockname()[1] == number
    with port.listen() as second:
        assert second.getsockname()[1] == number
