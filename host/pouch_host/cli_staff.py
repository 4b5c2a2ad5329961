"""The commands `pouch staff ...`: who may sign in at the screens."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from .account_errors import AccountError, Reason
from .accounts.access import Accounts
from .accounts.roles import Role
from .accounts.rules import check_same, has_pin
from .cli_console import (
    AsJson,
    StorePath,
    iso_local,
    output,
    print_json,
    print_note,
    utc_now_s,
)
from .errors import InputError
from .store import Store
from .store.accounts import Staff

app = typer.Typer(no_args_is_help=True)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="As the screens show it and the audit keeps it.")
]


def register(program: typer.Typer) -> None:
    """Add the commands to the program."""
    program.add_typer(app, name="staff")


@app.callback()
def staff() -> None:
    """Say who may sign in at the screens: for who has this computer, and lost every other way.

    Secrets are asked for, or read from a pipe, one line; no option takes one, since others on
    this computer can see what a command is given.
    """


@app.command()
def add(
    store: StorePath,
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What the person is in the ward.")],
    as_json: AsJson = False,
) -> None:
    """Add somebody: a nurse with a PIN of at least 4 digits, others with a password."""
    with Store.open(store, create=False) as opened:
        secret = _asked_secret(has_pin(role))
        added = Accounts(opened, utc_now_s).add_staff(name, role, secret, who=None)
    if as_json:
        print_json(_json(added))
    else:
        print_note(f"{added.name} may sign in as {_words(added.role)}")


@app.command("list")
def list_staff(store: StorePath, as_json: AsJson = False) -> None:
    """List everybody who may sign in or could once. Secrets are not shown: nobody has them."""
    with Store.open(store, create=False) as opened:
        zone, found = opened.zone, opened.accounts.staff()
    if as_json:
        print_json([_json(one) for one in found])
        return
    if not found:
        print_note(f"nobody may sign in to {store} yet")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("Name", "Role", "Since", "Note"):
        table.add_column(heading)
    for one in found:
        note = ""
        if one.ended_utc_s is not None:
            note = f"ended {iso_local(one.ended_utc_s, zone)}"
        elif (one.locked_until_utc_s or 0) > utc_now_s():
            note = f"locked until {iso_local(one.locked_until_utc_s or 0, zone)}"
        table.add_row(one.name, _words(one.role), iso_local(one.begun_utc_s, zone), note)
    output().print(table)


@app.command()
def reset(store: StorePath, name: Name) -> None:
    """Give somebody another secret; a lock-out ends, and so does every session."""
    with Store.open(store, create=False) as opened:
        found = _named(opened, name)
        secret = _asked_secret(has_pin(found.role))
        Accounts(opened, utc_now_s).set_secret(found.staff_id, secret, who=None)
    print_note(f"{found.name} has another {_kind(has_pin(found.role))} and is signed in nowhere")


@app.command()
def end(store: StorePath, name: Name) -> None:
    """Let somebody sign in no more. The name stays in the audit, and is never given again."""
    with Store.open(store, create=False) as opened:
        found = _named(opened, name)
        Accounts(opened, utc_now_s).end_staff(found.staff_id, who=None)
    print_note(f"{found.name} may sign in no more")


def _named(store: Store, name: str) -> Staff:
    for one in store.accounts.staff():
        if one.name.casefold() == " ".join(name.split()).casefold():
            if one.ended_utc_s is not None:
                raise AccountError(Reason.ENDED)
            return one
    raise InputError(f"there is nobody called {name!r}; `pouch staff list` shows all names")


def _asked_secret(is_pin: bool) -> str:
    """Return a secret that was typed twice, or came by a pipe.

    Raises:
        InputError: the two differ, or the pipe was empty.
    """
    kind = _kind(is_pin)
    if not sys.stdin.isatty():
        secret = sys.stdin.readline().rstrip("\r\n")
        if not secret:
            raise InputError(f"nothing was read: give the {kind} on the first line of the pipe")
        return secret
    secret, again = (
        typer.prompt(text, hide_input=True, err=True) for text in (kind, "the same again")
    )
    check_same(secret, again)
    return secret


def _kind(is_pin: bool) -> str:
    return "PIN" if is_pin else "password"


def _words(role: str) -> str:
    return role.replace("_", " ")


def _json(one: Staff) -> dict[str, object]:
    return {key: value for key, value in asdict(one).items() if key != "staff_id"}
