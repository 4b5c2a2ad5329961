"""Guessing gets slower and slower, for names that somebody has and for others alike."""

from contextlib import ExitStack
from threading import Barrier, Thread
from typing import Any

import pytest

from pouch_host.account_errors import AccountError, LockedOut, Reason, WrongSecret
from pouch_host.accounts.access import Accounts
from pouch_host.accounts.hashing import SecretHashes
from pouch_host.accounts.lockout import UnknownNames, delay_s
from pouch_host.store import Store
from tests.host.accounts.people import CHEAP, MORNING_UTC_S, PIN, Clock

DAY_S = 24 * 3600


def refusal(accounts, name="Amina", secret="9999") -> Any:
    with pytest.raises((WrongSecret, LockedOut)) as refused:
        accounts.sign_in(name, secret)
    return refused.value


def lock_out(accounts, name="Amina"):
    for _ in range(2):
        assert isinstance(refusal(accounts, name), WrongSecret)
    return refusal(accounts, name).until_utc_s


def test_delay_grows_from_nothing_to_an_hour():
    assert [delay_s(failures) for failures in range(1, 12)] == [
        0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600,
    ]  # fmt: skip
    assert delay_s(10**9) == 3600


@pytest.mark.parametrize("name", ["Amina", "Nobody"])
def test_three_wrong_secrets_lock_and_each_further_one_for_longer(accounts, clock, name):
    assert lock_out(accounts, name) == MORNING_UTC_S + 30
    clock.utc_s += 29
    # Nobody looks at the secret meanwhile, so it is no further failure.
    assert refusal(accounts, name).until_utc_s == MORNING_UTC_S + 30
    clock.utc_s += 1
    assert refusal(accounts, name).until_utc_s == clock.utc_s + 60


def test_right_secret_during_lock_out_is_refused_and_after_it_ends_the_count(accounts, clock):
    until_utc_s = lock_out(accounts)
    assert isinstance(refusal(accounts, secret=PIN), LockedOut)
    clock.utc_s = until_utc_s
    assert accounts.sign_in("Amina", PIN).staff.failures == 0
    assert isinstance(refusal(accounts), WrongSecret)


@pytest.mark.parametrize("name", ["Amina", "Nobody"])
def test_clock_that_is_set_back_locks_nobody_out_for_longer(accounts, clock, name):
    # A computer without a battery for its clock may be a year ahead until the network tells.
    clock.utc_s += 365 * DAY_S
    lock_out(accounts, name)
    clock.utc_s = MORNING_UTC_S
    assert refusal(accounts, name).until_utc_s == MORNING_UTC_S + 30
    clock.utc_s += 29
    assert refusal(accounts, name).until_utc_s == MORNING_UTC_S + 30
    clock.utc_s += 1
    assert refusal(accounts, name).until_utc_s == clock.utc_s + 60


def test_lock_out_of_one_leaves_the_others_alone(accounts):
    lock_out(accounts)
    assert accounts.sign_in("Sister Noor", "four warm small feet")


def test_restart_forgets_no_lock_out(path, store, accounts, clock):
    until_utc_s = lock_out(accounts)
    with Store.open(path) as again:
        restarted = Accounts(again, clock, cost=CHEAP)
        assert refusal(restarted, secret=PIN).until_utc_s == until_utc_s
        clock.utc_s = until_utc_s
        assert refusal(restarted).until_utc_s == until_utc_s + 60


def test_another_secret_from_somebody_in_charge_ends_the_lock_out(accounts):
    lock_out(accounts)
    (amina,) = [one for one in accounts.staff() if one.name == "Amina"]
    accounts.set_secret(amina.staff_id, "8305", who="Sister Noor")
    assert accounts.sign_in("Amina", "8305")


def test_lock_out_stands_in_the_audit_and_wrong_secrets_before_it_do_not(store, accounts):
    before = len(store.audit.rows())
    lock_out(accounts)
    (row,) = store.audit.rows()[:-before]
    assert (row.what, row.who) == ("locked_out", None)
    assert row.detail == {"staff": "Amina", "failures": 3}


def test_guesses_at_the_same_moment_are_no_more_than_one_after_the_other(accounts):
    # Goal: a guesser with many connections gains nothing. Method: eight threads that all guess
    # at once; count whose secret was looked at.
    looked, barrier = [], Barrier(8)

    def fits(_secret, _secret_hash):
        looked.append(1)
        return False

    accounts._hashes.fits = fits

    def guess():
        barrier.wait()
        refusal(accounts)

    threads = [Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked) == 3


def test_flood_of_guesses_waits_in_a_short_line_and_the_rest_is_not_counted(accounts):
    # Goal: pages go on being served. Method: hold all eight places, and ask once more.
    with ExitStack() as held:
        for _ in range(8):
            held.enter_context(accounts._hashes.place())
        with pytest.raises(AccountError) as refused:
            accounts.sign_in("Amina", PIN)
    assert refused.value.reason == Reason.BUSY
    assert accounts.sign_in("Amina", PIN).staff.failures == 0
    (amina,) = [one for one in accounts.staff() if one.name == "Amina"]
    assert amina.failures == 0


def test_first_day_of_guessing_is_some_thirty_tries_and_others_are_24(accounts, clock):
    def tries_until(utc_s):
        count = 0
        while clock.utc_s < utc_s:
            refused = refusal(accounts)
            count += 1
            clock.utc_s = getattr(refused, "until_utc_s", clock.utc_s)
        return count

    assert tries_until(MORNING_UTC_S + DAY_S) == 32
    assert tries_until(MORNING_UTC_S + 2 * DAY_S) == 24


def test_unknown_name_costs_the_same_work(accounts):
    # Goal: the time of an answer tells nobody which names exist. Method: see what is verified.
    verified = []

    class Watched(SecretHashes):
        def fits(self, secret, secret_hash):
            hash_used = secret_hash or self._nobodys
            verified.append(hash_used.rsplit("$", 2)[0])
            return super().fits(secret, secret_hash)

    accounts._hashes = Watched(CHEAP)
    refusal(accounts, "Amina")
    refusal(accounts, "Nobody")
    assert verified == ["$argon2id$v=19$m=8,t=1,p=1"] * 2


def test_unknown_names_fill_no_memory():
    clock = Clock()
    unknown = UnknownNames(clock)
    for number in range(3000):
        unknown.begin_attempt(f"name {number}")
    assert len(unknown._tried) == 1000
    assert [unknown.begin_attempt("name 2999").failures for _ in range(2)] == [2, 3]
    assert unknown.begin_attempt("name 0").failures == 1


def test_set_up_code_is_guessed_no_faster(path, clock):
    with Store.open(path) as store:
        accounts = Accounts(store, clock, cost=CHEAP)
        for _ in range(3):
            with pytest.raises(AccountError):
                accounts.set_up("AAAAAAAAAA", "Shah", "four warm small feet")
        with pytest.raises(LockedOut):
            accounts.set_up(accounts.set_up_code, "Shah", "four warm small feet")
