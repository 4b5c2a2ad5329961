"""Which keys `pouch collect` and `pouch pull` take, and what they say without any."""

import json

import pytest

from pouch_host import cli_collect
from pouch_host.collect import ble
from pouch_host.store import Store
from tests.host.band_cli import LABEL, as_on_a_board, desk
from tests.host.collect.cable_band import KEY, PORT
from tests.host.collect.fake_band import NOW_UTC_S, made_records

__all__ = ["as_on_a_board", "desk"]


@pytest.fixture
def collected(monkeypatch):
    """Return what `pouch collect` would have begun with, instead of beginning."""
    begun = []
    monkeypatch.setattr(ble, "BleAdapter", lambda: None)
    monkeypatch.setattr(
        cli_collect, "collect_into", lambda *arguments, **_options: begun.append(arguments)
    )
    return begun


def test_collect_without_any_key_says_how_to_get_one(desk, collected, tmp_path):
    path = tmp_path / "ward.db"
    line = desk.error_of(desk.pouch("collect", path))
    assert line == (
        f"no key of any band in {desk.keys}: 'pouch provision' gives a band its key, 'pouch keys"
        " add' takes one from its label"
    )
    assert not path.exists()
    assert collected == []


@pytest.mark.parametrize("named", [False, True])
def test_collect_knows_the_bands_of_its_folder(desk, collected, tmp_path, named):
    desk.owns_key()
    options = ()
    if named:
        folder = desk.keys.rename(tmp_path / "ward-keys")
        options = ("--keys", folder)
    assert desk.pouch("collect", tmp_path / "ward.db", *options).exit_code == 0
    ((_, _, known, _),) = collected
    assert known.may_have(LABEL)
    assert not known.may_have("P-00000009")


def test_pull_over_the_cable_is_a_command_of_its_own(desk, tmp_path):
    desk.owns_key()
    desk.band.holds(made_records(40))
    path = tmp_path / "ward.db"
    result = desk.pouch("pull", path, "--serial", PORT, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["band"], found["new_count"], found["clock_doubt"]) == (LABEL, 40, None)
    assert desk.band.told_utc_s == pytest.approx(NOW_UTC_S, abs=1)


def test_pull_takes_the_one_board_that_is_plugged_in_and_a_key_file(desk, tmp_path):
    desk.board = "pico_w"
    key_file = tmp_path / "mine.key"
    key_file.write_text(KEY.hex())
    key_file.chmod(0o600)
    result = desk.pouch("pull", tmp_path / "ward.db", "--key-file", key_file)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [f"using {PORT}", f"band {LABEL}: 0 new records"]


def test_pull_without_the_key_says_where_it_is(desk, tmp_path):
    line = desk.error_of(desk.pouch("pull", tmp_path / "ward.db", "--serial", PORT))
    assert line.startswith(f"band {LABEL}: it has a key that this computer has not: 'pouch keys")


@pytest.mark.parametrize("trusts", [False, True])
@pytest.mark.parametrize("words", [("pull",), ("band", "--port", PORT, "pull")])
def test_pull_by_a_wrong_clock_brings_records_and_tells_no_time(desk, tmp_path, trusts, words):
    desk.owns_key()
    desk.band.holds(made_records(40))
    desk.band.was_told(NOW_UTC_S)
    desk.now_utc_s = NOW_UTC_S + 3600
    path = tmp_path / "ward.db"
    serial = () if "--port" in words else ("--serial", PORT)
    options = ("--trust-clock",) if trusts else ()
    result = desk.pouch(*words, path, *serial, *options)
    assert result.exit_code == 0
    assert f"band {LABEL}: 40 new records" in result.stderr
    if trusts:
        assert desk.band.told_utc_s == NOW_UTC_S + 3600
        assert "not told" not in result.stderr
    else:
        assert desk.band.told_utc_s == NOW_UTC_S
        assert f"band {LABEL}: was not told the time: this computer's clock says" in result.stderr
        assert "or say --trust-clock" in result.stderr


def test_store_that_was_added_to_later_than_now_contradicts_the_clock(desk, tmp_path):
    desk.owns_key()
    path = tmp_path / "ward.db"
    with Store.open(path) as store:
        store.record_contact(7, NOW_UTC_S + 86_400)
    result = desk.pouch("pull", path, "--serial", PORT)
    assert "the store was last added to on 2026-09-22" in " ".join(result.stderr.split())
    assert desk.band.told_utc_s is None
