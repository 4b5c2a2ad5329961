"""How the parts of a process are, as they tell it and as their silence does."""

from pouch_host.system import PartName, Parts, PartState


class Clock:
    def __init__(self):
        self.now_s = 50.0

    def __call__(self):
        return self.now_s


def test_part_is_as_it_last_said_and_failures_are_counted():
    parts = Parts(Clock())
    parts.note(PartName.COLLECTOR, PartState.STARTING)
    parts.note(PartName.COLLECTOR, PartState.FAILED, "the disk\nis full")
    parts.note(PartName.COLLECTOR, PartState.RUNNING)
    parts.note(PartName.COLLECTOR, PartState.FAILED, "again")
    part = parts.part(PartName.COLLECTOR)
    assert (part.state, part.failure, part.failure_count) == (PartState.FAILED, "again", 2)
    parts.note(PartName.COLLECTOR, PartState.RUNNING)
    assert parts.part(PartName.COLLECTOR).failure == ""


def test_failure_is_one_line():
    parts = Parts(Clock())
    parts.note(PartName.WEB, PartState.FAILED, "the disk\nis full")
    assert parts.part(PartName.WEB).failure == "the disk is full"


def test_part_that_says_nothing_in_time_is_silent_until_it_does():
    clock = Clock()
    parts = Parts(clock)
    parts.note(PartName.WEB, PartState.RUNNING)
    parts.beat(PartName.WEB, 10)
    clock.now_s += 10
    assert parts.part(PartName.WEB).silent_s == 0
    clock.now_s += 2
    assert parts.part(PartName.WEB).silent_s == 2
    parts.beat(PartName.WEB, 10)
    assert parts.part(PartName.WEB).silent_s == 0


def test_part_that_has_failed_or_ended_owes_no_sign_of_life():
    clock = Clock()
    parts = Parts(clock)
    for state in (PartState.FAILED, PartState.ENDED, PartState.STARTING):
        parts.note(PartName.WEB, PartState.RUNNING)
        parts.beat(PartName.WEB, 10)
        parts.note(PartName.WEB, state)
        clock.now_s += 100
        assert parts.part(PartName.WEB).silent_s == 0


def test_part_that_there_is_not_is_none():
    assert Parts(Clock()).part(PartName.COLLECTOR) is None
