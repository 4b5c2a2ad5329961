"""`pouch band set-key`: no moment at which it can end leaves a band whose key nobody has."""

import signal

import pytest

from pouch_host import key_files
from pouch_protocol import cable
from pouch_protocol import constants as c
from tests.host.band_cli import AIR, CABLE, LABEL, as_on_a_board, desk
from tests.host.collect.cable_band import KEY

__all__ = ["as_on_a_board", "desk"]

FAREWELL = len(cable.wrap_text(cable.FAREWELL))


def set_key(desk, by=CABLE):
    """Give the band a new key without any fault; return the key."""
    result = desk.run("set-key", by=by)
    assert result.exit_code == 0, result.output
    key = desk.key_in()
    assert desk.band.settings.key == key
    assert desk.key_in(".key.new") is None
    assert key.hex() not in result.output
    return key


def check_nothing_is_lost(desk):
    """See that the key that the band has is here, and found by itself by the next command."""
    band_key = desk.band.settings.key
    assert band_key in (None, desk.key_in(), desk.key_in(".key.new"))
    assert desk.json("info")["key"] == ("none" if band_key is None else "proved")


def test_band_without_a_key_gets_one_that_is_stored_and_never_shown(desk):
    desk.has_band(key=None)
    result = desk.run("set-key")
    assert result.exit_code == 0
    path = desk.keys / f"{LABEL}.key"
    assert desk.band.settings.key == desk.key_in()
    assert result.stdout.strip() == f"band {LABEL}: has a new key, which is in {path}"
    assert desk.key_in().hex() not in result.output
    # And it is the key: a request that needs it is done.
    assert desk.json("configure", "--blinded")["blinded"] is True
    desk.has_band(key=None)
    assert desk.json("set-key") == {"band": LABEL, "key_file": str(path)}


@pytest.mark.parametrize("by", [CABLE, AIR])
def test_who_has_the_key_changes_it_by_cable_and_by_air(desk, by):
    desk.owns_key()
    first = set_key(desk, by)
    assert first != KEY
    # Again, and by the other way.
    second = set_key(desk, CABLE if by is AIR else AIR)
    assert second not in (KEY, first)


def test_key_goes_over_the_air_sealed_only(desk, monkeypatch):
    desk.owns_key()
    frames = []
    take = desk.adapter

    def listened():
        adapter = take()
        make = adapter._links["AA:01"]

        def link():
            made = make()
            send, receive = made.send, made.receive

            async def heard_send(frame):
                frames.append(frame)
                await send(frame)

            async def heard_receive(timeout_s):
                item = await receive(timeout_s)
                frames.append(item[1])
                return item

            made.send, made.receive = heard_send, heard_receive
            return made

        adapter._links["AA:01"] = link
        return adapter

    monkeypatch.setattr(desk, "adapter", listened)
    key = set_key(desk, AIR)
    air = b"".join(frames)
    for secret in (KEY, key):
        assert secret[:4] not in air


def test_lost_key_is_replaced_at_the_cable_with_a_hand_at_the_button(desk):
    line = desk.error("set-key")
    assert line.startswith(f"band {LABEL}: it has a key that this computer has not")
    assert "hold its button for ten seconds" in line
    assert desk.band.settings.key == KEY
    assert list(desk.keys.iterdir()) == []
    desk.band.gesture()
    set_key(desk)


def test_wrong_key_here_is_replaced_by_that_of_the_button_only_when_the_band_has_taken_it(desk):
    path = desk.owns_key(b"w" * 16)
    assert "it has a key that this computer has not" in desk.error("set-key")
    assert desk.key_in() == b"w" * 16
    assert list(desk.keys.iterdir()) == [path]
    desk.band.gesture()
    assert set_key(desk) != b"w" * 16


def test_by_air_a_band_whose_key_is_not_here_gets_none(desk):
    assert "this computer has no key for this band" in desk.error("set-key", by=AIR)
    assert not desk.keys.exists()


