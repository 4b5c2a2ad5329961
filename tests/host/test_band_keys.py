"""Keys on this computer: found where they are said to be, never lost on their way to a band."""

import os
import stat

import pytest

from pouch_host.band_keys import KeyRing
from pouch_host.collect.known import KnownKey
from pouch_host.errors import InputError
from pouch_host.key_files import key_text, parse_key_text

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
    assert ring().keys() == {LABEL: (KEY,)}
    assert notes == []


def test_named_file_is_the_only_one_and_the_environments_key_one_more(tmp_path, ring):
    write(tmp_path / "keys" / f"{LABEL}.key", "00" * 16)
    named = write(tmp_path / "named.key", KEY.hex())
    assert ring(text="11" * 16).keys() == {"": (b"\x11" * 16,), LABEL: (bytes(16),)}
    assert ring(named, "11" * 16).keys() == {"": (KEY,)}


def test_named_file_may_bear_the_label(tmp_path, ring):
    assert ring(write(tmp_path / f"{LABEL}.key", KEY.hex())).keys() == {LABEL: (KEY,)}


def test_named_folder_holds_a_file_for_each_band(tmp_path, ring, notes):
    folder = tmp_path / "ward"
    write(folder / f"{LABEL}.key", KEY.hex().upper())
    write(folder / "P-00000001.key", "11" * 16)
    for other in ("P-1.key", "P-00000002.key.old", "notes.txt", f".{LABEL}.key.1234"):
        write(folder / other, "of no interest")
    assert ring(folder).keys() == {LABEL: (KEY,), "P-00000001": (b"\x11" * 16,)}
    assert notes == []


def test_folder_that_is_not_there_yet_has_no_keys(tmp_path, ring):
    assert ring().keys() == {}
    assert ring(tmp_path / "ward").path_of(LABEL) == tmp_path / "ward" / f"{LABEL}.key"
    assert ring(tmp_path / "mine.key").path_of(LABEL) == tmp_path / "mine.key"


def test_keys_are_the_same_object_until_something_changes(tmp_path, ring):
    made = ring()
    path = write(tmp_path / "keys" / f"{LABEL}.key", KEY.hex())
    first = made.keys()
    assert made.keys() is first
    # Also a file that was written in place, of which its folder knows nothing.
    path.write_text("11" * 16 + "\n")
    assert made.keys() == {LABEL: (b"\x11" * 16,)}
    write(tmp_path / "keys" / "P-00000001.key", KEY.hex())
    assert set(made.keys()) == {LABEL, "P-00000001"}
    path.unlink()
    assert set(made.keys()) == {"P-00000001"}


def test_file_without_a_key_is_told_of_once_and_passed_over(tmp_path, ring, notes):
    bad = write(tmp_path / "keys" / f"{LABEL}.key", "no key")
    write(tmp_path / "keys" / "P-00000001.key", KEY.hex())
    made = ring()
    assert made.keys() == {"P-00000001": (KEY,)}
    write(tmp_path / "keys" / "P-00000002.key", KEY.hex())
    assert set(made.keys()) == {"P-00000001", "P-00000002"}
    assert notes == [f"note: {bad}: not a key: 32 hexadecimal digits are one: passed over"]


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
    assert ring(path).keys() == {"": (KEY,)}
    assert notes == [f"note: others can read this key: chmod 600 {path}"] * told


