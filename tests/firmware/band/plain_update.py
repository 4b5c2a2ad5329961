"""Runs in MicroPython: an update from its first byte to its last, and what is refused."""

import os

from pouch_protocol import constants as c
from start import state as states
from tests.support.on_band.cut_flash import names
from tests.support.on_band.parcel import MPY, Parcel, contents
from tests.support.on_band.ram_flash import ROOT
from tests.support.on_band.updated import assert_holds, fresh, install, refused, send, start

BLOCK_BYTES = 4096
FACTORY = states.FACTORY


def test_every_size_of_piece_brings_the_same_image():
    for step in (1, 7, 199, 1024, 100_000):
        band = fresh()
        parcel = Parcel()
        update = band.update()
        send(update, parcel, step)
        update.finish()
        assert_holds(start(), parcel)


def test_connection_lost_at_any_byte_goes_on_at_that_byte():
    band = fresh()
    parcel = Parcel()
    update = band.update()
    for lost_at in range(1, len(parcel.stream), 97):
        position = send(update, parcel, step=97, until=lost_at)
        assert update.begin(parcel.begin) == position
    send(update, parcel)
    update.finish()
    assert_holds(start(), parcel)


def test_restart_goes_on_with_what_is_durable():
    parcel = _large()
    resumed = set()
    for lost_at in range(1, len(parcel.stream), 1201):
        band = fresh()
        sent = send(band.update(), parcel, step=100, until=lost_at)
        assert start() == FACTORY
        update = band.update()
        position = update.begin(parcel.begin)
        resumed.add(position)
        # At most a block again, unless not even the index had come.
        assert position in (0, len(parcel.index)) or position % BLOCK_BYTES == 0, position
        assert position <= sent, lost_at
        if sent > len(parcel.index):
            assert position > sent - BLOCK_BYTES, lost_at
        send(update, parcel)
        update.finish()
        assert_holds(start(), parcel)
    assert resumed >= {0, len(parcel.index), 2 * BLOCK_BYTES, 3 * BLOCK_BYTES}


def test_restart_within_a_long_index_begins_again():
    # What has come of an index cannot be checked before its end.
    small = [("band/m%d.mpy" % number, contents(0)) for number in range(80)]
    parcel = Parcel(files=Parcel().files + small)
    assert len(parcel.index) > BLOCK_BYTES + 100
    band = fresh()
    send(band.update(), parcel, step=100, until=BLOCK_BYTES + 100)
    start()
    update = band.update()
    assert update.begin(parcel.begin) == 0
    send(update, parcel)
    update.finish()
    assert_holds(start(), parcel)


def test_restart_after_the_last_byte_needs_no_byte_more():
    band = fresh()
    parcel = Parcel()
    send(band.update(), parcel)
    start()
    update = band.update()
    assert update.begin(parcel.begin) == len(parcel.stream)
    update.finish()
    assert_holds(start(), parcel)


def test_another_package_takes_the_place_of_a_begun_one():
    band = fresh()
    first = Parcel()
    later = Parcel(version=(0, 3, 0), files=Parcel().files + [("band/more.mpy", contents(1))])
    update = band.update()
    send(update, first, until=3000)
    assert update.begin(later.begin) == 0
    send(update, later)
    update.finish()
    assert_holds(start(), later)


def test_piece_from_elsewhere_is_not_taken_and_says_where_to_go_on():
    band = fresh()
    parcel = Parcel()
    update = band.update()
    position = send(update, parcel, until=500)
    assert update.data(0, parcel.stream[:100]) == position
    assert update.data(position + 1, b"x") == position
    assert refused(update.data, position, bytes(len(parcel.stream))) == c.CODE_INVALID_OPERAND
    send(update, parcel)
    update.finish()


def test_pieces_and_end_without_a_begin_are_refused():
    band = fresh()
    assert refused(band.update().data, 0, b"x") == c.CODE_OUT_OF_ORDER
    assert refused(band.update().finish) == c.CODE_OUT_OF_ORDER
    update = band.update()
    send(update, Parcel(), until=3000)
    assert refused(update.finish) == c.CODE_OUT_OF_ORDER


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
        "index goes on": _announced(0),
        "files go on": _announced(1),
    }
    for what, parcel in cases.items():
        band = fresh()
        update = band.update()
        update.begin(parcel.begin)
        assert refused(update.data, 0, parcel.index) == c.CODE_IMAGE_REFUSED, what
        assert names("/firmware") == [], what
        assert start() == FACTORY


