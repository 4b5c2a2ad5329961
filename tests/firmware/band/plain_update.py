"""Runs in MicroPython: an update, from its first byte to the start of the new version."""

import os
import sys

from band.trial import Trial
from band.update import Update, version_detail
from pouch_protocol import constants as c
from pouch_protocol.band import Refusal
from start import state as states
from start.choice import choose
from tests.support.on_band.cut_flash import CutFlash, mount, names, power_cycle
from tests.support.on_band.parcel import BOARD, MPY, Parcel, contents
from tests.support.on_band.ram_flash import ROOT

NEW = version_detail((0, 2, 0))


class Band:
    """What an update needs of a band: room and a record of events."""

    def __init__(self, room=True):
        self.room = room
        self.asked_blocks = []
        self.events = []

    def make_room(self, blocks):
        self.asked_blocks.append(blocks)
        return self.room

    def add_event(self, event, version):
        self.events.append((event, version))

    def update(self):
        return Update(ROOT, BOARD, self.make_room, self.add_event)

    def trial(self):
        return Trial(ROOT, self.add_event)


def _fresh(blocks=64):
    sys.path[:] = [path for path in sys.path if not path.startswith(ROOT)]
    mount(CutFlash(blocks), format_it=True)
    return Band()


def _start():
    """Start as the loader does; return the folder of the copy that runs."""
    power_cycle()
    sys.path[:] = [path for path in sys.path if not path.startswith(ROOT)]
    folder = choose(ROOT, states.load(ROOT))
    if folder is not None:
        sys.path.insert(0, folder)
    return folder


def _send(update, parcel, step=200, until=None):
    position = update.begin(parcel.begin)
    while position < (until or len(parcel.stream)):
        position = update.data(position, parcel.stream[position : position + step])
    return position


def _refused(action, *arguments):
    try:
        action(*arguments)
    except Refusal as refusal:
        return refusal.code
    raise AssertionError("nothing was refused")


def _install(band, parcel):
    update = band.update()
    _send(update, parcel)
    update.finish()
    return update


def _is_in(folder, parcel):
    for path, data in parcel.files:
        with open(folder + "/" + path, "rb") as file:
            assert file.read() == data, path


def test_band_without_any_update_runs_the_factorys_copy():
    band = _fresh()
    assert _start() is None
    assert not band.trial().on_trial


def test_whole_update_starts_on_trial_and_stays_once_it_is_confirmed():
    band = _fresh()
    parcel = Parcel()
    update = _install(band, parcel)
    assert update.ready
    assert band.events == [(c.EVENT_UPDATE_STARTED, NEW)]
    folder = _start()
    assert folder == ROOT + "/firmware/a"
    _is_in(folder, parcel)
    trial = band.trial()
    assert trial.on_trial
    trial.confirm()
    trial.confirm()
    assert band.events[1:] == [(c.EVENT_UPDATE_CONFIRMED, NEW)]
    for _ in range(5):
        assert _start() == folder
    assert not band.trial().on_trial


def test_every_size_of_piece_brings_the_same_files():
    for step in (1, 7, 199, 1024, 100_000):
        band = _fresh()
        parcel = Parcel()
        update = band.update()
        _send(update, parcel, step)
        update.finish()
        _is_in(_start(), parcel)


def test_second_update_goes_into_the_other_slot_and_the_first_gives_its_room_back():
    band = _fresh()
    _install(band, Parcel())
    _start()
    band.trial().confirm()
    later = Parcel(version=(0, 3, 0))
    _install(band, later)
    folder = _start()
    assert folder == ROOT + "/firmware/b"
    assert "a" in names("/firmware")
    band.trial().confirm()
    assert "a" not in names("/firmware")
    _is_in(folder, later)


def test_version_that_is_never_healthy_goes_back_to_the_factorys_copy_after_three_starts():
    band = _fresh()
    _install(band, Parcel())
    assert [_start() for _ in range(4)] == [ROOT + "/firmware/a"] * 3 + [None]
    trial = band.trial()
    trial.report()
    trial.report()
    band.trial().report()
    assert band.events[1:] == [(c.EVENT_UPDATE_ROLLED_BACK, NEW)]
    assert _start() is None


