"""Keys on this computer: found where they are said to be, never lost on their way to a band."""

import os
import stat

import pytest

from pouch_host.band_keys import KeyRing
from pouch_host.errors import InputError

LABEL = "P-0012ABCD"
KEY = bytes(range(16))


@pytest.fixture
def notes():
    return []


@pytest.fixture
def ring(tmp_path, notes):
    def make(chosen=None, text=None):
        return KeyRing(tmp_path / "keys", chosen, text, on_note=notes.append)

    return make


def write(path, text, mode=0o600):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_key_is_found_in_its_own_file_by_the_bands_label(tmp_path, ring, notes):
    write(tmp_path / "keys" / f"{LABEL}.key", KEY.hex() + "\n")
    assert ring().key_of(LABEL) == KEY
    assert notes == []


def test_named_file_goes_before_the_environment_and_that_before_the_folder(tmp_path, ring):
    write(tmp_path / "keys" / f"{LABEL}.key", "00" * 16)
    named = write(tmp_path / "named.key", KEY.hex())
    assert ring(text="11" * 16).key_of(LABEL) == bytes.fromhex("11" * 16)
    assert ring(named, "11" * 16).key_of(LABEL) == KEY


def test_named_folder_holds_a_file_for_each_band(tmp_path, ring):
    folder = tmp_path / "ward"
    write(folder / f"{LABEL}.key", KEY.hex().upper())
    assert ring(folder).key_of(LABEL) == KEY
    with pytest.raises(InputError, match=r"band P-00000001: no key in .*P-00000001\.key"):
        ring(folder).key_of("P-00000001")


@pytest.mark.parametrize(
    "text", ["", KEY.hex()[:-1], KEY.hex() + "0", "z" * 32, " ".join(["00"] * 16), "\u00e9" * 32]
)
def test_file_that_holds_no_key_is_named_without_its_content(tmp_path, ring, text):
    path = tmp_path / "bad.key"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        ring(path)
    assert str(caught.value) == f"{path}: not a key: 32 hexadecimal digits are one"


def test_environment_that_holds_no_key_is_named(ring):
    with pytest.raises(InputError, match="POUCH_KEY: not a key"):
        ring(text="secret")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has modes of files")
@pytest.mark.parametrize(("mode", "told"), [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1)])
def test_key_that_others_can_read_is_told_of(tmp_path, ring, notes, mode, told):
    path = write(tmp_path / "x.key", KEY.hex(), mode)
    assert ring(path).key_of(LABEL) == KEY
    assert notes == [f"note: others can read this key: chmod 600 {path}"] * told


def test_drawn_key_is_stored_for_its_owner_before_it_is_anywhere_else(tmp_path, ring):
    new_key = ring().draw(LABEL)
    assert new_key.new_path == tmp_path / "keys" / f"{LABEL}.key.new"
    assert bytes.fromhex(new_key.new_path.read_text()) == new_key.key
    assert stat.S_IMODE(new_key.new_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(new_key.new_path.parent.stat().st_mode) == 0o700
    assert not new_key.path.exists()
    new_key.keep()
    assert ring().key_of(LABEL) == new_key.key
    assert not new_key.new_path.exists()


def test_no_two_drawn_keys_are_the_same(ring):
    assert len({ring().draw(f"P-{n:08X}").key for n in range(50)}) == 50


def test_refused_key_leaves_the_old_one(tmp_path, ring):
    path = write(tmp_path / "keys" / f"{LABEL}.key", KEY.hex())
    new_key = ring().draw(LABEL)
    assert new_key.key != KEY
    new_key.drop()
    assert ring().key_of(LABEL) == KEY
    assert list(path.parent.iterdir()) == [path]


def test_key_whose_fate_is_not_known_is_drawn_again_as_it_is(tmp_path, ring, notes):
    write(tmp_path / "keys" / f"{LABEL}.key", KEY.hex())
    first = ring().draw(LABEL)
    assert not first.drawn_before
    # The band may have either: the old one is used, and the new one told of.
    assert ring().key_of(LABEL) == KEY
    (note,) = notes
    assert note == (
        f"note: {first.new_path} was drawn for band {LABEL} and may be its key:"
        " 'pouch band set-key' sends it again"
    )
    again = ring().draw(LABEL)
    assert again.drawn_before
    assert again.key == first.key
    again.drop()
    assert again.new_path.exists()
    again.keep()
    assert ring().key_of(LABEL) == first.key


def test_key_that_cannot_be_stored_is_not_drawn(tmp_path, ring):
    (tmp_path / "keys").write_text("a file is in the way")
    with pytest.raises(InputError, match="the key cannot be stored"):
        ring().draw(LABEL)
