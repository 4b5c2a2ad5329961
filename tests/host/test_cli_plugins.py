import sys
from importlib.metadata import EntryPoint

import pytest
from typer.testing import CliRunner

from pouch_host import cli_plugins
from pouch_host.cli import app

WORKING = """
import typer
app = typer.Typer()

@app.command()
def hello(name: str = "ward") -> None:
    '''Greet somebody.'''
    typer.echo(f"hello {name}")
"""
NEEDY = "import a_package_that_nobody_has"


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """Install two packages as pip would: one works, one lacks what it needs."""
    (tmp_path / "pouch_works.py").write_text(WORKING)
    (tmp_path / "pouch_needy.py").write_text(NEEDY)
    info = tmp_path / "plugins-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugins\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{cli_plugins.GROUP}]\ngreet = pouch_works:app\nneedy = pouch_needy:app\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for module in ("pouch_works", "pouch_needy"):
        monkeypatch.delitem(sys.modules, module, raising=False)


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_plugin_command_runs_with_its_options(plugins):
    result = run("greet", "--name", "you")
    assert (result.exit_code, result.stdout) == (0, "hello you\n")


def test_plugin_that_lacks_a_package_says_in_one_line_what_to_install(plugins):
    result = run("needy", "--days", "3")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "a_package_that_nobody_has" in line
    assert "pip install 'pouch[needy]'" in line


def test_help_lists_plugins_and_survives_a_broken_one(plugins):
    result = run("--help")
    text = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert "Greet somebody." in text
    assert "Not available: a_package_that_nobody_has" in text


def test_plugin_is_not_imported_by_another_command(plugins, tmp_path):
    # Goal: `pouch days` does not wait for the simulator. Method: a plug-in that cannot be
    # imported would raise something other than ImportError here, and it does not get to.
    (tmp_path / "pouch_works.py").write_text("raise RuntimeError('imported')")
    assert run("zone", str(tmp_path / "none.sqlite")).exit_code == 1
    assert isinstance(run("greet").exception, RuntimeError)


def test_load_of_an_unknown_name_is_none(plugins):
    assert cli_plugins.load("nothing-of-that-name") is None


def test_command_of_group_plugin_keeps_its_subcommands(tmp_path, monkeypatch):
    (tmp_path / "pouch_group.py").write_text(
        WORKING + "\n@app.command()\ndef bye() -> None:\n    typer.echo('bye')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    command = cli_plugins.command_of(EntryPoint("group", "pouch_group:app", cli_plugins.GROUP))
    assert command.name == "group"
    assert sorted(command.commands) == ["bye", "hello"]