def test_version_that_is_never_healthy_goes_back_to_the_version_before_it():
    band = _fresh()
    _install(band, Parcel())
    _start()
    band.trial().confirm()
    _install(band, Parcel(version=(0, 3, 0)))
    a, b = (ROOT + "/firmware/" + slot for slot in "ab")
    assert [_start() for _ in range(5)] == [b, b, b, a, a]
    band.trial().report()
    assert band.events[-1] == (c.EVENT_UPDATE_ROLLED_BACK, version_detail((0, 3, 0)))


def test_way_back_to_a_slot_that_is_gone_leads_to_the_factorys_copy():
    band = _fresh()
    _install(band, Parcel())
    state = states.load(ROOT)
    state.previous = "b"
    state.boots_left = 0
    states.save(ROOT, state)
    assert _start() is None
    assert states.load(ROOT).given_up == NEW


def test_update_is_refused_while_a_version_is_on_trial():
    # Its way back is the slot that the update would be written to.
    band = _fresh()
    update = _install(band, Parcel())
    assert _refused(update.begin, Parcel(version=(0, 3, 0)).begin) == c.CODE_BUSY
    _start()
    assert _refused(band.update().begin, Parcel(version=(0, 3, 0)).begin) == c.CODE_BUSY


def test_connection_lost_at_any_byte_goes_on_at_that_byte():
    band = _fresh()
    parcel = Parcel()
    update = band.update()
    for lost_at in range(1, len(parcel.stream), 97):
        position = _send(update, parcel, step=97, until=lost_at)
        assert update.begin(parcel.begin) == position
    _send(update, parcel)
    update.finish()
    _is_in(_start(), parcel)


def test_restart_goes_on_with_what_was_written_whole():
    parcel = Parcel()
    resumed = set()
    for lost_at in range(1, len(parcel.stream), 211):
        band = _fresh()
        _send(band.update(), parcel, step=100, until=lost_at)
        assert _start() is None
        update = band.update()
        resumed.add(update.begin(parcel.begin))
        _send(update, parcel)
        update.finish()
        _is_in(_start(), parcel)
    ends = [0, len(parcel.index)]
    for _, data in parcel.files:
        ends.append(ends[-1] + len(data))
    assert resumed <= set(ends)
    assert len(resumed) >= 5


def test_another_package_takes_the_place_of_a_begun_one():
    band = _fresh()
    first = Parcel()
    later = Parcel(version=(0, 3, 0), files=Parcel().files + [("band/more.mpy", contents(1))])
    update = band.update()
    _send(update, first, until=3000)
    assert update.begin(later.begin) == 0
    _send(update, later)
    update.finish()
    _is_in(_start(), later)


def test_piece_from_elsewhere_is_not_taken_and_says_where_to_go_on():
    band = _fresh()
    parcel = Parcel()
    update = band.update()
    position = _send(update, parcel, until=500)
    assert update.data(0, parcel.stream[:100]) == position
    assert update.data(position + 1, b"x") == position
    assert _refused(update.data, position, bytes(len(parcel.stream))) == c.CODE_INVALID_OPERAND
    _send(update, parcel)
    update.finish()


def test_pieces_and_end_without_a_begin_are_refused():
    band = _fresh()
    assert _refused(band.update().data, 0, b"x") == c.CODE_OUT_OF_ORDER
    assert _refused(band.update().finish) == c.CODE_OUT_OF_ORDER
    update = band.update()
    _send(update, Parcel(), until=3000)
    assert _refused(update.finish) == c.CODE_OUT_OF_ORDER


def test_package_that_cannot_run_here_is_refused_before_its_files_come():
    other_version = (MPY & 0xFF) + 1, MPY >> 10
    other_arch = MPY & 0xFF, (MPY >> 10) + 1
    files = Parcel().files
    cases = {
        "board": Parcel(board="pico_w"),
        "mpy version": Parcel(mpy=other_version),
        "mpy arch": Parcel(mpy=other_arch),
        "no app": Parcel(files=[file for file in files if file[0] != "band/app.mpy"]),
        "no board file": Parcel(files=[file for file in files if "xiao" not in file[0]]),
        "no package": Parcel(files=[file for file in files if "drivers" not in file[0]]),
        "twice": Parcel(files=files + files[:1]),
        "empty": Parcel(files=files + [("band/empty.mpy", b"")]),
    }
    for what, parcel in cases.items():
        band = _fresh()
        update = band.update()
        update.begin(parcel.begin)
        assert _refused(update.data, 0, parcel.index) == c.CODE_IMAGE_REFUSED, what
        assert names("/firmware") == [], what
        assert _start() is None