def _announced(more_bytes):
    """Return a parcel with an index that has a byte too many, or files that have."""
    parcel = Parcel()
    if not more_bytes:
        parcel.index += b"x"
    parcel.stream = parcel.index + parcel.stream[len(Parcel().index) :] + bytes(more_bytes)
    return parcel


def test_slot_that_holds_more_than_is_announced_is_begun_again():
    band = fresh()
    parcel = Parcel()
    send(band.update(), parcel)
    start()
    with open(states.slot_path(ROOT, "a"), "ab") as file:
        file.write(b"x")
    update = band.update()
    assert update.begin(parcel.begin) == 0
    send(update, parcel)
    update.finish()
    assert_holds(start(), parcel)


def test_index_that_is_not_the_announced_one_is_refused():
    band = fresh()
    parcel = Parcel()
    for at in range(0, len(parcel.index), 23):
        update = band.update()
        index = bytearray(parcel.index)
        index[at] ^= 1
        update.begin(parcel.begin)
        assert refused(update.data, 0, bytes(index)) == c.CODE_IMAGE_REFUSED, at


def test_index_that_cannot_be_is_refused():
    band = fresh()
    parcel = Parcel()
    for changes in ({"index_bytes": 5}, {"index_bytes": 9000}, {"total_bytes": 100}):
        fields = parcel.begin
        fields.update(changes)
        assert refused(band.update().begin, fields) == c.CODE_INVALID_OPERAND, changes


def test_file_that_is_not_what_the_index_says_is_found_at_the_end():
    parcel = Parcel()
    for at in range(len(parcel.index), len(parcel.stream), 401):
        band = fresh()
        damaged = Parcel()
        stream = bytearray(damaged.stream)
        stream[at] ^= 0x10
        damaged.stream = bytes(stream)
        update = band.update()
        send(update, damaged)
        assert refused(update.finish) == c.CODE_IMAGE_REFUSED
        assert not update.ready
        assert start() == FACTORY
        # From the beginning again, all is well.
        install(band, parcel)


def test_file_for_another_interpreter_is_refused_whatever_the_index_says():
    good = contents(2)
    # Another arch, another version, flags of an arch, larger integers, no .mpy at all.
    for head in (b"M\x06\x2f\x1f", b"M\x05\x0b\x1f", b"M\x06\x4b\x1f", b"M\x06\x0b\x3f", b"#!py"):
        band = fresh()
        update = band.update()
        send(update, Parcel(files=Parcel().files + [("band/other.mpy", head + good[4:])]))
        assert refused(update.finish) == c.CODE_IMAGE_REFUSED, head


def test_file_without_native_code_runs_on_every_arch():
    band = fresh()
    plain = b"M" + bytes((MPY & 0xFF, 0, 31)) + contents(2)[4:]
    install(band, Parcel(files=Parcel().files + [("band/plain.mpy", plain)]))


def test_flash_without_room_is_told_before_a_byte_comes():
    band = fresh()
    band.room = False
    update = band.update()
    assert refused(update.begin, Parcel().begin) == c.CODE_NO_ROOM
    assert not update.under_way
    band.room = True
    install(band, Parcel())
    assert_holds(start(), Parcel())


def test_flash_that_runs_full_in_the_middle_refuses_and_keeps_the_old_version():
    band = fresh(blocks=16)
    with open(ROOT + "/filler", "wb") as file:
        file.write(bytes(6 * BLOCK_BYTES))
    update = band.update()
    assert refused(send, update, _large()) == c.CODE_NO_ROOM
    assert start() == FACTORY
    # With room it goes on where the flash ran full.
    os.remove(ROOT + "/filler")
    update = band.update()
    assert update.begin(_large().begin) >= BLOCK_BYTES
    send(update, _large())
    update.finish()
    assert_holds(start(), _large())


def _large():
    return Parcel(files=Parcel().files + [("band/large%d.mpy" % n, contents(2)) for n in range(6)])


def test_room_is_asked_for_what_has_not_come_and_no_more():
    band = fresh()
    parcel = _large()
    send(band.update(), parcel)
    start()
    send(band.update(), parcel)
    first, second = band.asked_blocks
    assert first > len(parcel.stream) // BLOCK_BYTES
    assert first - second == len(parcel.stream) // BLOCK_BYTES
