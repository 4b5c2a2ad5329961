"""`pouch backup` and `pouch restore` as a person meets them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pouch_host import cli_backup
from pouch_host.accounts.access import Accounts
from pouch_host.accounts.hashing import HashCost
from pouch_host.accounts.roles import Role
from pouch_host.cli import app
from pouch_host.store import Store
from tests.host import ward

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def error_of(result):
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line


@pytest.fixture
def store(tmp_path):
    return ward.fill(tmp_path / "ward.db")


@pytest.fixture
def at(monkeypatch):
    """Set the computer's clock for the command."""

    def set_clock(utc_s):
        monkeypatch.setattr(cli_backup, "utc_now_s", lambda: utc_s)

    set_clock(1_790_000_000)
    return set_clock


def backed_up(store):
    with Store.open(store) as opened:
        return [row for row in opened.audit.rows() if row.what == "backed_up"]


def test_backup_to_a_file_says_where_and_how_large(store, tmp_path, at):
    result = run("backup", store, tmp_path / "copy.db")
    assert result.exit_code == 0
    assert str(tmp_path / "copy.db") in result.stderr
    assert "MB" in result.stderr
    with Store.open(tmp_path / "copy.db", create=False) as copy:
        assert [infant.code for infant in copy.infants()] == ["bed-1"]


def test_backup_is_noted_in_the_store_with_its_time(store, tmp_path, at):
    run("backup", store, tmp_path / "copy.db")
    (row,) = backed_up(store)
    assert row.when_utc_s == 1_790_000_000
    assert row.detail["file"] == "copy.db"
    assert row.detail["bytes"] == (tmp_path / "copy.db").stat().st_size


def test_backup_into_a_folder_bears_its_time_and_the_oldest_go(store, tmp_path, at):
    folder = tmp_path / "backups"
    folder.mkdir()
    # Whatever else lies there is not the rotation's to remove.
    (folder / "ward-notes.db").write_text("mine")
    (folder / "other-2020-01-01T000000Z.db").write_text("another ward's")
    for day in range(4):
        at(1_790_000_000 + day * 86_400)
        assert run("backup", store, folder, "--keep", 2).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "other-2020-01-01T000000Z.db",
        "ward-2026-09-23T141320Z.db",
        "ward-2026-09-24T141320Z.db",
        "ward-notes.db",
    ]


def test_backup_that_fails_removes_no_older_one(store, tmp_path, at):
    folder = tmp_path / "backups"
    folder.mkdir()
    run("backup", store, folder, "--keep", 1)
    at(1_790_086_400)
    store.write_bytes(b"a letter")
    error_of(run("backup", store, folder, "--keep", 1))
    assert [path.name for path in folder.iterdir()] == ["ward-2026-09-21T141320Z.db"]


def test_keep_without_a_folder_is_a_usage_error(store, tmp_path):
    result = run("backup", store, tmp_path / "copy.db", "--keep", 3)
    assert result.exit_code == 2
    assert "--keep" in result.stderr
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_database_on_a_server_is_referred_to_its_own_tools(tmp_path, command, tool):
    address = "postgresql+psycopg://server/ward"
    places = (address, tmp_path / "x") if command == "backup" else (tmp_path / "x", address)
    assert tool in error_of(run(command, *places))


def test_restore_says_what_it_kept_and_notes_it(store, tmp_path, at):
    run("backup", store, tmp_path / "copy.db")
    with Store.open(store) as opened:
        opened.ensure_infant("bed-2")
    result = run("restore", tmp_path / "copy.db", store)
    assert result.exit_code == 0
    kept = tmp_path / "ward-before-restore-2026-09-21T141320Z.db"
    assert str(kept) in result.stderr
    with Store.open(store) as opened:
        assert [infant.code for infant in opened.infants()] == ["bed-1"]
        assert opened.audit.rows()[0].what == "restored"
    with Store.open(kept) as opened:
        assert [infant.code for infant in opened.infants()] == ["bed-1", "bed-2"]