def test_index_that_is_not_the_announced_one_is_refused():
    band = _fresh()
    parcel = Parcel()
    for at in range(0, len(parcel.index), 23):
        update = band.update()
        index = bytearray(parcel.index)
        index[at] ^= 1
        update.begin(parcel.begin)
        assert _refused(update.data, 0, bytes(index)) == c.CODE_IMAGE_REFUSED, at


def test_index_that_cannot_be_is_refused():
    band = _fresh()
    parcel = Parcel()
    for changes in ({"index_bytes": 5}, {"index_bytes": 9000}, {"total_bytes": 100}):
        fields = parcel.begin
        fields.update(changes)
        assert _refused(band.update().begin, fields) == c.CODE_INVALID_OPERAND, changes


def test_file_that_is_not_what_the_index_says_is_found_at_the_end():
    parcel = Parcel()
    for at in range(len(parcel.index), len(parcel.stream), 401):
        band = _fresh()
        damaged = Parcel()
        stream = bytearray(damaged.stream)
        stream[at] ^= 0x10
        damaged.stream = bytes(stream)
        update = band.update()
        _send(update, damaged)
        assert _refused(update.finish) == c.CODE_IMAGE_REFUSED
        assert not update.ready
        assert _start() is None
        # From the beginning again, all is well.
        _install(band, parcel)


def test_file_for_another_interpreter_is_refused_whatever_the_index_says():
    good = contents(2)
    # Another arch, another version, flags of an arch, larger integers, no .mpy at all.
    for head in (b"M\x06\x2f\x1f", b"M\x05\x0b\x1f", b"M\x06\x4b\x1f", b"M\x06\x0b\x3f", b"#!py"):
        band = _fresh()
        update = band.update()
        _send(update, Parcel(files=Parcel().files + [("band/other.mpy", head + good[4:])]))
        assert _refused(update.finish) == c.CODE_IMAGE_REFUSED, head


def test_file_without_native_code_runs_on_every_arch():
    band = _fresh()
    plain = b"M" + bytes((MPY & 0xFF, 0, 31)) + contents(2)[4:]
    _install(band, Parcel(files=Parcel().files + [("band/plain.mpy", plain)]))


def test_flash_without_room_is_told_before_the_files_come():
    band = _fresh()
    band.room = False
    assert _refused(band.update().begin, Parcel().begin) == c.CODE_NO_ROOM
    band.room = True
    update = band.update()
    parcel = Parcel()
    update.begin(parcel.begin)
    band.room = False
    assert _refused(update.data, 0, parcel.index) == c.CODE_NO_ROOM
    # The index stays: with room, the files are asked for at once.
    band.room = True
    assert band.update().begin(parcel.begin) == len(parcel.index)


def test_flash_that_runs_full_in_the_middle_refuses_and_keeps_the_old_version():
    band = _fresh(blocks=16)
    with open(ROOT + "/filler", "wb") as file:
        file.write(bytes(6 * 4096))
    update = band.update()
    assert _refused(_send, update, Parcel(files=_large())) == c.CODE_NO_ROOM
    assert _start() is None
    os.remove(ROOT + "/filler")


def _large():
    return Parcel().files + [("band/large%d.mpy" % n, contents(2)) for n in range(6)]


def test_room_is_asked_for_once_and_not_again_for_what_is_there():
    band = _fresh()
    parcel = Parcel()
    _send(band.update(), parcel)
    first = band.asked_blocks[-1]
    assert first >= 20 + 8 + len(parcel.files)
    _start()
    _send(band.update(), parcel)
    assert band.asked_blocks[-1] == first - len(parcel.files) - 1


def test_factorys_copy_never_confirms_a_version_that_could_not_be_counted():
    # The loader starts the factory's copy when it cannot write that a trial began.
    band = _fresh()
    _install(band, Parcel())
    power_cycle()
    trial = band.trial()
    assert not trial.on_trial
    trial.confirm()
    assert states.load(ROOT).on_trial


def test_damaged_state_means_the_factorys_copy():
    band = _fresh()
    _install(band, Parcel())
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
    band = _fresh()
    _install(band, Parcel())
    _start()
    band.trial().confirm()
    state = states.load(ROOT)
    state.doubt()
    states.save(ROOT, state)
    assert [_start() for _ in range(3)] == [ROOT + "/firmware/a"] * 2 + [None]
