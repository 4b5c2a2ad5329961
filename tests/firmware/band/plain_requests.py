"""Runs in MicroPython: what a host may ask, who may ask it, and what comes of it."""

import os

from band import config, factory
from band import patterns as p
from band.gestures import KeyLock
from band.requests import Requests
from band.update import Update
from pouch_protocol import auth, messages
from pouch_protocol import constants as c
from pouch_protocol.band import Refusal
from pouch_protocol.messages import Message
from tests.support.on_band.hand_board import HandBoard, HandClock, SpyRecorder, SpySignals
from tests.support.on_band.parcel import Parcel
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount

KEY = bytes(range(100, 116))
OTHER_KEY = bytes(16)
NONCE = bytes(range(16))
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

    def ask(self, opcode, fields=None, payload=b"", nonce=NONCE, local=False):
        """Return the reply, or the code of the refusal."""
        request = Message(opcode, 1, fields or {}, payload)
        try:
            return self.requests.handle(request, nonce, local)
        except Refusal as refusal:
            return refusal.code

    def signed(self, opcode, fields=None, key=KEY, nonce=NONCE, band_id=BAND_ID):
        """Return fields with the tag of somebody who has that key."""
        fields = dict(fields or {})
        fields["tag"] = auth.request_tag(key, nonce, band_id, opcode, fields)
        return fields

    def stored(self):
        return config.load(ROOT, b"")

    def is_marked(self):
        """Tell whether the next start resets the band."""
        return "reset" in os.listdir(ROOT)


def _done(opcode):
    return c.OP_RESPONSE, {"request": opcode, "code": c.CODE_SUCCESS}


def _begin():
    return Parcel().begin


# What needs a tag, with the fields that it comes with.
KEYED = {
    c.OP_CONFIGURE: lambda: SETTINGS,
    c.OP_UPDATE_BEGIN: _begin,
    c.OP_FACTORY_RESET: dict,
}


def test_every_keyed_request_is_tried():
    assert sorted(KEYED) == sorted(c.KEYED_OPS)


def test_request_without_the_key_is_refused_and_nothing_happens():
    for opcode, fields in KEYED.items():
        for local in (False, True):
            band = Band()
            wrong_tag = dict(fields(), tag=bytes(32))
            good = band.signed(opcode, fields())
            flipped = dict(good, tag=bytes((good["tag"][0] ^ 1,)) + good["tag"][1:])
            tries = (
                (wrong_tag, NONCE),
                (flipped, NONCE),
                (band.signed(opcode, fields(), key=OTHER_KEY), NONCE),
                # For another band, of another connection, and without a challenge.
                (band.signed(opcode, fields(), band_id=1), NONCE),
                (good, bytes(16)),
                (good, None),
            )
            for number, (given, nonce) in enumerate(tries):
                code = band.ask(opcode, given, nonce=nonce, local=local)
                assert code == c.CODE_NOT_AUTHENTICATED, (opcode, number)
            assert band.restarts == 0
            assert band.recorder.log == []
            assert not band.is_marked()
            assert not band.update.under_way
            assert band.settings.interval_s == 30


def test_tag_is_of_its_own_request_only():
    band = Band()
    changed = band.signed(c.OP_CONFIGURE, SETTINGS)
    changed["switches"] = 0
    assert band.ask(c.OP_CONFIGURE, changed) == c.CODE_NOT_AUTHENTICATED
    tag = band.signed(c.OP_FACTORY_RESET)["tag"]
    assert band.ask(c.OP_CONFIGURE, dict(SETTINGS, tag=tag)) == c.CODE_NOT_AUTHENTICATED


def test_band_without_a_key_says_so():
    for opcode, fields in KEYED.items():
        band = Band(key=None)
        assert band.ask(opcode, band.signed(opcode, fields())) == c.CODE_NO_KEY
        assert band.restarts == 0
        assert not band.is_marked()


def test_unknown_request_is_refused():
    band = Band()
    known = {c.OP_SELF_TEST, c.OP_CONFIGURE, c.OP_UPDATE_BEGIN, c.OP_UPDATE_DATA}
    known |= {c.OP_UPDATE_FINISH, c.OP_FACTORY_RESET, c.OP_SET_KEY, c.OP_IDENTIFY, c.OP_SETTINGS}
    for opcode in range(256):
        if opcode not in known:
            assert band.ask(opcode) == c.CODE_OPCODE_UNSUPPORTED, opcode


def test_first_key_takes_a_cable_and_nothing_else():
    band = Band(key=None)
    assert band.ask(c.OP_SET_KEY, {"key": KEY}, local=False) == c.CODE_NOT_AUTHENTICATED
    assert band.settings.key is None
    assert band.ask(c.OP_SET_KEY, {"key": KEY}, local=True) == _done(c.OP_SET_KEY)
    assert band.settings.key == band.stored().key == KEY
    assert band.restarts == 0


def test_key_over_the_radio_is_refused_even_after_the_button_was_held():
    for key in (None, KEY):
        band = Band(key)
        band.lock.open()
        assert band.ask(c.OP_SET_KEY, {"key": OTHER_KEY}) == c.CODE_NOT_AUTHENTICATED
        assert band.settings.key == key
        assert band.lock.is_open


def test_key_is_replaced_by_cable_and_button_together_once():
    band = Band()
    assert band.ask(c.OP_SET_KEY, {"key": OTHER_KEY}, local=True) == c.CODE_NOT_AUTHENTICATED
    assert band.settings.key == KEY
    band.lock.open()
    assert band.ask(c.OP_SET_KEY, {"key": OTHER_KEY}, local=True) == _done(c.OP_SET_KEY)
    assert band.settings.key == band.stored().key == OTHER_KEY
    assert band.ask(c.OP_SET_KEY, {"key": KEY}, local=True) == c.CODE_NOT_AUTHENTICATED
    assert band.settings.key == OTHER_KEY


