"""`pouch band configure` and `factory-reset`, against the band's own requests."""

import pytest

from pouch_protocol import constants as c
from tests.host.band_cli import AIR, LABEL, as_on_a_board, desk
from tests.host.collect.cable_band import KEY

__all__ = ["as_on_a_board", "desk"]


@pytest.mark.parametrize(
    ("options", "shown", "stored"),
    [
        (["--interval", 60], {"interval_s": 60}, {"interval_s": 60}),
        (["--plan", "slow"], {"plan": "slow"}, {"plan": c.PLAN_SLOW}),
        (["--worn-by", "infant"], {"worn_by": "infant"}, {"worn_by_infant": True}),
        (["--blinded"], {"blinded": True}, {"blinded": True}),
        (["--quiet", "21:30-5:00"], {"quiet": "21:30-05:00"}, {"quiet_from_min": 1290}),
        (["--quiet", "none"], {"quiet": None}, {"quiet_from_min": 0, "quiet_until_min": 0}),
        (["--utc-offset", "-9:30"], {"utc_offset": "-09:30"}, {"utc_offset_min": -570}),
        (["--utc-offset", "+5:45"], {"utc_offset": "05:45"}, {"utc_offset_min": 345}),
        (["--target", "12:00"], {"target": "12:00"}, {"target_min": 720}),
        (
            ["--blinded", "--plan", "slow", "--interval", 300],
            {"blinded": True, "plan": "slow", "interval_s": 300},
            {"blinded": True, "plan": c.PLAN_SLOW, "interval_s": 300},
        ),
    ],
)
def test_what_is_named_is_set_and_the_rest_stays(desk, options, shown, stored):
    desk.owns_key(KEY)
    before = desk.json("settings")
    assert desk.json("configure", *options) == before | shown
    settings = desk.band.settings
    assert {name: getattr(settings, name) for name in stored} == stored
    assert desk.json("settings") == before | shown
    # The band has started again with them, and told its log.
    assert desk.band.boots == 2
    assert (c.EVENT_CONFIGURED, 0) in desk.band.events


def test_what_was_set_can_be_set_back(desk):
    desk.owns_key(KEY)
    before = desk.json("settings")
    desk.json("configure", "--blinded", "--worn-by", "infant", "--plan", "slow")
    options = ("--not-blinded", "--worn-by", "caregiver", "--plan", "default")
    assert desk.json("configure", *options) == before


def test_set_so_already_needs_no_key_and_no_restart(desk):
    result = desk.run("configure", "--not-blinded", "--interval", 30)
    assert result.exit_code == 0
    assert f"band {LABEL}: is set so already" in result.stderr
    assert desk.band.boots == 1


def test_configure_works_by_radio_too(desk):
    desk.owns_key(KEY)
    assert desk.json("configure", "--blinded", by=AIR)["blinded"] is True
    assert desk.band.settings.blinded


@pytest.mark.parametrize(
    "options",
    [
        ["--interval", 5],
        ["--interval", 301],
        ["--plan", "fast"],
        ["--worn-by", "nurse"],
        ["--quiet", "22:00"],
        ["--quiet", "22:00-24:00"],
        ["--quiet", "6:00-6:00"],
        ["--quiet", "late-early"],
        ["--utc-offset", "14:01"],
        ["--utc-offset", "5"],
        ["--target", "0:00"],
        ["--target", "24:01"],
        ["--target", "8:75"],
    ],
)
def test_values_that_no_band_takes_are_usage_errors_before_a_port_is_opened(desk, options):
    assert desk.run("configure", *options).exit_code == 2
    assert desk.band.heard_bytes == 0


@pytest.mark.parametrize("key", [b"k" * 16, None])
def test_without_its_key_a_band_is_not_set(desk, key):
    if key:
        desk.owns_key(key)
    line = desk.error("configure", "--blinded")
    assert line.startswith(f"band {LABEL}: it has a key that this computer has not")
    assert not desk.band.settings.blinded
    assert desk.band.boots == 1


def test_band_without_a_key_is_told_of(desk):
    desk.has_band(key=None)
    desk.owns_key(KEY)
    line = desk.error("configure", "--blinded")
    assert "it has no key yet: give it one with 'pouch provision'" in line


def test_key_comes_from_a_named_file_or_the_environment(desk, tmp_path):
    path = tmp_path / "mine.key"
    path.write_text(KEY.hex())
    path.chmod(0o644)
    named = ("--key-file", path)
    result = desk.run(*named, "configure", "--blinded")
    assert result.exit_code == 0
    assert f"note: others can read this key: chmod 600 {path}" in result.stderr
    desk.json("configure", "--not-blinded", env={"POUCH_KEY": KEY.hex()})
    assert not desk.band.settings.blinded
    line = desk.error("configure", "--blinded", env={"POUCH_KEY": "12"})
    assert line == "POUCH_KEY: not a key: 32 hexadecimal digits are one"


def test_factory_reset_asks_first(desk):
    desk.owns_key(KEY)
    result = desk.run("factory-reset", input="n\n")
    assert result.exit_code == 1
    assert "Remove all records" in result.stderr
    assert desk.band.heard_bytes == 0
    result = desk.run("factory-reset", input="y\n")
    assert result.exit_code == 0
    assert "starts again, with no records" in result.stderr
    assert desk.band.reset_is_requested


def test_factory_reset_that_is_sure_does_not_ask(desk):
    desk.owns_key(KEY)
    assert desk.json("factory-reset", "--yes") == {"band": LABEL, "reset": True}
    assert desk.band.reset_is_requested


def test_factory_reset_without_the_key_needs_the_button(desk):
    line = desk.error("factory-reset", "--yes", "--lost-key")
    assert "this computer has not its key" in line
    assert "hold its button" in line
    assert not desk.band.reset_is_requested
    desk.band.hand.pressed = True
    result = desk.run("factory-reset", "--yes", "--lost-key")
    assert result.exit_code == 0
    assert "hold the band's button until this is done" in result.stderr
    assert desk.band.reset_is_requested


def test_factory_reset_without_the_key_by_radio_is_a_usage_error(desk):
    result = desk.run("factory-reset", "--yes", "--lost-key", by=AIR)
    assert result.exit_code == 2
    assert "over USB only" in result.stderr


def test_factory_reset_of_a_band_that_never_had_a_key_names_the_button(desk):
    desk.has_band(key=None)
    assert "hold its button" in desk.error("factory-reset", "--yes", "--lost-key")
