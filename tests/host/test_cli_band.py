"""What `pouch band ...` prints and how it ends, with the band's own half at the cable."""

import pytest
from typer.testing import CliRunner

from pouch_host import cli_band_reach
from pouch_host.band_report import failed_parts
from pouch_host.cli import app
from pouch_host.collect import pull as pull_module
from pouch_host.collect import serial
from pouch_host.store import Store
from pouch_protocol import cable
from pouch_protocol import constants as c
from tests.host.band_cli import AIR, LABEL, as_on_a_board, desk
from tests.host.collect.cable_band import PORT
from tests.host.collect.fake_band import BAND_ID, NewerSession, made_records

__all__ = ["as_on_a_board", "desk"]

PARTS = {name: value for name, value in vars(c).items() if name.startswith("SELF_TEST_")}


def pouch(*arguments):
    """Run the program without a band at hand; return its exit code and what it said last."""
    result = CliRunner().invoke(app, ["band", *arguments])
    return result.exit_code, " ".join(result.stderr.split())


def test_info_tells_which_band_it_is(desk):
    desk.owns_key()
    desk.band.holds(made_records(1200))
    result = desk.run("info")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert f"Band {LABEL}" in text
    for words in (
        "Firmware 0.1.0",
        "Board xiao_esp32c3",
        "Can do update, settings, time, self-test, identify",
        "Key the one that is here",
        "Battery 3.91 V",
        "Records 1,200, from 0 on",
        "every 30 s",
        "Its clock not set since it started",
    ):
        assert words in text
    assert result.stderr == ""


def test_info_json_has_every_field(desk):
    desk.owns_key()
    assert desk.json("info") == {
        "band": LABEL,
        "board": "xiao_esp32c3",
        "firmware": "0.1.0",
        "capabilities": ["update", "settings", "time", "self-test", "identify"],
        "key": "proved",
        "wire_version": 1,
        "flash_version": 1,
        "log_id": "00000007",
        "boot_id": 3,
        "uptime_s": 1234,
        "oldest_record_no": 0,
        "next_record_no": 0,
        "interval_s": 30,
        "battery_mv": 3912,
        "clock": {"is_set": False},
    }


@pytest.mark.parametrize(
    ("off_s", "words"),
    [
        (0.25, "0.2 s ahead of this computer's, told 0.0 s ago"),
        (-90, "0 h 01 min behind this computer's"),
        (7_300, "2 h 01 min ahead of"),
        (-31_536_000, "365.0 days behind"),
    ],
)
def test_info_shows_the_bands_clock_against_this_computers(desk, off_s, words):
    desk.owns_key()
    desk.band.was_told(desk.now_utc_s + off_s)
    clock = desk.json("info")["clock"]
    assert clock == {"is_set": True, "ahead_s": off_s, "told_ago_s": 0}
    assert words in " ".join(desk.run("info").stdout.split())


def test_info_without_the_key_shows_what_the_cable_lets_one_see(desk):
    found = desk.json("info")
    assert (found["band"], found["key"], found["clock"]) == (LABEL, "not here", None)
    text = " ".join(desk.run("info").stdout.split())
    assert "Key one that this computer has not" in text
    assert "Its clock not told without its key" in text


def test_info_of_a_band_without_a_key_says_how_to_get_one(desk):
    desk.has_band(key=None)
    found = desk.json("info")
    assert (found["key"], found["clock"]) == ("none", {"is_set": False})
    assert "Key none yet: pouch provision" in " ".join(desk.run("info").stdout.split())


def test_info_works_by_radio_too(desk):
    desk.owns_key()
    assert desk.json("info", by=AIR)["band"] == LABEL


def test_by_radio_nothing_is_said_without_the_key_and_the_air_not_listened_to(desk):
    line = desk.error("info", by=AIR)
    assert line.startswith(
        f"band {LABEL}: this computer has no key for this band: 'pouch keys add'"
    )


