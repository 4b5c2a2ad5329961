"""Runs in MicroPython: what the loader decided reaches the log, and a trial ends once."""

import os

from band.trial import Trial
from pouch_protocol import constants as c
from start import state as states
from tests.support.on_band.cut_flash import CutFlash, mount, mounted, names, power_cycle
from tests.support.on_band.ram_flash import ROOT, PowerCut

NEW = 0x000200
IMAGE_BYTES = 9_000


class Band:
    """A band in whose slot `a` a copy is on trial and runs, unless it is said otherwise."""

    def __init__(self, boots_left=2, active="a", running="a", given_up=0):
        self.events = []
        mount(CutFlash(), format_it=True)
        os.mkdir(ROOT + states.FOLDER)
        for slot in states.SLOTS:
            with open(states.slot_path(ROOT, slot), "wb") as file:
                file.write(slot.encode() * IMAGE_BYTES)
        state = states.State()
        state.active = active
        state.boots_left = boots_left
        state.version = NEW
        state.given_up = given_up
        states.save(ROOT, state)
        states.note_running(running)

    def trial(self):
        return Trial(ROOT, self._note)

    def _note(self, event, version):
        # Recorded before the state forgets it: what is stored says so too.
        self.events.append((event, version, states.load(ROOT).given_up))


def _size_of_slot(slot):
    return os.stat(states.slot_path(ROOT, slot))[6]


def _cycled():
    """Take the power and give it back; return the flash."""
    power_cycle()
    return mounted()


def test_on_trial_is_what_runs_and_has_not_been_confirmed():
    cases = (
        (2, "a", "a", True),
        (0, "a", "a", True),
        (states.CONFIRMED, "a", "a", False),
        # The loader could not count the start, and runs the factory's copy.
        (2, "a", "-", False),
        (2, "a", "b", False),
        (states.CONFIRMED, states.FACTORY, "-", False),
    )
    for boots_left, active, running, on_trial in cases:
        band = Band(boots_left, active, running)
        assert band.trial().on_trial == on_trial, (boots_left, active, running)


def test_confirmed_is_recorded_stored_and_gives_the_other_slots_room_back():
    band = Band()
    free_before = os.statvfs(ROOT)[3]
    trial = band.trial()
    trial.confirm()
    assert not trial.on_trial
    assert band.events == [(c.EVENT_UPDATE_CONFIRMED, NEW, 0)]
    state = states.load(ROOT)
    assert (state.active, state.boots_left, state.previous) == ("a", states.CONFIRMED, "-")
    assert "b" not in names("/firmware")
    assert _size_of_slot("a") == IMAGE_BYTES
    assert os.statvfs(ROOT)[3] > free_before
    assert not band.trial().on_trial


def test_confirming_twice_is_as_once():
    band = Band()
    trial = band.trial()
    trial.confirm()
    trial.confirm()
    band.trial().confirm()
    assert len(band.events) == 1


def test_copy_that_does_not_run_is_not_confirmed_by_the_one_that_does():
    band = Band(running=states.FACTORY)
    band.trial().confirm()
    assert band.events == []
    assert states.load(ROOT).boots_left == 2
    assert "b" in names("/firmware")


def test_what_was_given_up_is_reported_once():
    band = Band(states.CONFIRMED, states.FACTORY, "-", given_up=NEW)
    trial = band.trial()
    trial.report()
    trial.report()
    band.trial().report()
    assert band.events == [(c.EVENT_UPDATE_ROLLED_BACK, NEW, NEW)]
    assert states.load(ROOT).given_up == 0


def test_report_gives_the_room_of_what_was_given_up_back_and_of_nothing_else():
    # A version in `b` may have had the factory's copy before it: after a doubt, see start.state.
    for active, kept in ((states.FACTORY, []), ("a", ["a"]), ("b", ["b"])):
        band = Band(states.CONFIRMED, active, active, given_up=NEW)
        band.trial().report()
        assert [name for name in names("/firmware") if name != "state"] == kept


def test_start_with_nothing_given_up_keeps_an_update_that_is_on_its_way():
    band = Band(states.CONFIRMED, states.FACTORY, states.FACTORY)
    band.trial().report()
    assert names("/firmware") == ["a", "b", "state"]


def test_log_keeps_room_for_an_update_while_the_factorys_copy_is_the_only_one():
    band = Band(states.CONFIRMED, states.FACTORY, states.FACTORY, given_up=NEW)
    trial = band.trial()
    assert not trial.keeps_room
    trial.report()
    assert trial.keeps_room
    assert not Band().trial().keeps_room
    assert not Band(states.CONFIRMED).trial().keeps_room


def test_nothing_given_up_is_nothing_to_report_and_writes_nothing():
    band = Band()
    flash = _cycled()
    before = flash.operations
    band.trial().report()
    assert band.events == []
    assert flash.operations == before


def test_report_that_is_cut_off_comes_again_and_is_never_lost():
    cut_after = 0
    while True:
        cut_after += 1
        band = Band(states.CONFIRMED, states.FACTORY, "-", given_up=NEW)
        flash = _cycled()
        flash.cut_at = flash.operations + cut_after
        try:
            band.trial().report()
        except PowerCut:
            _cycled().cut_at = 0
            band.trial().report()
            assert {event[:2] for event in band.events} == {(c.EVENT_UPDATE_ROLLED_BACK, NEW)}
            assert len(band.events) in (1, 2)
            continue
        break
    assert cut_after > 2


def test_confirm_that_is_cut_off_leaves_a_copy_that_starts():
    cut_after = 0
    while True:
        cut_after += 1
        band = Band()
        flash = _cycled()
        flash.cut_at = flash.operations + cut_after
        try:
            band.trial().confirm()
        except PowerCut:
            _cycled().cut_at = 0
            state = states.load(ROOT)
            assert state.active == "a", cut_after
            assert state.boots_left in (2, states.CONFIRMED)
            assert _size_of_slot("a") == IMAGE_BYTES
            continue
        break
    assert cut_after > 4


def test_state_that_is_damaged_is_no_trial():
    band = Band()
    with open(ROOT + "/firmware/state", "wb") as file:
        file.write(b"a 2 - 512 0 00000000")
    trial = band.trial()
    assert not trial.on_trial
    trial.report()
    trial.confirm()
    assert band.events == []
