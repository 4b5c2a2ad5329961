"""Runs in MicroPython: what comes of what a host asks, and what takes a hand at the band.

Who gets so far with which request, BandSession decides: tests/protocol/test_strangers.py.
"""

import os

from band import config, factory
from band import patterns as p
from band.gestures import KeyLock
from band.requests import Requests
from band.update import Update
from pouch_protocol import constants as c
from pouch_protocol import messages
from pouch_protocol.errors import Refusal
from pouch_protocol.messages import Message
from tests.support.on_band.hand_board import HandBoard, HandClock, SpyRecorder, SpySignals
from tests.support.on_band.parcel import Parcel
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount

KEY = bytes(range(100, 116))
OTHER_KEY = bytes(16)
BAND_ID = 0x0012ABCD
SETTINGS = {
    "interval_s": 60,
    "plan": c.PLAN_SLOW,
    "switches": c.SWITCH_BLINDED | c.SWITCH_WORN_BY_INFANT,
    "quiet_from_min": 0,
    "quiet_until_min": 1439,
    "utc_offset_min": -210,
    "target_min": 1440,
}
TESTED = {"failed": 0x0123, "battery_mv": 3_900}


class Band:
    """A band that has been given its key, or not, on a file system of its own."""

    def __init__(self, key=KEY):
        mount(RamFlash(), format_it=True)
        self.clock = HandClock()
        self.board = HandBoard(self.clock)
        self.settings = config.Config(BAND_ID)
        self.settings.key = key
        self.recorder = SpyRecorder()
        self.signals = SpySignals()
        self.lock = KeyLock(self.clock)
        self.restarts = 0
        self.update = Update(ROOT, self.board.ARCH_NAME, lambda blocks: True, self.note)
        self.requests = Requests(
            ROOT,
            self.board,
            self.settings,
            self.recorder,
            lambda: self.update,
            lambda: dict(TESTED),
            self.signals,
            self.lock,
            self.restart,
        )

    def note(self, event, version):
        self.recorder.add_event(event, version)

    def restart(self):
        self.restarts += 1

    def ask(self, opcode, fields=None, payload=b"", trusted=True, local=False):
        """Return the reply, or the code of the refusal."""
        request = Message(opcode, 1, fields or {}, payload)
        try:
            return self.requests.handle(request, trusted, local)
        except Refusal as refusal:
            return refusal.code

    def stored(self):
        return config.load(ROOT, b"")

    def is_marked(self):
        """Tell whether the next start resets the band."""
        return "reset" in os.listdir(ROOT)


def _done(opcode):
    return c.OP_RESPONSE, {"request": opcode, "code": c.CODE_SUCCESS}


def test_unknown_request_is_refused():
    band = Band()
    known = {c.OP_SELF_TEST, c.OP_CONFIGURE, c.OP_UPDATE_BEGIN, c.OP_UPDATE_DATA}
    known |= {c.OP_UPDATE_FINISH, c.OP_FACTORY_RESET, c.OP_SET_KEY, c.OP_IDENTIFY, c.OP_SETTINGS}
    for opcode in range(256):
        if opcode not in known:
            assert band.ask(opcode) == c.CODE_OPCODE_UNSUPPORTED, opcode


def test_first_key_takes_a_cable_and_nothing_else():
    band = Band(key=None)
    answer = band.ask(c.OP_SET_KEY, {"key": KEY}, trusted=False)
    assert answer == c.CODE_NOT_AUTHENTICATED
    assert band.settings.key is None
    answer = band.ask(c.OP_SET_KEY, {"key": KEY}, trusted=False, local=True)
    assert answer == _done(c.OP_SET_KEY)
    assert band.recorder.log == [(c.EVENT_KEY_SET, 0, 0)]
    assert band.settings.key == band.stored().key == KEY
    assert band.restarts == 0


