"""The staff of the demonstration: one of each role, with secrets that are drawn at each start."""

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field

from pouch_host.account_errors import AccountError
from pouch_host.accounts.access import Accounts
from pouch_host.accounts.roles import Role

_PIN_DIGITS = 4
_PASSWORD_LETTERS, _PASSWORD_PART = 12, 4
# Nobody has these in a hospital: what is shown is nobody's.
_NAMES = {
    Role.NURSE: "Nurse",
    Role.HEAD_NURSE: "Head nurse",
    Role.RESEARCHER: "Researcher",
    Role.ADMINISTRATOR: "Administrator",
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may sign in to the demonstration.

    Attributes:
        name: to sign in with.
        secret: PIN or password.
    """

    name: str
    secret: str = field(repr=False)


def hire(accounts: Accounts) -> list[Member]:
    """Add one of each role; return them with their secrets, which are nowhere else."""
    return [_added(accounts, role, name) for role, name in _NAMES.items()]


def lines(members: Sequence[Member]) -> list[str]:
    """Return what the console shows of them."""
    width = max(len(member.name) for member in members)
    return [f"  {member.name:<{width}}  {member.secret}" for member in members]


def _added(accounts: Accounts, role: Role, name: str) -> Member:
    while True:
        secret = _drawn(role)
        try:
            accounts.add_staff(name, role, secret, who=None)
        except AccountError:
            # Too easy to guess, such as 1234: drawn again.
            continue
        return Member(name, secret)


def _drawn(role: Role) -> str:
    if role is Role.NURSE:
        return "".join(secrets.choice(string.digits) for _ in range(_PIN_DIGITS))
    letters = [secrets.choice(string.ascii_lowercase) for _ in range(_PASSWORD_LETTERS)]
    parts = range(0, _PASSWORD_LETTERS, _PASSWORD_PART)
    return "-".join("".join(letters[at : at + _PASSWORD_PART]) for at in parts)