def test_restore_lets_nobody_in_whose_way_in_had_ended_since(store, tmp_path, at):
    with Store.open(store) as opened:
        accounts = Accounts(opened, lambda: 1_790_000_000.0, cost=HashCost(1, 8, 1))
        accounts.add_staff("Amina", Role.NURSE, "7294", who=None)
        session = accounts.sign_in("Amina", "7294").token
        opened.admissions.admit("bed-2", weight_g=1700, when_utc_s=1_789_999_000, who="Amina")
        link = opened.family_links.make("bed-2", when_utc_s=1_789_999_500, who="Amina")
        assert opened.family_links.code_of(link) == "bed-2"
    assert run("backup", store, tmp_path / "copy.db").exit_code == 0
    result = run("restore", tmp_path / "copy.db", store)
    assert "1 families' links have ended" in result.stderr
    with Store.open(store) as opened:
        assert opened.family_links.code_of(link) is None
        assert Accounts(opened, lambda: 1_790_000_000.0).session(session) is None


def test_restore_where_there_was_no_store_says_nothing_of_keeping(store, tmp_path, at):
    run("backup", store, tmp_path / "copy.db")
    result = run("restore", tmp_path / "copy.db", tmp_path / "new.db")
    assert result.exit_code == 0
    assert "kept" not in result.stderr
    assert (tmp_path / "new.db").exists()


def test_restore_over_a_store_in_use_is_refused_unless_told(store, tmp_path, at):
    run("backup", store, tmp_path / "copy.db")
    with Store.open(store) as opened:
        opened.ensure_infant("bed-2")
        assert "in use" in error_of(run("restore", tmp_path / "copy.db", store))
        assert [infant.code for infant in opened.infants()] == ["bed-1", "bed-2"]
        result = run("restore", tmp_path / "copy.db", store, "--even-if-in-use")
        assert result.exit_code == 0
        assert "start" in result.stderr
        assert [infant.code for infant in opened.infants()] == ["bed-1"]


def test_restore_of_the_store_over_itself_is_refused(store, at):
    before = store.read_bytes()
    assert "is the store itself" in error_of(run("restore", store, store))
    assert store.read_bytes() == before


def test_restore_of_a_torn_backup_is_one_line(store, tmp_path, at):
    run("backup", store, tmp_path / "copy.db")
    whole = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "copy.db").write_bytes(whole[: len(whole) // 2])
    before = store.read_bytes()
    assert "damaged" in error_of(run("restore", tmp_path / "copy.db", store))
    assert store.read_bytes() == before


class Waiting:
    """A command in a process of its own that stops in the middle of the copy until it is ended."""

    _PROGRAM = """
import sys, threading
from pouch_host.store import backup
whole = backup.copy_pages
def waiting(source, part, on_progress):
    part.write_bytes(bytes(10_000))
    print("copying", flush=True)
    threading.Event().wait(60)
    whole(source, part, on_progress)
backup.copy_pages = waiting
from pouch_host.cli import app
app()
"""

    def __init__(self, *arguments):
        places = os.pathsep.join(str(ROOT / name) for name in ("protocol", "host", "sim"))
        self.process = subprocess.Popen(
            [sys.executable, "-c", self._PROGRAM, *map(str, arguments)],
            env=os.environ | {"PYTHONPATH": places},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "copying\n"


@pytest.mark.parametrize(("signal_no", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_process_that_is_ended_in_the_middle_leaves_nothing(store, tmp_path, signal_no, code):
    waiting = Waiting("backup", store, tmp_path / "copy.db")
    assert (tmp_path / ".copy.db.part").exists()
    waiting.process.send_signal(signal_no)
    _, said = waiting.process.communicate(timeout=30)
    assert waiting.process.returncode == code
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["ward.db"]


def test_process_that_is_killed_in_the_middle_leaves_the_older_backup_whole(store, tmp_path, at):
    run("backup", store, tmp_path / "copy.db")
    whole = (tmp_path / "copy.db").read_bytes()
    waiting = Waiting("backup", store, tmp_path / "copy.db")
    waiting.process.kill()
    waiting.process.communicate(timeout=30)
    assert (tmp_path / "copy.db").read_bytes() == whole
    assert run("backup", store, tmp_path / "copy.db").exit_code == 0
    assert not (tmp_path / ".copy.db.part").exists()
