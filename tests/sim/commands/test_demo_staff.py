"""Who may sign in to the demonstration."""

import pytest

from pouch_host.accounts.access import Accounts
from pouch_host.accounts.hashing import HashCost
from pouch_host.accounts.roles import Role
from pouch_host.store import Store
from pouch_sim.commands import demo_staff


@pytest.fixture
def accounts(tmp_path):
    with Store.open(tmp_path / "pouch.db") as store:
        yield Accounts(store, lambda: 1_790_000_000.0, cost=HashCost(1, 8, 1))


def test_everybody_may_sign_in_with_what_the_console_shows(accounts):
    members = demo_staff.hire(accounts)
    for member, line in zip(members, demo_staff.lines(members), strict=True):
        assert member.secret in line
        assert accounts.sign_in(member.name, member.secret).staff.name == member.name
    assert {one.role for one in accounts.staff()} == set(Role)


def test_no_set_up_is_asked_for(accounts):
    demo_staff.hire(accounts)
    assert not accounts.needs_set_up


def test_pin_that_is_too_easy_is_drawn_again(accounts, monkeypatch):
    drawn = iter(["1234", "0000", "7294"])
    sound = demo_staff._drawn
    monkeypatch.setattr(
        demo_staff, "_drawn", lambda role: next(drawn) if role is Role.NURSE else sound(role)
    )
    members = demo_staff.hire(accounts)
    assert members[0].secret == "7294"


def test_secret_is_in_no_log_of_a_member(accounts):
    member = demo_staff.hire(accounts)[0]
    assert member.secret not in repr(member)
