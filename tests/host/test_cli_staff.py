"""`pouch staff`: who has the computer can let people in when nobody else can."""

import json

import pytest
from typer.testing import CliRunner

from pouch_host import cli_staff
from pouch_host.accounts.access import Accounts
from pouch_host.cli import app
from pouch_host.store import Store

PIN, PASSWORD = "4071", "four warm small feet"


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "ward.sqlite"
    Store.open(made).close()
    return made


def staff(path, command, *words, secret=""):
    return CliRunner().invoke(app, ["staff", command, str(path), *words], input=f"{secret}\n")


def listed(path):
    return json.loads(staff(path, "list", "--json").stdout)


def error_of(result):
    assert result.exit_code == 1, result.output
    *_, line = result.stderr.splitlines()
    return line.removeprefix("error: ")


def test_add_lets_somebody_sign_in_and_never_shows_the_secret(path):
    for name, role, secret in (("Amina", "nurse", PIN), ("Dr. Shah", "administrator", PASSWORD)):
        result = staff(path, "add", name, "--role", role, secret=secret)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == f"{name} may sign in as {role}\n"
    assert [(one["name"], one["role"]) for one in listed(path)] == [
        ("Amina", "nurse"),
        ("Dr. Shah", "administrator"),
    ]
    with Store.open(path) as store:
        accounts = Accounts(store, lambda: 1000.0)
        assert accounts.sign_in("Amina", PIN).staff.name == "Amina"
        assert not accounts.needs_set_up
        assert {row.who for row in store.audit.rows() if row.what == "staff_added"} == {None}


@pytest.mark.parametrize(
    ("role", "secret", "words"),
    [
        ("nurse", "12", "a PIN has at least 4 digits"),
        ("nurse", "1234", "among the first that somebody tries"),
        ("head_nurse", PIN, "a password has at least 10 characters"),
        ("researcher", "", "nothing was read"),
    ],
)
def test_add_with_a_secret_that_will_not_do_adds_nobody(path, role, secret, words):
    line = error_of(staff(path, "add", "Amina", "--role", role, secret=secret))
    assert words in line
    assert listed(path) == []


def test_add_of_a_taken_name_is_refused(path):
    staff(path, "add", "Amina", "--role", "nurse", secret=PIN)
    again = staff(path, "add", "amina", "--role", "nurse", secret=PIN)
    assert error_of(again) == "the name is taken, now or formerly: choose another"


def test_add_with_an_unknown_role_is_a_usage_error(path):
    assert staff(path, "add", "Amina", "--role", "matron", secret=PIN).exit_code == 2


def test_list_of_a_new_store_says_that_there_is_nobody(path):
    result = staff(path, "list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nobody may sign in" in result.stderr


def test_list_shows_who_is_locked_and_who_is_gone(path):
    for name in ("Amina", "Bilal"):
        staff(path, "add", name, "--role", "nurse", secret=PIN)
    staff(path, "end", "Bilal")
    with Store.open(path) as store:
        (amina, _) = store.accounts.staff()
        store.logins.begin_attempt(amina.staff_id, 2_000_000_000, lambda _: 60)
    lines = staff(path, "list").stdout.splitlines()
    assert any("Amina" in line and "locked until 2033-05-18" in line for line in lines)
    assert any("Bilal" in line and "ended 20" in line for line in lines)


def test_reset_ends_lock_out_and_sessions(path):
    staff(path, "add", "Amina", "--role", "nurse", secret=PIN)
    with Store.open(path) as store:
        accounts = Accounts(store, lambda: 1000.0)
        token = accounts.sign_in("Amina", PIN).token
        store.logins.begin_attempt(1, 1000, lambda _: 60)
        result = staff(path, "reset", "amina", secret="8305")
        assert result.stderr == "Amina has another PIN and is signed in nowhere\n"
        assert accounts.session(token) is None
        assert accounts.sign_in("Amina", "8305").staff.failures == 0


def test_end_of_the_last_administrator_is_refused(path):
    staff(path, "add", "Shah", "--role", "administrator", secret=PASSWORD)
    line = error_of(staff(path, "end", "Shah"))
    assert line == "this is the last administrator: add another one first"
    assert listed(path)[0]["ended_utc_s"] is None


@pytest.mark.parametrize("command", ["reset", "end"])
def test_somebody_unknown_or_gone_is_refused(path, command):
    assert "nobody called 'Amina'" in error_of(staff(path, command, "Amina", secret=PIN))
    staff(path, "add", "Amina", "--role", "nurse", secret=PIN)
    staff(path, "end", "Amina")
    assert "was ended" in error_of(staff(path, command, "Amina", secret=PIN))


def test_store_that_is_not_there_is_not_made(tmp_path):
    path = tmp_path / "none.sqlite"
    assert "no such file" in error_of(staff(path, "add", "A", "--role", "nurse", secret=PIN))
    assert not path.exists()


@pytest.mark.parametrize(("again", "is_taken"), [("8305", True), ("8306", False)])
def test_at_a_keyboard_it_asks_twice_and_does_not_show_what_is_typed(monkeypatch, again, is_taken):
    typed, hidden = iter(["8305", again]), []

    class Keyboard:
        def isatty(self):
            return True

    def prompt(text, **options):
        hidden.append(options["hide_input"])
        return next(typed)

    monkeypatch.setattr(cli_staff.sys, "stdin", Keyboard())
    monkeypatch.setattr(cli_staff.typer, "prompt", prompt)
    if is_taken:
        assert cli_staff._asked_secret(is_pin=True) == "8305"
    else:
        with pytest.raises(cli_staff.AccountError, match="differ"):
            cli_staff._asked_secret(is_pin=True)
    assert hidden == [True, True]
