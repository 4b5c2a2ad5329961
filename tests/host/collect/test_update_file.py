"""A file with which bands are updated: read whole, or refused in one line."""

import pytest

from pouch_host.collect.update_file import UpdateFile
from pouch_host.errors import InputError
from pouch_protocol import package
from tests.host.collect.cable_band import tiny_update


def read(tmp_path, data):
    path = tmp_path / "x.pouch"
    path.write_bytes(data)
    return UpdateFile.read(path)


def test_whole_file_is_read(tmp_path):
    file = read(tmp_path, tiny_update(version=(1, 20, 3)))
    assert (file.board, file.version_text) == ("xiao_esp32c3", "1.20.3")


def test_cut_anywhere_is_refused_in_one_line(tmp_path):
    data = tiny_update(size=64)
    for size in range(len(data)):
        with pytest.raises(InputError, match=r"x\.pouch: (not an update|damaged)") as caught:
            read(tmp_path, data[:size])
        assert "\n" not in str(caught.value)


def test_any_bit_turned_over_in_a_file_or_its_hash_is_refused(tmp_path):
    # What is left is what a band checks itself: its board, its MicroPython and the names.
    data = tiny_update(size=64)
    _, files = package.decode_index(data)
    names = set(range(package.HEADER.size))
    at = package.HEADER.size
    for _ in files:
        names.update(range(at + package.ENTRY.size, at + data[at]))
        at += data[at]
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        try:
            read(tmp_path, bytes(changed))
        except InputError:
            continue
        assert at in names, at


def test_longer_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="3 bytes too long"):
        read(tmp_path, tiny_update() + b"abc")


def test_file_of_a_later_pouch_is_told_so(tmp_path):
    data = bytearray(tiny_update())
    data[4] = 2
    with pytest.raises(InputError, match="package version 2: update Pouch"):
        read(tmp_path, bytes(data))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.pouch: No such file"):
        UpdateFile.read(tmp_path / "nothing.pouch")