def test_drawn_key_is_stored_for_its_owner_before_it_is_anywhere_else(tmp_path, ring):
    new_key = ring().draw(LABEL)
    assert new_key.new_path == tmp_path / "keys" / f"{LABEL}.key.new"
    assert bytes.fromhex(new_key.new_path.read_text()) == new_key.key
    assert stat.S_IMODE(new_key.new_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(new_key.new_path.parent.stat().st_mode) == 0o700
    assert not new_key.path.exists()
    new_key.keep()
    assert ring().keys() == {LABEL: (new_key.key,)}
    assert not new_key.new_path.exists()


def test_no_two_drawn_keys_are_the_same(ring):
    assert len({ring().draw(f"P-{n:08X}").key for n in range(50)}) == 50


def test_refused_key_leaves_the_old_one(tmp_path, ring):
    path = write(tmp_path / "keys" / f"{LABEL}.key", KEY.hex())
    new_key = ring().draw(LABEL)
    assert new_key.key != KEY
    new_key.drop()
    assert ring().keys() == {LABEL: (KEY,)}
    assert list(path.parent.iterdir()) == [path]


def test_key_whose_fate_is_not_known_is_drawn_again_as_it_is(tmp_path, ring, notes):
    write(tmp_path / "keys" / f"{LABEL}.key", KEY.hex())
    first = ring().draw(LABEL)
    assert not first.drawn_before
    # The band may have either: both are tried.
    assert ring().keys() == {LABEL: (KEY, first.key)}
    again = ring().draw(LABEL)
    assert again.drawn_before
    assert again.key == first.key
    again.drop()
    assert again.new_path.exists()
    again.keep()
    assert ring().keys() == {LABEL: (first.key,)}


@pytest.mark.parametrize("chosen", [None, "mine.key"])
def test_new_key_that_a_band_proves_takes_its_place(tmp_path, ring, notes, chosen):
    made = ring(None if chosen is None else write(tmp_path / chosen, KEY.hex()))
    new_key = made.draw(LABEL)
    made.settle(LABEL, KEY)
    assert new_key.new_path.exists()
    assert made.settled == set()
    made.settle(LABEL, new_key.key)
    assert set(made.keys().values()) == {(new_key.key,)}
    assert not new_key.new_path.exists()
    assert made.settled == {LABEL}
    assert notes == [f"band {LABEL}: has its new key, which is in {new_key.path} now"]
    made.settle(LABEL, new_key.key)
    assert len(notes) == 1


def test_new_key_that_cannot_take_its_place_is_told_and_tried_on(tmp_path, ring, notes):
    made = ring()
    new_key = made.draw(LABEL)
    # A folder is in the way.
    (tmp_path / "keys" / f"{LABEL}.key" / "x").mkdir(parents=True)
    made.settle(LABEL, new_key.key)
    assert new_key.new_path.exists()
    assert f"note: {new_key.new_path}: holds the band's key and cannot be moved" in notes[-1]


@pytest.mark.parametrize("written", range(33))
def test_key_that_was_half_written_when_the_power_went_is_drawn_anew(tmp_path, ring, written):
    # It was never sent: what is sent is durable first. And no reader takes it for a key.
    half = write(tmp_path / "keys" / f"{LABEL}.key.new", (KEY.hex() + "\n")[:written])
    new_key = ring().draw(LABEL)
    assert not new_key.drawn_before
    assert half.read_text() == new_key.key.hex() + "\n"


def test_keys_are_in_no_text_that_describes_them(ring):
    made = ring()
    new_key = made.draw(LABEL)
    known = KnownKey(LABEL, new_key.key)
    for text in (repr(new_key), repr(known), repr(made.held())):
        assert new_key.key.hex() not in text
        assert repr(new_key.key) not in text


def test_held_keys_are_listed_with_what_is_wrong(tmp_path, ring):
    folder = tmp_path / "keys"
    write(folder / f"{LABEL}.key", KEY.hex())
    ring().draw(LABEL)
    ring().draw("P-00000001")
    write(folder / "P-00000002.key", "no key")
    rows = [(one.label, one.present, one.pending, bool(one.fault)) for one in ring().held()]
    assert rows == [
        ("P-00000001", False, True, False),
        ("P-00000002", True, False, True),
        (LABEL, True, True, False),
    ]


def test_key_from_elsewhere_is_kept_for_its_owner_and_replaces_none_unasked(tmp_path, ring):
    made = ring()
    assert made.add(LABEL, KEY, instead=False)
    path = tmp_path / "keys" / f"{LABEL}.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not made.add(LABEL, KEY, instead=False)
    with pytest.raises(InputError, match="holds another key: --replace"):
        made.add(LABEL, bytes(16), instead=False)
    assert made.keys() == {LABEL: (KEY,)}
    assert made.add(LABEL, bytes(16), instead=True)
    assert made.keys() == {LABEL: (bytes(16),)}
    assert list(path.parent.iterdir()) == [path]


def test_text_of_a_label_is_read_back_in_capitals_or_not():
    text = key_text(LABEL, KEY)
    assert text == "POUCH1:P-0012ABCD:000102030405060708090A0B0C0D0E0F"
    for one in (text, text.lower(), f"  {text}\r\n"):
        assert parse_key_text(one, "stdin") == (LABEL, KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "POUCH1:P-0012ABCD",
        "POUCH2:P-0012ABCD:" + KEY.hex(),
        "POUCH1:P-12:" + KEY.hex(),
        "POUCH1:P-0012ABCD:" + KEY.hex()[:-1],
        "POUCH1:P-0012ABCD:" + KEY.hex() + ":1",
    ],
)
def test_text_that_is_no_label_is_told_without_its_content(text):
    with pytest.raises(InputError) as caught:
        parse_key_text(text, "line 1")
    assert str(caught.value).startswith("line 1: not ")
    assert KEY.hex()[:-1] not in str(caught.value)


def test_key_that_cannot_be_stored_is_not_drawn(tmp_path, ring):
    (tmp_path / "keys").write_text("a file is in the way")
    with pytest.raises(InputError, match="the key cannot be stored"):
        ring().draw(LABEL)