def test_stranger_on_the_radio_sets_no_key_even_after_the_button_was_held():
    # BandSession lets none so far; a second lock costs nothing.
    for key in (None, KEY):
        band = Band(key)
        band.lock.open()
        answer = band.ask(c.OP_SET_KEY, {"key": OTHER_KEY}, trusted=False)
        assert band.recorder.log == []
        assert answer == c.CODE_NOT_AUTHENTICATED
        assert band.settings.key == key
        assert band.lock.is_open


def test_lost_key_is_replaced_by_cable_and_button_together_once():
    band = Band()

    def ask(key):
        return band.ask(c.OP_SET_KEY, {"key": key}, trusted=False, local=True)

    assert ask(OTHER_KEY) == c.CODE_NOT_AUTHENTICATED
    assert band.settings.key == KEY
    band.lock.open()
    assert ask(OTHER_KEY) == _done(c.OP_SET_KEY)
    assert band.settings.key == band.stored().key == OTHER_KEY
    assert ask(KEY) == c.CODE_NOT_AUTHENTICATED
    assert band.settings.key == OTHER_KEY


def test_key_lock_that_has_run_out_is_closed():
    band = Band()
    band.lock.open()
    band.clock.now_ms += 300_000
    answer = band.ask(c.OP_SET_KEY, {"key": OTHER_KEY}, trusted=False, local=True)
    assert answer == c.CODE_NOT_AUTHENTICATED


def test_key_is_rotated_by_who_has_it_on_both_ways_and_without_a_hand():
    for local in (False, True):
        band = Band()
        answer = band.ask(c.OP_SET_KEY, {"key": OTHER_KEY}, local=local)
        assert answer == _done(c.OP_SET_KEY)
        assert band.recorder.log == [(c.EVENT_KEY_SET, 0, 1)]
        assert band.settings.key == band.stored().key == OTHER_KEY
        assert band.restarts == 0


def test_new_key_closes_the_lock_that_a_hand_has_opened():
    # Else whoever takes the cable next had the rest of the five minutes.
    band = Band()
    band.lock.open()
    band.ask(c.OP_SET_KEY, {"key": OTHER_KEY})
    assert not band.lock.is_open


def test_settings_are_stored_recorded_and_in_force_after_a_restart():
    band = Band()
    assert band.ask(c.OP_CONFIGURE, SETTINGS) == _done(c.OP_CONFIGURE)
    for settings in (band.settings, band.stored()):
        assert settings.blinded
        assert settings.worn_by_infant
        assert settings.key == KEY
        for name, value in SETTINGS.items():
            assert name == "switches" or getattr(settings, name) == value, name
    assert band.recorder.log == [(c.EVENT_CONFIGURED, 0, c.PLAN_SLOW)]
    assert band.restarts == 1


def test_settings_that_are_asked_for_can_be_sent_as_they_are():
    for switches in range(4):
        band = Band()
        wanted = dict(SETTINGS, switches=switches)
        band.ask(c.OP_CONFIGURE, wanted)
        opcode, told = band.ask(c.OP_SETTINGS, trusted=False)
        assert opcode == c.OP_SETTINGS_REPLY
        assert told == wanted
        # As on the air, there and back.
        again = messages.decode(messages.encode(opcode, 1, told)).fields
        assert band.ask(c.OP_CONFIGURE, again) == _done(c.OP_CONFIGURE)
        assert band.ask(c.OP_SETTINGS)[1] == wanted


def test_settings_of_a_new_band_are_told_without_its_key():
    band = Band(key=None)
    _, told = band.ask(c.OP_SETTINGS, trusted=False)
    assert told["interval_s"] == 30
    assert told["switches"] == 0
    assert "key" not in told
    messages.encode(c.OP_SETTINGS_REPLY, 1, told)


def test_factory_reset_takes_the_key_or_a_hand_at_cable_and_button():
    for key in (KEY, None):
        for pressed in (False, True):
            for local in (False, True):
                band = Band(key)
                # A lock that is open is for the key; what forgets everything takes a hand now.
                band.lock.open()
                band.board.pressed = pressed
                answer = band.ask(c.OP_FACTORY_RESET, trusted=False, local=local)
                by_hand = pressed and local
                assert band.is_marked() == by_hand
                assert band.restarts == by_hand
                wanted = _done(c.OP_FACTORY_RESET) if by_hand else c.CODE_NOT_AUTHENTICATED
                assert answer == wanted


