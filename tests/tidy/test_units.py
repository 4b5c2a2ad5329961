"""The units that a technician installs: systemd takes them, and `pouch` knows their options."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app

WARD = Path(__file__).parents[2] / "tools" / "ward"
UNITS = ("pouch.service", "pouch-backup.service", "pouch-backup.timer")
PROGRAM = "/opt/pouch/bin/pouch"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here"
)


def settings():
    """Return the variables of pouch.conf."""
    lines = (WARD / "pouch.conf").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def command_of(unit):
    """Return what a unit starts, with the settings filled in."""
    (line,) = re.findall(r"^ExecStart=(.*)$", (WARD / unit).read_text(), re.MULTILINE)
    for name, value in settings().items():
        line = line.replace(f"${name}", value)
    program, *arguments = line.split()
    assert program == PROGRAM
    return arguments


def complaints(folder, texts):
    """Return what systemd says of units that are installed as these texts, by their names."""
    for unit, text in texts.items():
        # It wants the program to be there; this machine is no ward.
        (folder / unit).write_text(text.replace(PROGRAM, shutil.which("true")))
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(f"./{unit}" for unit in texts)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    # It ends well even where it has ignored a line; other units of this machine are not ours.
    return [line for line in result.stderr.splitlines() if "pouch" in line]


@needs_systemd
def test_systemd_takes_the_units(tmp_path):
    assert complaints(tmp_path, {unit: (WARD / unit).read_text() for unit in UNITS}) == []


@needs_systemd
@pytest.mark.parametrize("planted", ["Restart=perhaps", "ProtectSytem=strict"])
def test_systemd_finds_a_planted_fault(tmp_path, planted):
    text = (WARD / "pouch.service").read_text().replace("Restart=always", planted)
    assert len(complaints(tmp_path, {"pouch.service": text})) == 1


@pytest.mark.parametrize("unit", ["pouch.service", "pouch-backup.service"])
def test_unit_uses_options_that_its_command_has(unit):
    command, *arguments = command_of(unit)
    shown = CliRunner().invoke(app, [command, "--help"]).stdout
    options = [argument for argument in arguments if argument.startswith("--")]
    assert options
    for option in options:
        assert re.search(rf"{option}\b", shown), option


def test_ward_that_the_unit_serves_is_reached_by_https_only():
    _, *arguments = command_of("pouch.service")
    assert "--name" in arguments
    assert "--behind-proxy" not in arguments


def test_watchdog_is_slower_than_what_a_part_may_take_to_say_something():
    # A manager that hears nothing for this long begins anew; it is told twice as often.
    (seconds,) = re.findall(
        r"^WatchdogSec=(\d+)$", (WARD / "pouch.service").read_text(), re.MULTILINE
    )
    assert int(seconds) >= 60


def test_backup_rests_at_a_fixed_time_and_catches_up():
    timer = (WARD / "pouch-backup.timer").read_text()
    assert "OnCalendar=" in timer
    assert "Persistent=true" in timer


INSTALL = WARD.parents[1] / "docs" / "INSTALL.md"
_LINE = re.compile(r"^    (?:/opt/pouch/bin/)?pouch ([a-z].*?)\s*(?:#.*)?$", re.MULTILINE)
_GROUPS = ("keys", "staff", "band")


def commands_of(text):
    """Return the arguments of each command line that begins with `pouch`."""
    return [line.split() for line in _LINE.findall(text)]


@pytest.mark.parametrize(
    "line", commands_of(INSTALL.read_text(encoding="utf-8")), ids=lambda line: " ".join(line[:2])
)
def test_command_of_the_guide_has_its_options(line):
    command = line[: 2 if line[0] in _GROUPS else 1]
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0, result.stderr
    for option in (argument for argument in line if argument.startswith("--")):
        assert re.search(rf"{option}\b", result.stdout), option


def test_guide_is_read_at_all():
    said = {line[0] for line in commands_of(INSTALL.read_text(encoding="utf-8"))}
    assert {"zone", "provision", "keys", "staff", "restore", "backup"} <= said


def test_guide_names_what_the_pages_say():
    # Goal: who looks up a sentence of the System page finds it.
    words = (WARD.parents[1] / "host/pouch_host/web/templates/system/words.html").read_text()
    guide = INSTALL.read_text(encoding="utf-8")
    for sentence in re.findall(r"^\| ([A-Z][^|]*?) \|", guide, re.MULTILINE)[1:]:
        assert sentence.split(", or")[0] in words, sentence
