"""Runs `pouch ...` at a desk where one band is plugged in, on a clock that jumps."""

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pouch_host.cli import app
from tests.host.collect.cable_band import KEY, PORT, CableBand, as_on_a_board
from tests.host.collect.fake_band import (
    LABEL,
    NOW_UTC_S,
    FakeAdapter,
    FakeLink,
    in_simulated_time,
)

CABLE = ("--port", PORT)
AIR = ("--ble", LABEL, "--wait", 90)


class Desk:
    """A person's computer with a band at its cable; see Ways.

    Attributes:
        band: the band.
        keys: folder of the person's keys.
        now_utc_s: what the computer's clock shows.
        air: what happens to the band's frames on the air; see FakeLink.
        board: name of the board that the port is known by; None for a port that says nothing.
    """

    def __init__(self, folder):
        self._folder = folder
        self.keys = Path(typer.get_app_dir("pouch")) / "keys"
        self.now_utc_s = NOW_UTC_S
        self.board = None
        self.air = {}
        self.has_band()

    def has_band(self, **options):
        """Plug in another band."""
        folder = self._folder / f"band{len(list(self._folder.iterdir()))}"
        folder.mkdir()
        self.band = CableBand(folder, **options)
        return self.band

    # What Ways asks.

    def ports(self):
        return {} if self.board is None else {PORT: self.board}

    def open_port(self, name):
        assert name == PORT
        return self.band.open_port(name)

    def adapter(self):
        links = {"AA:01": lambda: FakeLink(self.band, **self.air)}
        return FakeAdapter(links, moving=True, keys={"AA:01": self.band.key})

    def utc_now_s(self):
        return self.now_utc_s

    # What tests ask.

    def pouch(self, *arguments, **options):
        """Run any command of the program."""
        words = [str(word) for word in arguments]
        return CliRunner().invoke(app, words, obj=self, **options)

    def run(self, *arguments, by=CABLE, **options):
        """Run a command of `pouch band` with the band at the cable, or on the air."""
        return self.pouch("band", *by, *arguments, **options)

    def json(self, *arguments, **options):
        """Run a command with --json; return what it says, asserting that all went well."""
        result = self.run(*arguments, "--json", **options)
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    def error(self, *arguments, **options):
        """Run a command that fails; return the line that it ends with."""
        return self.error_of(self.run(*arguments, **options))

    @staticmethod
    def error_of(result, exit_code=1):
        """Return the line that a command ended with which failed."""
        assert result.exit_code == exit_code, (result.output, result.exception)
        *_, line = result.stderr.splitlines()
        assert line.startswith("error: ")
        return line.removeprefix("error: ")

    def owns_key(self, key=KEY, label=LABEL, suffix=".key"):
        """Put a key where this person's keys are; return the file."""
        self.keys.mkdir(parents=True, exist_ok=True)
        path = self.keys / f"{label}{suffix}"
        path.write_text(key.hex() + "\n")
        path.chmod(0o600)
        return path

    def key_in(self, suffix=".key", label=LABEL):
        """Return the key in one of the files, None if there is none."""
        path = self.keys / f"{label}{suffix}"
        return bytes.fromhex(path.read_text()) if path.exists() else None


@pytest.fixture
def desk(tmp_path, monkeypatch, as_on_a_board):
    """Return a desk on which no time passes but the clock's own."""
    monkeypatch.setattr(asyncio, "run", in_simulated_time)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("POUCH_KEY", raising=False)
    made = Desk(tmp_path)
    yield made
    made.band.close()


__all__ = ["AIR", "CABLE", "LABEL", "as_on_a_board", "desk"]