def test_settings_are_the_bands_defaults_in_the_words_of_configure(desk):
    assert desk.json("settings") == {
        "band": LABEL,
        "interval_s": 30,
        "plan": "default",
        "worn_by": "caregiver",
        "blinded": False,
        "quiet": "22:00-06:00",
        "utc_offset": "05:00",
        "target": "08:00",
    }
    text = " ".join(desk.run("settings").stdout.split())
    for words in ("Radio plan default", "Blinded no", "Quiet hours 22:00-06:00", "08:00 h"):
        assert words in text


def test_self_test_that_passes_tells_what_was_measured(desk):
    result = desk.run("selftest")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert "infant thermometer 36.25 C ok" in text
    assert "caregiver thermometer nothing ok" in text
    assert "touch infant 9.0 pF, caregiver nothing ok" in text
    assert "FAILED" not in text
    assert "Light and motor cannot test themselves" in text
    assert "watch the band" in result.stderr


@pytest.mark.parametrize("bit", PARTS.values(), ids=PARTS)
def test_self_test_names_each_part_that_failed_and_what_to_do(desk, bit):
    desk.band.failed = bit
    (name,) = failed_parts({"failed": bit})
    assert desk.error("selftest") == f"band {LABEL}: failed: {name}"
    lines = desk.run("selftest").stdout.splitlines()
    (line,) = (line for line in lines if "FAILED" in line)
    assert line.strip().startswith(name)
    assert len(line.partition("FAILED")[2].split()) >= 2


def test_self_test_names_all_that_failed_and_a_part_of_later_firmware(desk):
    desk.band.failed = c.SELF_TEST_TOUCH | c.SELF_TEST_KEY | 0x4000
    assert desk.error("selftest") == f"band {LABEL}: failed: touch, key, part 0x4000"


def test_self_test_for_machines_is_one_document_and_the_same_exit_code(desk):
    found = desk.json("selftest")
    assert found["passed"] is True
    assert found["failed"] == []
    assert found["infant_temperature_c"] == 36.25
    assert found["caregiver_temperature_c"] is None
    assert found["reset_cause"] == "power on"
    desk.band.failed = c.SELF_TEST_MOTION
    assert desk.error("selftest", "--json") == f"band {LABEL}: failed: motion"


@pytest.mark.parametrize(("answer", "exit_code"), [("y\n", 0), ("n\n", 1)])
def test_self_test_asks_whoever_is_there_of_light_and_motor(desk, monkeypatch, answer, exit_code):
    monkeypatch.setattr(cli_band_reach, "_somebody_is_there", lambda: True)
    result = desk.run("selftest", input=answer)
    assert result.exit_code == exit_code
    assert ("failed: light or motor" in result.stderr) == bool(exit_code)


def test_identify_makes_the_band_blink(desk):
    result = desk.run("identify", "--seconds", 7)
    assert result.exit_code == 0
    assert desk.band.hand.shown == [7]
    assert result.stderr == f"band {LABEL}: blinks for 7 s\n"
    assert desk.run("identify", "--seconds", 61).exit_code == 2


def test_pull_brings_all_records_into_a_store_and_again_only_what_is_new(desk, tmp_path):
    desk.owns_key()
    records = made_records(600)
    desk.band.holds(records[:500])
    path = tmp_path / "ward.sqlite"
    result = desk.run("pull", path)
    assert (result.exit_code, result.stderr) == (0, f"band {LABEL}: 500 new records\n")
    desk.band.holds(records)
    assert desk.json("pull", path) == {
        "band": LABEL,
        "new_count": 100,
        "missing_count": 0,
        "absent_count": 0,
        "corrupt_count": 0,
        "damaged_count": 0,
        "clock_doubt": None,
    }
    with Store.open(path, create=False) as store:
        held = b"".join(segment.data for segment in store.segments(BAND_ID))
    assert held == b"".join(records)


