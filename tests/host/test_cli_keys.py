"""`pouch keys`: what is here, what comes from a label, and what goes to another computer."""

import json
import os
import stat

import pytest

from pouch_host import cli_keys
from pouch_host.key_files import key_text
from pouch_host.label_picture import LabelPicture
from tests.host.band_cli import LABEL, as_on_a_board, desk
from tests.host.collect.cable_band import KEY

__all__ = ["as_on_a_board", "desk"]

OTHER_LABEL = "P-00000001"
OTHER_KEY = bytes(range(200, 216))
TEXT = key_text(LABEL, KEY)


def keys(desk, *arguments, **options):
    return desk.pouch("keys", *arguments, **options)


def holds_a_key(text):
    return any(key.hex() in text.lower() for key in (KEY, OTHER_KEY))


def test_list_names_bands_and_files_and_never_a_key(desk):
    desk.owns_key()
    desk.owns_key(OTHER_KEY, suffix=".key.new")
    desk.owns_key(OTHER_KEY, OTHER_LABEL, ".key.new")
    desk.owns_key(b"", "P-00000002")
    result = keys(desk, "list")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert f"{LABEL} {LABEL}.key a new one is on its way" in text
    assert f"{OTHER_LABEL} {OTHER_LABEL}.key its first one is on its way" in text
    assert "P-00000002 P-00000002.key P-00000002.key: not a key" in text
    assert text.endswith(f"in {desk.keys}")
    assert not holds_a_key(result.output)


def test_list_for_machines(desk):
    path = desk.owns_key()
    result = keys(desk, "list", "--json")
    assert json.loads(result.stdout) == [
        {"band": LABEL, "file": str(path), "is_new_pending": False, "fault": None}
    ]


def test_list_of_an_empty_folder_says_where_it_looked(desk, tmp_path):
    for words in (("list",), ("--keys", tmp_path / "none", "list")):
        result = keys(desk, *words)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr.startswith("no keys in ")


def test_key_that_others_can_read_is_told_of(desk):
    path = desk.owns_key()
    path.chmod(0o640)
    assert f"chmod 600 {path}" in keys(desk, "list").stderr


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has modes of files")
@pytest.mark.parametrize("words", [(), ("-",)])
def test_add_reads_labels_from_a_pipe_and_keeps_them_for_their_owner(desk, words):
    given = f"{TEXT}\n\n  {key_text(OTHER_LABEL, OTHER_KEY).lower()}\r\n"
    result = keys(desk, "add", *words, input=given)
    assert result.exit_code == 0
    assert (desk.key_in(), desk.key_in(label=OTHER_LABEL)) == (KEY, OTHER_KEY)
    assert stat.S_IMODE((desk.keys / f"{LABEL}.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.keys.stat().st_mode) == 0o700
    assert result.stderr.splitlines() == [
        f"band {LABEL}: its key is in {desk.keys / LABEL}.key",
        f"band {OTHER_LABEL}: its key is in {desk.keys / OTHER_LABEL}.key",
    ]
    assert not holds_a_key(result.output)


def test_add_takes_a_text_and_tells_that_others_could_see_it(desk):
    result = keys(desk, "add", TEXT)
    assert result.exit_code == 0
    assert "others on this computer could see that key" in result.stderr
    assert desk.key_in() == KEY


def test_add_at_a_keyboard_asks_and_does_not_show_what_is_typed(desk, monkeypatch):
    asked = []

    class Keyboard:
        def isatty(self):
            return True

    def prompt(text, **options):
        asked.append(options["hide_input"])
        return TEXT

    monkeypatch.setattr(cli_keys.sys, "stdin", Keyboard())
    monkeypatch.setattr(cli_keys.typer, "prompt", prompt)
    assert cli_keys._read_lines() == [("the text", TEXT)]
    assert asked == [True]


def test_add_of_the_same_key_says_so(desk):
    desk.owns_key()
    result = keys(desk, "add", "--json", input=TEXT)
    assert json.loads(result.stdout) == [{"band": LABEL, "is_new": False}]


def test_add_replaces_another_key_only_if_told_to(desk):
    path = desk.owns_key(OTHER_KEY)
    line = desk.error_of(keys(desk, "add", input=TEXT))
    assert line == f"band {LABEL}: {path} holds another key: --replace puts this in its place"
    assert desk.key_in() == OTHER_KEY
    assert keys(desk, "add", "--replace", input=TEXT).exit_code == 0
    assert desk.key_in() == KEY


def test_add_of_what_is_no_label_keeps_nothing_and_does_not_repeat_it(desk):
    for given, words in (
        (f"{TEXT}\nPOUCH1:P-1:{KEY.hex()}\n", "line 2: not what a band's label holds"),
        (f"{TEXT[:-1]}\n", "line 1: not a key"),
        ("", "nothing was read"),
    ):
        result = keys(desk, "add", input=given)
        assert words in desk.error_of(result)
        assert not holds_a_key(result.output)
        assert KEY.hex()[:-1] not in result.output.lower()
        assert not desk.keys.exists()


def test_show_asks_first(desk):
    desk.owns_key()
    result = keys(desk, "show", LABEL, input="n\n")
    assert result.exit_code == 1
    assert not holds_a_key(result.output)
    result = keys(desk, "show", LABEL, input="y\n")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == TEXT


def test_show_gives_code_and_text_that_add_takes(desk, tmp_path):
    desk.owns_key()
    result = keys(desk, "show", LABEL.lower(), "--yes")
    first, *code, text = result.stdout.splitlines()
    assert first == LABEL
    assert code == list(LabelPicture(LABEL, KEY).lines())
    found = json.loads(keys(desk, "show", LABEL, "--yes", "--json").stdout)
    assert found == {"band": LABEL, "text": text}
    keys(desk, "--keys", tmp_path / "second", "add", input=text)
    assert (tmp_path / "second" / f"{LABEL}.key").read_text().strip() == KEY.hex()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_show_puts_a_label_into_a_file(desk, tmp_path, kind):
    desk.owns_key()
    path = tmp_path / f"label.{kind}"
    result = keys(desk, "show", LABEL, "--yes", "--label", path)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert path.read_bytes() == LabelPicture(LABEL, KEY).data(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("suffix", "words"), [(".key.new", "a new key is on its way to it"), (".other", "no key in")]
)
def test_show_of_a_key_that_is_not_sure_or_not_here_is_refused(desk, suffix, words):
    desk.owns_key(suffix=suffix)
    assert words in desk.error_of(keys(desk, "show", LABEL, "--yes"))


def test_show_of_no_label_is_a_usage_error(desk):
    assert keys(desk, "show", "P-12", "--yes").exit_code == 2
