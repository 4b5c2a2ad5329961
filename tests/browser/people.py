"""The staff of the wards in the browser tests."""

from pouch_host.accounts.access import Accounts
from pouch_host.accounts.hashing import HashCost
from pouch_host.accounts.roles import Role

NURSE = "Amina"
OTHER_NURSE = "Bilal"
HEAD_NURSE = "Farah"
RESEARCHER = "Dr. Khan"
ADMINISTRATOR = "Technician"

SECRETS = {
    NURSE: "4917",
    OTHER_NURSE: "8302",
    HEAD_NURSE: "a warm morning",
    RESEARCHER: "counting hours",
    ADMINISTRATOR: "first of all keys",
}
ROLES = {
    NURSE: Role.NURSE,
    OTHER_NURSE: Role.NURSE,
    HEAD_NURSE: Role.HEAD_NURSE,
    RESEARCHER: Role.RESEARCHER,
    ADMINISTRATOR: Role.ADMINISTRATOR,
}
# What a guess costs is not the point of these tests.
_CHEAP = HashCost(passes=1, memory_kib=8, lanes=1)


def accounts_of(store, clock):
    """Return the accounts of a ward."""
    return Accounts(store, clock, cost=_CHEAP)


def hire(accounts):
    """Add everybody: the administrator by the code of the console, as a technician does."""
    accounts.set_up(accounts.set_up_code, ADMINISTRATOR, SECRETS[ADMINISTRATOR])
    for name, role in ROLES.items():
        if role != Role.ADMINISTRATOR:
            accounts.add_staff(name, role, SECRETS[name], who=ADMINISTRATOR)


PIN_NAMES = tuple(name for name, role in ROLES.items() if role == Role.NURSE)
"""Those who sign in with a PIN, and whom a tablet offers as buttons."""