def test_pull_that_breaks_off_anywhere_keeps_what_came(desk, tmp_path, monkeypatch):
    # The line breaks where the host speaks: with short reports it does that in mid-pull too.
    monkeypatch.setattr(pull_module, "_REPORT_RECORDS_MAX", 8000)
    desk.owns_key()
    desk.band.holds(made_records(8300))
    desk.json("pull", tmp_path / "clean.sqlite")
    farewell = len(cable.wrap_text(cable.FAREWELL))
    kept = []
    for cut_after in range(5, desk.band.heard_bytes - farewell, 45):
        path = tmp_path / f"{cut_after}.sqlite"
        desk.band.heard_bytes, desk.band.cut_after = 0, cut_after
        assert "the line broke" in desk.error("pull", path)
        kept.append(8300 - desk.json("pull", path)["new_count"])
    # What was reported before the line broke is stored.
    assert kept == sorted(kept)
    assert set(kept) == {0, 8000}


def test_pull_with_damaged_records_says_how_many(desk, tmp_path):
    desk.owns_key()
    records = made_records(30)
    records[7] = bytes(20)
    desk.band.holds(records)
    result = desk.run("pull", tmp_path / "ward.sqlite")
    assert result.exit_code == 0
    assert f"band {LABEL}: 1 records damaged in its flash" in result.stderr


def test_band_that_does_not_answer_is_one_line_that_names_the_port(desk):
    desk.band.deaf = True
    line = desk.error("info")
    assert line == (f"{PORT}: no band answers: is it a Pouch band, running and not at its prompt?")


def test_line_that_breaks_is_one_line_that_names_the_band(desk):
    # Behind greeting, hello and introduction.
    desk.band.cut_after = 50
    assert desk.error("settings") == f"band {LABEL}: {PORT}: [Errno 5] the line broke"


def test_older_band_is_told_to_be_updated(desk):
    handle = desk.band.handle

    def older(request, trusted, local):
        request.opcode = 0x7E
        return handle(request, trusted, local)

    desk.band.handle = older
    line = desk.error("settings")
    assert line == f"band {LABEL}: its firmware is older and cannot do this: update it first"


def test_newer_band_is_told_of(desk):
    desk.band.session = NewerSession
    assert desk.error("info").endswith("update Pouch on this computer")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "a", "--ble", "b", "info"], "not by both"),
        (["--ble", "P-12", "info"], "'P-12' is not a label such as P-0012ABCD"),
        (["--ble", "ward 3", "info"], "'ward 3' is not a label such as P-0012ABCD"),
        (["--ble", "C0:FF:EE:00:00:01", "info"], "is an address: a band has another one"),
        (["--ble", "5A7C0001-1D2C-4C6E-9F0B-1D2C3B4A5F60", "info"], "name it by its label"),
        (["configure"], "say what to set"),
        (["update"], "Missing argument"),
        (["nothing"], "No such command"),
    ],
)
def test_wrong_words_are_a_usage_error(monkeypatch, arguments, words):
    monkeypatch.setattr(serial, "board_ports", lambda: {PORT: "pico_w"})
    exit_code, said = pouch(*arguments)
    assert exit_code == 2
    assert words in said


def test_band_that_is_alone_on_the_cable_need_not_be_named(monkeypatch):
    monkeypatch.setattr(serial, "board_ports", lambda: {"/dev/nothing-of-ours": "pico_w"})
    exit_code, said = pouch("info")
    assert exit_code == 1
    assert said.startswith("using /dev/nothing-of-ours error: /dev/nothing-of-ours: cannot be")


def test_without_a_band_or_with_two_one_has_to_be_named(monkeypatch):
    monkeypatch.setattr(serial, "board_ports", dict)
    assert pouch("info") == (
        1,
        "error: no band is plugged in: name one with --port PORT or --ble LABEL",
    )
    monkeypatch.setattr(serial, "board_ports", lambda: {"/dev/a": "pico_w", "/dev/b": "pico_w"})
    assert pouch("info") == (
        1,
        "error: several boards are plugged in: say --port /dev/a or --port /dev/b",
    )


def test_help_opens_no_port_and_lists_every_command(monkeypatch):
    monkeypatch.setattr(serial, "board_ports", None)
    commands = ("info", "settings", "selftest", "identify", "pull", "configure", "set-key")
    listed = CliRunner().invoke(app, ["band", "--help"])
    assert listed.exit_code == 0
    for command in (*commands, "factory-reset", "update"):
        assert command in listed.stdout
        assert CliRunner().invoke(app, ["band", command, "--help"]).exit_code == 0
