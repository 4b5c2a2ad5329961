"""Runs in MicroPython: what the loader decided reaches the log, and a trial ends once."""

import os
import sys

from band.trial import Trial
from pouch_protocol import constants as c
from start import state as states
from tests.support.on_band.cut_flash import CutFlash, mount, mounted, names, power_cycle
from tests.support.on_band.ram_flash import ROOT, PowerCut

NEW = 0x000200


class Band:
    """A band in whose slot `a` a copy is on trial and runs, unless it is said otherwise."""

    def __init__(self, boots_left=2, active="a", running="a", given_up=0):
        self.events = []
        mount(CutFlash(), format_it=True)
        os.mkdir(ROOT + states.FOLDER)
        for slot in states.SLOTS:
            for folder in ("", "/band"):
                os.mkdir(states.slot_folder(ROOT, slot) + folder)
            with open(states.slot_folder(ROOT, slot) + "/band/app.mpy", "wb") as file:
                file.write(slot.encode() * 3_000)
        state = states.State()
        state.active = active
        state.boots_left = boots_left
        state.version = NEW
        state.given_up = given_up
        states.save(ROOT, state)
        _run_from(running)

    def trial(self):
        return Trial(ROOT, self._note)

    def _note(self, event, version):
        # Recorded before the state forgets it: what is stored says so too.
        self.events.append((event, version, states.load(ROOT).given_up))


def _run_from(slot):
    sys.path[:] = [path for path in sys.path if not path.startswith(ROOT)]
    if slot is not None:
        sys.path.insert(0, states.slot_folder(ROOT, slot))


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
        (2, "a", None, False),
        (2, "a", "b", False),
        (states.CONFIRMED, states.FACTORY, None, False),
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
    assert "app.mpy" in names("/firmware/a/band")
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
    band = Band(running=None)
    band.trial().confirm()
    assert band.events == []
    assert states.load(ROOT).boots_left == 2
    assert "b" in names("/firmware")


def test_what_was_given_up_is_reported_once():
    band = Band(states.CONFIRMED, states.FACTORY, None, given_up=NEW)
    trial = band.trial()
    trial.report()
    trial.report()
    band.trial().report()
    assert band.events == [(c.EVENT_UPDATE_ROLLED_BACK, NEW, NEW)]
    assert states.load(ROOT).given_up == 0


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
        band = Band(states.CONFIRMED, states.FACTORY, None, given_up=NEW)
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
            assert "app.mpy" in names("/firmware/a/band")
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
