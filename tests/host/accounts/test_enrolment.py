import pytest

from pouch_host.account_errors import AccountError, Reason
from pouch_host.accounts.access import Accounts
from pouch_host.accounts.roles import Role
from pouch_host.store import Store
from tests.host.accounts.people import CHEAP, PASSWORD, PIN, signed_in


@pytest.fixture
def empty(store, clock):
    return Accounts(store, clock, cost=CHEAP)


def refused(do, *arguments, **options):
    with pytest.raises(AccountError) as caught:
        do(*arguments, **options)
    return caught.value.reason


def test_set_up_makes_the_administrator_with_the_code_and_only_once(store, empty):
    code = empty.set_up_code
    assert empty.needs_set_up
    assert len(code) == 10
    shah = empty.set_up(f" {code[:5].lower()}-{code[5:]}", "Shah", PASSWORD)
    assert shah.role == Role.ADMINISTRATOR
    assert not empty.needs_set_up
    assert empty.set_up_code is None
    assert refused(empty.set_up, code, "Second", PASSWORD) == Reason.SET_UP_DONE
    assert [one.name for one in empty.staff()] == ["Shah"]
    assert [(row.what, row.who) for row in store.audit.rows()] == [("staff_added", "Shah")]


def test_set_up_without_the_code_makes_nobody(empty):
    for code in ("", "A" * 10):
        assert refused(empty.set_up, code, "Shah", PASSWORD) == Reason.WRONG_CODE
    assert empty.staff() == []


def test_set_up_with_a_weak_password_makes_nobody_and_the_code_still_counts(empty):
    code = empty.set_up_code
    assert refused(empty.set_up, code, "Shah", "short") == Reason.PASSWORD_SHORT
    assert empty.needs_set_up
    assert empty.set_up(code, "Shah", PASSWORD)


def test_set_up_by_two_at_once_makes_one_administrator(path, store, clock, empty):
    # Both were told that set-up is needed; the store lets one of them.
    with Store.open(path) as again:
        second = Accounts(again, clock, cost=CHEAP)
        code = second.set_up_code
        empty.set_up(empty.set_up_code, "Shah", PASSWORD)
        add = again.accounts.add
        with pytest.raises(AccountError) as caught:
            add("Other", Role.ADMINISTRATOR, "x", when_utc_s=0, who=None, only_as_first=True)
        assert caught.value.reason == Reason.SET_UP_DONE
        assert refused(second.set_up, code, "Other", PASSWORD) == Reason.SET_UP_DONE


def test_set_up_code_is_another_at_each_start(store, clock):
    codes = {Accounts(store, clock, cost=CHEAP).set_up_code for _ in range(20)}
    assert len(codes) == 20


def test_set_up_is_needed_while_there_are_only_nurses(empty):
    empty.add_staff("Amina", Role.NURSE, PIN, who=None)
    assert empty.needs_set_up


def test_last_administrator_cannot_be_ended(accounts):
    (shah,) = [one for one in accounts.staff() if one.role == Role.ADMINISTRATOR]
    reason = refused(accounts.end_staff, shah.staff_id, who="Shah")
    assert reason == Reason.LAST_ADMINISTRATOR
    second = accounts.add_staff("Rao", Role.ADMINISTRATOR, PASSWORD, who="Shah")
    accounts.end_staff(shah.staff_id, who="Rao")
    assert refused(accounts.end_staff, second.staff_id, who="Rao") == Reason.LAST_ADMINISTRATOR
    assert signed_in(accounts, Role.HEAD_NURSE)


def test_name_is_taken_for_ever_and_kept_as_people_write_it(accounts):
    added = accounts.add_staff("  Umm-e   Kulsum ", Role.NURSE, PIN, who="Shah")
    assert added.name == "Umm-e Kulsum"
    accounts.end_staff(added.staff_id, who="Shah")
    for name in ("Umm-e Kulsum", "umm-e kulsum"):
        reason = refused(accounts.add_staff, name, Role.NURSE, PIN, who="Shah")
        assert reason == Reason.NAME_TAKEN


def test_secret_of_somebody_gone_or_unknown_cannot_be_set(accounts):
    added = accounts.add_staff("Dua", Role.NURSE, PIN, who="Shah")
    accounts.end_staff(added.staff_id, who="Shah")
    assert refused(accounts.set_secret, added.staff_id, "8305", who="Shah") == Reason.ENDED
    for do in (accounts.end_staff, accounts.end_device, accounts.end_token):
        assert refused(do, 99, who="Shah") == Reason.NOT_FOUND
    assert refused(accounts.set_secret, 99, "8305", who="Shah") == Reason.NOT_FOUND
    assert refused(accounts.set_unit, 99, "c") == Reason.NOT_FOUND


@pytest.mark.parametrize(("label", "days", "reason"), [
    ("", 30, Reason.LABEL_FORM),
    ("x" * 61, 30, Reason.LABEL_FORM),
    ("export", 0, Reason.DAYS_FORM),
    ("export", 367, Reason.DAYS_FORM),
])  # fmt: skip
def test_token_without_label_or_end_is_refused(accounts, label, days, reason):
    staff = signed_in(accounts, Role.RESEARCHER).staff
    assert refused(accounts.make_token, staff, label, days) == reason
    assert accounts.tokens() == []