def test_factory_reset_by_who_has_the_key_takes_no_hand():
    for local in (False, True):
        band = Band()
        assert band.ask(c.OP_FACTORY_RESET, local=local) == _done(c.OP_FACTORY_RESET)
        assert band.is_marked()
        assert band.restarts == 1


def test_factory_reset_removes_nothing_under_the_running_program():
    band = Band()
    config.save(ROOT, band.settings)
    band.ask(c.OP_FACTORY_RESET)
    assert band.stored().key == KEY
    assert factory.complete(ROOT)
    assert band.stored().key is None


def test_identify_is_shown_and_not_recorded():
    band = Band(key=None)
    assert band.ask(c.OP_IDENTIFY, {"duration_s": 7}, trusted=False) == _done(c.OP_IDENTIFY)
    assert band.signals.log == [("identify", 7)]
    assert band.recorder.log == []


def test_self_test_is_recorded_with_what_failed():
    band = Band()
    assert band.ask(c.OP_SELF_TEST) == (c.OP_SELF_TEST_REPLY, TESTED)
    assert band.recorder.log == [(c.EVENT_SELF_TEST, TESTED["failed"], 0)]
    assert band.restarts == 0


def test_self_test_that_finds_the_same_is_not_recorded_again():
    # Anybody may ask: it must not push out records.
    band = Band()
    for _ in range(3):
        band.ask(c.OP_SELF_TEST)
    assert len(band.recorder.log) == 1


def _send(band, parcel, step=200):
    """Send a whole package; return the last answer."""
    answer = band.ask(c.OP_UPDATE_BEGIN, parcel.begin)
    while answer[0] == c.OP_UPDATE_REPLY and answer[1]["position"] < len(parcel.stream):
        position = answer[1]["position"]
        piece = parcel.stream[position : position + step]
        answer = band.ask(c.OP_UPDATE_DATA, {"position": position}, piece)
    return answer


def test_update_is_taken_shown_and_started_once_it_is_whole():
    band = Band()
    parcel = Parcel()
    assert _send(band, parcel) == (c.OP_UPDATE_REPLY, {"position": len(parcel.stream)})
    assert band.signals.take() == [("show", p.UPDATING)]
    assert band.restarts == 0
    assert band.ask(c.OP_UPDATE_FINISH) == _done(c.OP_UPDATE_FINISH)
    assert band.signals.take() == [("hide", p.UPDATING)]
    assert band.restarts == 1
    assert band.recorder.log == [(c.EVENT_UPDATE_STARTED, 0x000200, 0)]


def test_update_that_is_refused_is_not_shown_any_more():
    band = Band()
    parcel = Parcel(board="pico_w")
    fields = parcel.begin
    assert band.ask(c.OP_UPDATE_BEGIN, fields)[1] == {"position": 0}
    code = band.ask(c.OP_UPDATE_DATA, {"position": 0}, parcel.index)
    assert code == c.CODE_IMAGE_REFUSED
    assert band.signals.log[-1] == ("hide", p.UPDATING)
    assert band.restarts == 0


def test_update_that_is_begun_again_goes_on_where_it_was():
    band = Band()
    parcel = Parcel()
    band.ask(c.OP_UPDATE_BEGIN, parcel.begin)
    band.ask(c.OP_UPDATE_DATA, {"position": 0}, parcel.stream[:300])
    assert band.ask(c.OP_UPDATE_BEGIN, parcel.begin)[1]["position"] == 300
    assert band.update.under_way


def test_pieces_and_end_before_a_begin_are_refused():
    band = Band()
    assert band.ask(c.OP_UPDATE_DATA, {"position": 0}, b"x") == c.CODE_OUT_OF_ORDER
    assert band.ask(c.OP_UPDATE_FINISH) == c.CODE_OUT_OF_ORDER
    assert band.restarts == 0
