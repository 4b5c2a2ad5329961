"""A part that fails is told and begun again; one that is told to end, ends in order."""

import threading

import pytest

from pouch_host.errors import StoreError
from pouch_host.running.supervised import Supervised
from pouch_host.system import PartName, Parts, PartState

PATIENCE_S = 10


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


class FakeWork:
    """One run: fails, ends by itself, or goes on until it is stopped."""

    def __init__(self, fault=None, *, ends=False):
        self._fault = fault
        self._ends = ends
        self.running, self.stopped = threading.Event(), threading.Event()

    def run(self, on_running):
        if self._fault is not None:
            raise self._fault
        on_running()
        self.running.set()
        if not self._ends:
            assert self.stopped.wait(PATIENCE_S)

    def stop(self):
        self.stopped.set()


class Told(Parts):
    """Parts that keep all that they are told."""

    def __init__(self):
        super().__init__(Clock())
        self.lines = []

    def note(self, name, state, failure=""):
        super().note(name, state, failure)
        self.lines.append((state, failure))


def supervised(works, parts):
    queue = iter(works)
    return Supervised(
        PartName.COLLECTOR, lambda: next(queue), parts, clock_s=Clock(), pause_s=0.001
    )


def test_part_that_fails_is_begun_again_and_its_failure_told():
    parts, sound = Told(), FakeWork()
    part = supervised([FakeWork(StoreError("the disk is full")), sound], parts)
    part.start()
    assert sound.running.wait(PATIENCE_S)
    assert part.stop(PATIENCE_S)
    assert parts.lines == [
        (PartState.STARTING, ""),
        (PartState.FAILED, "the disk is full"),
        (PartState.RUNNING, ""),
        (PartState.ENDED, ""),
    ]
    assert parts.part(PartName.COLLECTOR).failure_count == 1


def test_bug_in_a_part_is_told_with_its_kind_and_logged_with_its_traceback(caplog):
    parts, sound = Told(), FakeWork()
    part = supervised([FakeWork(ZeroDivisionError("division by zero")), sound], parts)
    part.start()
    assert sound.running.wait(PATIENCE_S)
    part.stop(PATIENCE_S)
    assert (PartState.FAILED, "ZeroDivisionError: division by zero") in parts.lines
    assert "Traceback" in caplog.text


def test_part_that_ends_by_itself_is_begun_again():
    parts, sound = Told(), FakeWork()
    part = supervised([FakeWork(ends=True), sound], parts)
    part.start()
    assert sound.running.wait(PATIENCE_S)
    part.stop(PATIENCE_S)
    assert (PartState.FAILED, "it ended by itself") in parts.lines


def test_part_that_cannot_even_be_made_is_tried_again():
    parts, sound = Told(), FakeWork()
    made = []

    def make():
        made.append(1)
        if len(made) < 3:
            raise StoreError("no key")
        return sound

    part = Supervised(PartName.COLLECTOR, make, parts, clock_s=Clock(), pause_s=0.001)
    part.start()
    assert sound.running.wait(PATIENCE_S)
    part.stop(PATIENCE_S)
    assert len(made) == 3


def test_fault_that_comes_again_and_again_is_logged_once_until_it_runs_between(caplog):
    faults = [FakeWork(StoreError("no key")) for _ in range(5)]
    sound = FakeWork()
    part = supervised(
        [*faults, FakeWork(ends=True), FakeWork(StoreError("no key")), sound], Told()
    )
    part.start()
    assert sound.running.wait(PATIENCE_S)
    part.stop(PATIENCE_S)
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        "collector: no key",
        "collector: it ended by itself",
        "collector: no key",
    ]


def test_stop_before_the_first_run_has_begun_ends_it():
    parts = Told()
    blocked, made = threading.Event(), threading.Event()
    work = FakeWork()

    def make():
        made.set()
        assert blocked.wait(PATIENCE_S)
        return work

    part = Supervised(PartName.COLLECTOR, make, parts, clock_s=Clock(), pause_s=0.001)
    part.start()
    assert made.wait(PATIENCE_S)
    assert not part.stop(0)
    blocked.set()
    assert part.stop(PATIENCE_S)
    assert work.stopped.is_set()


def test_part_that_hangs_does_not_hold_up_who_ends_it():
    class Hanging(FakeWork):
        def stop(self):
            """Nothing: it hears nobody."""

    hanging = Hanging()
    part = supervised([hanging], Told())
    part.start()
    assert hanging.running.wait(PATIENCE_S)
    assert not part.stop(0)
    hanging.stopped.set()


def test_restart_ends_this_run_and_begins_another():
    first, second = FakeWork(), FakeWork()
    part = supervised([first, second], Told())
    part.start()
    assert first.running.wait(PATIENCE_S)
    part.restart()
    assert second.running.wait(PATIENCE_S)
    part.stop(PATIENCE_S)


@pytest.mark.parametrize("sound_s", [0.0, 601.0])
def test_pause_grows_unless_it_ran_well_between(sound_s):
    # The clock of the part stands still or leaps in each of its runs; the pauses are looked at.
    clock, pauses = Clock(), []
    part = Supervised(PartName.COLLECTOR, lambda: None, Told(), clock_s=clock, pause_s=2.0)

    class Waits:
        def is_set(self):
            return len(pauses) == 7

        def wait(self, timeout_s):
            pauses.append(timeout_s)
            return len(pauses) == 7

    def make():
        clock.now_s += sound_s
        raise StoreError("again")

    for name, stand_in in (("_stop", Waits()), ("_make", make)):
        setattr(part, name, stand_in)
    part._run()
    expected = [2.0] * 7 if sound_s else [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert pauses == expected
