"""A ward with one of each role, secrets that cost little, and a clock that stands until told."""

from pouch_host.accounts.access import Accounts
from pouch_host.accounts.hashing import HashCost
from pouch_host.accounts.roles import Role

# 2026-03-01 08:00 UTC.
MORNING_UTC_S = 1_772_352_000

CHEAP = HashCost(passes=1, memory_kib=8, lanes=1)

PIN = "4071"
PASSWORD = "four warm small feet"
NAMES = {
    Role.NURSE: "Amina",
    Role.HEAD_NURSE: "Sister Noor",
    Role.RESEARCHER: "Dr. Bilal",
    Role.ADMINISTRATOR: "Shah",
}


class Clock:
    """Shows the time that it is set to."""

    def __init__(self, utc_s=MORNING_UTC_S):
        self.utc_s = utc_s

    def __call__(self):
        return float(self.utc_s)


def secret_of(role):
    """Return what the person of a role signs in with."""
    return PIN if role == Role.NURSE else PASSWORD


def people_of(store, clock, *, cost=CHEAP):
    """Return the accounts of a store, after adding one person of each role."""
    accounts = Accounts(store, clock, cost=cost)
    for role, name in NAMES.items():
        accounts.add_staff(name, role, secret_of(role), who=None)
    return accounts


def signed_in(accounts, role=Role.NURSE):
    """Sign the person of a role in."""
    return accounts.sign_in(NAMES[role], secret_of(role))
