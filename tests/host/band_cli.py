"""Runs `pouch band ...` at a desk where one band is plugged in, on a clock that jumps."""

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.collect.reaching import RadioReach
from tests.host.collect.cable_band import NOW_UTC_S, CableBand, as_on_a_board
from tests.host.collect.fake_band import FakeAdapter, FakeLink, in_simulated_time

LABEL = "P-0012ABCD"


class Desk:
    """A person's computer with a band at its cable.

    Attributes:
        band: the band.
        keys: folder of the person's keys.
    """

    def __init__(self, folder):
        self._folder = folder
        self.keys = Path(typer.get_app_dir("pouch")) / "keys"
        self.has_band()

    def has_band(self, **options):
        """Plug in another band."""
        folder = self._folder / f"band{len(list(self._folder.iterdir()))}"
        folder.mkdir()
        self.band = CableBand(folder, **options)
        return self.band

    def run(self, *arguments, board=None, reach=None, **options):
        """Run a command with the band at the cable."""
        reach = reach or self.band.reach(board=board)
        words = ["band", *(str(word) for word in arguments)]
        return CliRunner().invoke(app, words, obj=reach, **options)

    def on_the_air(self):
        """Return the way to the same band by radio."""
        adapter = FakeAdapter({"AA:01": lambda: FakeLink(self.band)})
        return RadioReach(adapter, LABEL, lambda: NOW_UTC_S, lambda _note: None, 90.0)

    def json(self, *arguments, **options):
        """Run a command with --json; return what it says, asserting that all went well."""
        result = self.run(*arguments, "--json", **options)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def error(self, *arguments, exit_code=1, **options):
        """Run a command that fails; return the line that it ends with."""
        result = self.run(*arguments, **options)
        assert result.exit_code == exit_code, (result.output, result.exception)
        *_, line = result.stderr.splitlines()
        assert line.startswith("error: ")
        return line.removeprefix("error: ")

    def owns_key(self, key, label=LABEL):
        """Put a key where this person's keys are; return the file."""
        self.keys.mkdir(parents=True, exist_ok=True)
        path = self.keys / f"{label}.key"
        path.write_text(key.hex() + "\n")
        path.chmod(0o600)
        return path


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


__all__ = ["LABEL", "as_on_a_board", "desk"]