def test_key_lock_that_has_run_out_is_closed():
    band = Band()
    band.lock.open()
    band.clock.now_ms += 300_000
    assert band.ask(c.OP_SET_KEY, {"key": OTHER_KEY}, local=True) == c.CODE_NOT_AUTHENTICATED


def test_new_key_signs_and_the_old_one_does_not():
    band = Band()
    band.lock.open()
    band.ask(c.OP_SET_KEY, {"key": OTHER_KEY}, local=True)
    old = band.signed(c.OP_CONFIGURE, SETTINGS, key=KEY)
    new = band.signed(c.OP_CONFIGURE, SETTINGS, key=OTHER_KEY)
    assert band.ask(c.OP_CONFIGURE, old) == c.CODE_NOT_AUTHENTICATED
    assert band.ask(c.OP_CONFIGURE, new) == _done(c.OP_CONFIGURE)


def test_settings_are_stored_recorded_and_in_force_after_a_restart():
    band = Band()
    assert band.ask(c.OP_CONFIGURE, band.signed(c.OP_CONFIGURE, SETTINGS)) == _done(c.OP_CONFIGURE)
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
        band.ask(c.OP_CONFIGURE, band.signed(c.OP_CONFIGURE, wanted))
        opcode, told = band.ask(c.OP_SETTINGS, nonce=None)
        assert opcode == c.OP_SETTINGS_REPLY
        assert told == wanted
        # As on the air, there and back.
        again = messages.decode(messages.encode(opcode, 1, told)).fields
        assert band.ask(c.OP_CONFIGURE, band.signed(c.OP_CONFIGURE, again)) == _done(
            c.OP_CONFIGURE
        )
        assert band.ask(c.OP_SETTINGS)[1] == wanted


def test_settings_of_a_new_band_can_be_asked_for_by_anybody():
    band = Band(key=None)
    _, told = band.ask(c.OP_SETTINGS, nonce=None)
    assert told["interval_s"] == 30
    assert told["switches"] == 0
    assert "key" not in told
    messages.encode(c.OP_SETTINGS_REPLY, 1, told)


def test_factory_reset_takes_the_key_or_a_hand_at_cable_and_button():
    for pressed in (False, True):
        for local in (False, True):
            band = Band()
            band.board.pressed = pressed
            answer = band.ask(c.OP_FACTORY_RESET, {"tag": bytes(32)}, nonce=None, local=local)
            by_hand = pressed and local
            assert band.is_marked() == by_hand
            assert band.restarts == by_hand
            if by_hand:
                assert answer == _done(c.OP_FACTORY_RESET)
            else:
                assert answer == c.CODE_NOT_AUTHENTICATED
            signed = band.signed(c.OP_FACTORY_RESET)
            assert band.ask(c.OP_FACTORY_RESET, signed, local=local) == _done(c.OP_FACTORY_RESET)
            assert band.is_marked()


def test_factory_reset_of_a_band_without_a_key_takes_a_hand():
    band = Band(key=None)
    fields = {"tag": bytes(32)}
    assert band.ask(c.OP_FACTORY_RESET, fields, local=True) == c.CODE_NO_KEY
    band.board.pressed = True
    assert band.ask(c.OP_FACTORY_RESET, fields, local=True) == _done(c.OP_FACTORY_RESET)


def test_factory_reset_removes_nothing_under_the_running_program():
    band = Band()
    config.save(ROOT, band.settings)
    band.ask(c.OP_FACTORY_RESET, band.signed(c.OP_FACTORY_RESET))
    assert band.stored().key == KEY
    assert factory.complete(ROOT)
    assert band.stored().key is None


def test_identify_is_open_to_everybody():
    band = Band(key=None)
    assert band.ask(c.OP_IDENTIFY, {"duration_s": 7}, nonce=None) == _done(c.OP_IDENTIFY)
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
    answer = band.ask(c.OP_UPDATE_BEGIN, band.signed(c.OP_UPDATE_BEGIN, parcel.begin))
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
    fields = band.signed(c.OP_UPDATE_BEGIN, parcel.begin)
    assert band.ask(c.OP_UPDATE_BEGIN, fields)[1] == {"position": 0}
    code = band.ask(c.OP_UPDATE_DATA, {"position": 0}, parcel.index)
    assert code == c.CODE_IMAGE_REFUSED
    assert band.signals.log[-1] == ("hide", p.UPDATING)
    assert band.restarts == 0


def test_update_that_somebody_else_begins_leaves_the_running_one_alone():
    band = Band()
    parcel = Parcel()
    fields = band.signed(c.OP_UPDATE_BEGIN, parcel.begin)
    band.ask(c.OP_UPDATE_BEGIN, fields)
    band.ask(c.OP_UPDATE_DATA, {"position": 0}, parcel.stream[:300])
    band.signals.take()
    wrong = dict(fields, tag=bytes(32))
    assert band.ask(c.OP_UPDATE_BEGIN, wrong) == c.CODE_NOT_AUTHENTICATED
    assert band.update.under_way
    assert band.signals.log == []
    assert band.ask(c.OP_UPDATE_BEGIN, fields)[1]["position"] == 300


def test_pieces_and_end_before_a_begin_are_refused():
    band = Band()
    assert band.ask(c.OP_UPDATE_DATA, {"position": 0}, b"x") == c.CODE_OUT_OF_ORDER
    assert band.ask(c.OP_UPDATE_FINISH) == c.CODE_OUT_OF_ORDER
    assert band.restarts == 0