@pytest.mark.parametrize("band_key", [KEY, None])
@pytest.mark.parametrize("ctrl_c", [False, True])
def test_line_or_person_that_ends_it_at_any_byte_leaves_a_key_that_is_here(desk, band_key, ctrl_c):
    # Method: count the bytes of a change without a fault, then end it after every third.
    desk.has_band(key=band_key)
    if band_key is not None:
        desk.owns_key(band_key)
    before = desk.band.heard_bytes
    set_key(desk)
    total = desk.band.heard_bytes - before - FAREWELL
    assert total > 60
    for cut_after in range(1, total, 3):
        if band_key is None:
            desk.band.close()
            desk.has_band(key=None)
            for path in desk.keys.iterdir():
                path.unlink()
        desk.band.heard_bytes, desk.band.cut_after = 0, cut_after
        desk.band.on_cut = (lambda: signal.raise_signal(signal.SIGINT)) if ctrl_c else None
        result = desk.run("set-key")
        assert result.exit_code == (130 if ctrl_c else 1), (cut_after, result.output)
        assert "Traceback" not in result.output
        check_nothing_is_lost(desk)
        if desk.key_in(".key.new") is not None and ctrl_c:
            assert "it may have the key in" in result.stderr, cut_after
        set_key(desk)


@pytest.mark.parametrize("by", [CABLE, AIR])
def test_lost_answer_is_found_out_by_the_same_command_which_draws_no_other_key(desk, by):
    desk.owns_key()
    if by is CABLE:
        desk.band.lose_reply_to = c.OP_SET_KEY
    else:
        # HELLO_REPLY, AUTH_REPLY, INFO_REPLY; the next is lost.
        desk.air = {"cut_after": 3}
    line = desk.error("set-key", by=by)
    new_path = desk.keys / f"{LABEL}.key.new"
    assert f"it may have the key in {new_path} now or the one that it had" in line
    drawn = desk.key_in(".key.new")
    assert desk.band.settings.key == drawn
    assert desk.key_in() == KEY
    desk.air = {}
    result = desk.run("set-key", by=by)
    assert result.exit_code == 0
    assert f"band {LABEL}: has its new key, which is in" in result.stderr
    assert desk.band.settings.key == desk.key_in() == drawn
    assert not new_path.exists()


@pytest.mark.parametrize("command", [("info",), ("settings",), ("identify",), ("set-key",)])
def test_any_connection_puts_the_new_key_in_its_place_once_the_band_proves_it(desk, command):
    desk.owns_key()
    new_key = b"n" * 16
    desk.owns_key(new_key, suffix=".key.new")
    # As long as the band proves the old one, both stay.
    assert desk.run("settings").exit_code == 0
    assert (desk.key_in(), desk.key_in(".key.new")) == (KEY, new_key)
    desk.band.close()
    desk.has_band(key=new_key)
    assert desk.run(*command).exit_code == 0
    assert (desk.key_in(), desk.key_in(".key.new")) == (new_key, None)
    assert desk.band.settings.key == new_key


def test_key_that_was_drawn_and_never_arrived_is_the_one_that_is_sent_next(desk):
    desk.owns_key()
    desk.owns_key(b"n" * 16, suffix=".key.new")
    assert set_key(desk) == b"n" * 16


@pytest.mark.parametrize("step", ["replace", "sync_folder"])
def test_computer_that_dies_after_the_answer_finds_the_key_at_the_next_start(
    desk, monkeypatch, step
):
    desk.owns_key()

    class PowerCut(BaseException):
        pass

    def die(*_arguments):
        raise PowerCut

    with monkeypatch.context() as patched:
        if step == "replace":
            patched.setattr(key_files.NewKey, "keep", die)
        else:
            # The key was drawn, and only the second time that a folder is made durable is after
            # the answer.
            synced = []
            patched.setattr(
                key_files, "sync_folder", lambda _folder: die() if synced else synced.append(1)
            )
        with pytest.raises(PowerCut):
            desk.run("set-key")
    assert desk.band.settings.key != KEY
    check_nothing_is_lost(desk)
    assert desk.key_in() == desk.band.settings.key


def test_key_that_cannot_be_stored_is_not_sent(desk):
    desk.has_band(key=None)
    desk.keys.parent.mkdir(parents=True, exist_ok=True)
    desk.keys.write_text("a file is in the way")
    assert "the key cannot be stored" in desk.error("set-key")
    assert desk.band.settings.key is None


def test_key_goes_into_the_file_that_is_named(desk, tmp_path):
    desk.has_band(key=None)
    path = tmp_path / "mine.key"
    for _ in range(2):
        result = desk.run("--key-file", path, "set-key")
        assert result.exit_code == 0, result.output
        assert bytes.fromhex(path.read_text()) == desk.band.settings.key
    assert not desk.keys.exists()
