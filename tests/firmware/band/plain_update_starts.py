"""Runs in MicroPython: which copy starts after an update, and after one that was never healthy."""

from band.update import version_detail
from pouch_protocol import constants as c
from start import state as states
from tests.support.on_band.cut_flash import names, power_cycle
from tests.support.on_band.parcel import Parcel
from tests.support.on_band.ram_flash import ROOT
from tests.support.on_band.updated import assert_holds, fresh, install, refused, start

NEW = version_detail((0, 2, 0))
FACTORY = states.FACTORY


def test_band_without_any_update_runs_the_factorys_copy():
    band = fresh()
    assert start() == FACTORY
    assert not band.trial().on_trial


def test_whole_update_starts_on_trial_and_stays_once_it_is_confirmed():
    band = fresh()
    parcel = Parcel()
    update = install(band, parcel)
    assert update.ready
    assert band.events == [(c.EVENT_UPDATE_STARTED, NEW)]
    assert start() == "a"
    assert_holds("a", parcel)
    trial = band.trial()
    assert trial.on_trial
    trial.confirm()
    trial.confirm()
    assert band.events[1:] == [(c.EVENT_UPDATE_CONFIRMED, NEW)]
    for _ in range(5):
        assert start() == "a"
    assert not band.trial().on_trial


def test_second_update_goes_into_the_other_slot_and_the_first_gives_its_room_back():
    band = fresh()
    install(band, Parcel())
    start()
    band.trial().confirm()
    later = Parcel(version=(0, 3, 0))
    install(band, later)
    assert start() == "b"
    assert "a" in names("/firmware")
    band.trial().confirm()
    assert "a" not in names("/firmware")
    assert_holds("b", later)


def test_version_that_is_never_healthy_goes_back_to_the_factorys_copy_after_three_starts():
    band = fresh()
    install(band, Parcel())
    assert [start() for _ in range(4)] == ["a"] * 3 + [FACTORY]
    trial = band.trial()
    trial.report()
    trial.report()
    band.trial().report()
    assert band.events[1:] == [(c.EVENT_UPDATE_ROLLED_BACK, NEW)]
    assert start() == FACTORY


def test_version_that_is_never_healthy_goes_back_to_the_version_before_it():
    band = fresh()
    install(band, Parcel())
    start()
    band.trial().confirm()
    install(band, Parcel(version=(0, 3, 0)))
    assert [start() for _ in range(5)] == ["b", "b", "b", "a", "a"]
    band.trial().report()
    assert band.events[-1] == (c.EVENT_UPDATE_ROLLED_BACK, version_detail((0, 3, 0)))


def test_way_back_to_a_slot_that_is_gone_leads_to_the_factorys_copy():
    band = fresh()
    install(band, Parcel())
    state = states.load(ROOT)
    state.previous = "b"
    state.boots_left = 0
    states.save(ROOT, state)
    assert start() == FACTORY
    assert states.load(ROOT).given_up == NEW


def test_update_is_refused_while_a_version_is_on_trial():
    # Its way back is the slot that the update would be written to.
    band = fresh()
    update = install(band, Parcel())
    assert refused(update.begin, Parcel(version=(0, 3, 0)).begin) == c.CODE_BUSY
    start()
    assert refused(band.update().begin, Parcel(version=(0, 3, 0)).begin) == c.CODE_BUSY


def test_factorys_copy_never_confirms_a_version_that_could_not_be_counted():
    # The loader starts the factory's copy when it cannot write that a trial began.
    band = fresh()
    install(band, Parcel())
    power_cycle()
    trial = band.trial()
    assert not trial.on_trial
    trial.confirm()
    assert states.load(ROOT).on_trial


def test_damaged_state_means_the_factorys_copy():
    band = fresh()
    install(band, Parcel())
    path = ROOT + "/firmware/state"
    with open(path, "rb") as file:
        good = file.read()
    for at in range(len(good)):
        damaged = bytearray(good)
        damaged[at] ^= 1
        with open(path, "wb") as file:
            file.write(damaged)
        assert states.load(ROOT).active == states.FACTORY, bytes(damaged)
    for text in (b"", b"a", good[:-1], b"a 3 - 0", b"\xff" * 40):
        with open(path, "wb") as file:
            file.write(text)
        assert states.load(ROOT).active == states.FACTORY, text
    with open(path, "wb") as file:
        file.write(good)
    assert states.load(ROOT).active == "a"


def test_healthy_version_that_does_not_start_any_more_is_tried_twice_and_then_given_up():
    band = fresh()
    install(band, Parcel())
    start()
    band.trial().confirm()
    state = states.load(ROOT)
    state.doubt()
    states.save(ROOT, state)
    assert [start() for _ in range(3)] == ["a"] * 2 + [FACTORY]
