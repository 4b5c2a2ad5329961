import pytest

from pouch_host.account_errors import AccountError, LockedOut, Reason, WrongSecret
from pouch_host.accounts.access import (
    IDLE_NURSE_S,
    IDLE_OTHERS_S,
    SESSION_S_MAX,
    Accounts,
)
from pouch_host.accounts.roles import Role
from pouch_host.errors import StoreError
from pouch_host.store import Store
from tests.host.accounts.people import CHEAP, MORNING_UTC_S, PASSWORD, PIN, signed_in

MINUTE_S = 60


def whats(store):
    return [row.what for row in store.audit.rows()]


def test_sign_in_begins_a_session_and_the_audit_tells_it(store, accounts):
    found = signed_in(accounts)
    session = accounts.session(found.token)
    assert (session.staff.name, session.csrf) == ("Amina", found.csrf)
    assert session.until_utc_s == MORNING_UTC_S + IDLE_NURSE_S
    (row, *_) = store.audit.rows()
    assert (row.what, row.who, row.when_utc_s) == ("signed_in", "Amina", MORNING_UTC_S)


@pytest.mark.parametrize("name", ["amina", "  AMINA "])
def test_sign_in_takes_a_name_as_people_type_it(accounts, name):
    assert accounts.sign_in(name, PIN).staff.name == "Amina"


@pytest.mark.parametrize(("name", "secret"), [("Amina", "4072"), ("Amina", ""), ("Nobody", PIN)])
def test_sign_in_with_what_does_not_fit_is_refused_alike(accounts, name, secret):
    with pytest.raises(WrongSecret) as refused:
        accounts.sign_in(name, secret)
    assert str(refused.value) == "name and secret do not fit"


def test_pin_is_the_same_from_every_keyboard(accounts):
    assert accounts.sign_in("Amina", "۴۰۷۱").staff.name == "Amina"


def test_tokens_are_new_each_time_and_a_browsers_old_session_ends(accounts):
    first = signed_in(accounts)
    second = accounts.sign_in("Amina", PIN, instead_of=first.token)
    assert first.token != second.token
    assert first.csrf != second.csrf
    assert accounts.session(first.token) is None
    assert accounts.session(second.token) is not None


def test_no_token_or_secret_stands_in_the_stores_files(path, store, accounts):
    # Goal: a copied store lets nobody in. Method: look for the bytes of each in file and log.
    found = signed_in(accounts)
    given = [found.token, PASSWORD, accounts.enrol_device("door", who="Shah")]
    researcher = signed_in(accounts, Role.RESEARCHER)
    given += [researcher.token, accounts.make_token(researcher.staff, "export", 30)]
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert found.csrf.encode() in held
    assert not [text for text in given if text.encode() in held]


@pytest.mark.parametrize(
    ("role", "idle_s"), [(Role.NURSE, IDLE_NURSE_S), (Role.RESEARCHER, IDLE_OTHERS_S)]
)
def test_session_ends_when_nobody_asked_for_a_while(accounts, clock, role, idle_s):
    token = signed_in(accounts, role).token
    for _ in range(3):
        clock.utc_s += idle_s - 1
        assert accounts.session(token) is not None
    clock.utc_s += idle_s
    assert accounts.session(token) is None


def test_what_a_page_asks_by_itself_keeps_no_session_alive(accounts, clock):
    token = signed_in(accounts).token
    for _ in range(IDLE_NURSE_S // MINUTE_S - 1):
        clock.utc_s += MINUTE_S
        assert accounts.session(token, touch=False) is not None
    clock.utc_s += MINUTE_S
    assert accounts.session(token, touch=False) is None


def test_session_ends_after_a_shift_however_busy(accounts, clock):
    token = signed_in(accounts).token
    while clock.utc_s + 5 * MINUTE_S < MORNING_UTC_S + SESSION_S_MAX:
        clock.utc_s += 5 * MINUTE_S
        assert accounts.session(token) is not None
    clock.utc_s = MORNING_UTC_S + SESSION_S_MAX
    assert accounts.session(token) is None


def test_session_and_its_use_outlive_a_restart(path, store, accounts, clock):
    token = signed_in(accounts).token
    clock.utc_s += IDLE_NURSE_S - 1
    accounts.session(token)
    with Store.open(path) as again:
        clock.utc_s += IDLE_NURSE_S - 1
        assert Accounts(again, clock, cost=CHEAP).session(token) is not None


def test_session_is_written_once_a_minute_and_not_at_each_request(store, accounts, clock):
    found = signed_in(accounts)
    written = []
    touch = store.logins.touch
    store.logins.touch = lambda key, at: (written.append(at), touch(key, at))
    for _ in range(4 * MINUTE_S):
        clock.utc_s += 1
        accounts.session(found.token)
    assert written == [MORNING_UTC_S + minute * MINUTE_S for minute in range(1, 5)]


def test_full_disk_throws_nobody_out(store, accounts, clock):
    token = signed_in(accounts).token

    def full(_key, _at):
        raise StoreError("the disk is full")

    store.logins.touch = full
    for _ in range(5):
        clock.utc_s += IDLE_NURSE_S - 1
        assert accounts.session(token) is not None


def test_sign_out_ends_only_that_session(accounts):
    here, there = signed_in(accounts), signed_in(accounts)
    accounts.sign_out(here.token)
    assert accounts.session(here.token) is None
    assert accounts.session(there.token) is not None


@pytest.mark.parametrize("token", ["", "x", "ä", "0" * 4096])
def test_what_is_no_token_opens_nothing(accounts, token):
    assert accounts.session(token) is None
    assert accounts.device(token) is None
    assert accounts.token(token) is None


def test_change_of_pin_ends_the_persons_other_sessions_and_no_others(accounts):
    here, there = signed_in(accounts), signed_in(accounts)
    someone = signed_in(accounts, Role.HEAD_NURSE)
    accounts.change_own_secret(here.token, here.staff, PIN, "8305")
    assert accounts.session(here.token) is not None
    assert accounts.session(there.token) is None
    assert accounts.session(someone.token) is not None
    with pytest.raises(WrongSecret):
        accounts.sign_in("Amina", PIN)
    assert accounts.sign_in("Amina", "8305")


def test_change_of_pin_needs_the_old_one_and_counts_guesses(accounts):
    here = signed_in(accounts)
    for _ in range(2):
        with pytest.raises(WrongSecret):
            accounts.change_own_secret(here.token, here.staff, "9999", "8305")
    with pytest.raises(LockedOut):
        accounts.change_own_secret(here.token, here.staff, "9999", "8305")


def test_new_pin_that_will_not_do_is_no_wrong_old_one(accounts):
    here = signed_in(accounts)
    for easy in ("0000", "1234", "12", "4321"):
        with pytest.raises(AccountError) as refused:
            accounts.change_own_secret(here.token, here.staff, PIN, easy)
        assert refused.value.reason in (Reason.PIN_EASY, Reason.PIN_FORM)
    accounts.change_own_secret(here.token, here.staff, PIN, "8305")
    assert accounts.sign_in("Amina", "8305")


def test_person_who_is_ended_is_out_at_once_everywhere(store, accounts):
    sessions = [signed_in(accounts, Role.RESEARCHER) for _ in range(2)]
    staff = sessions[0].staff
    program = accounts.make_token(staff, "export", 30)
    assert accounts.token(program) == staff
    accounts.end_staff(staff.staff_id, who="Shah")
    assert [accounts.session(one.token) for one in sessions] == [None, None]
    assert accounts.token(program) is None
    with pytest.raises(WrongSecret):
        accounts.sign_in(staff.name, PASSWORD)
    (row, *_) = store.audit.rows()
    assert (row.what, row.who, row.detail) == ("staff_ended", "Shah", {"staff": staff.name})
    accounts.end_staff(staff.staff_id, who="Shah")
    assert whats(store).count("staff_ended") == 1


def test_person_ended_while_the_secret_was_looked_at_gets_no_session(store, accounts):
    staff = signed_in(accounts).staff
    fits = accounts._hashes.fits

    def slow_fits(secret, secret_hash):
        accounts.end_staff(staff.staff_id, who="Shah")
        return fits(secret, secret_hash)

    accounts._hashes.fits = slow_fits
    with pytest.raises(WrongSecret):
        accounts.sign_in("Amina", PIN)


def test_fast_switch_names_those_who_sign_in_with_a_pin(accounts):
    accounts.add_staff("Bushra", Role.NURSE, PIN, who="Sister Noor")
    gone = accounts.add_staff("Dua", Role.NURSE, PIN, who="Sister Noor")
    accounts.end_staff(gone.staff_id, who="Sister Noor")
    assert accounts.pin_names() == ["Amina", "Bushra"]


def test_screen_is_let_in_until_it_is_ended(store, accounts, clock):
    token = accounts.enrol_device(" door ", who="Shah")
    clock.utc_s += 5
    device = accounts.device(token)
    assert device.label == "door"
    assert accounts.devices()[0].seen_utc_s == MORNING_UTC_S + 5
    for _ in range(2):
        accounts.end_device(device.device_id, who="Shah")
    assert accounts.device(token) is None
    assert whats(store)[:2] == ["screen_ended", "screen_enrolled"]


def test_programs_token_ends_by_itself(accounts, clock):
    staff = signed_in(accounts, Role.RESEARCHER).staff
    token = accounts.make_token(staff, "export", 1)
    clock.utc_s += 24 * 3600 - 1
    assert accounts.token(token) == staff
    assert accounts.tokens(staff.staff_id)[0].seen_utc_s == clock.utc_s
    clock.utc_s += 1
    assert accounts.token(token) is None


def test_programs_token_is_ended_by_its_owner_only(store, accounts):
    staff = signed_in(accounts, Role.RESEARCHER).staff
    token = accounts.make_token(staff, "export", 1)
    (kept,) = accounts.tokens(staff.staff_id)
    with pytest.raises(AccountError):
        accounts.end_token(kept.token_id, who="Amina", staff_id=staff.staff_id + 1)
    assert accounts.token(token) is not None
    accounts.end_token(kept.token_id, who=staff.name, staff_id=staff.staff_id)
    assert accounts.token(token) is None
    assert whats(store)[0] == "token_ended"


def test_programs_token_of_somebody_who_may_have_none_counts_for_nothing(accounts):
    staff = signed_in(accounts).staff
    assert accounts.token(accounts.make_token(staff, "export", 1)) is None


def test_choices_are_kept_and_told_once(store, accounts):
    staff = signed_in(accounts).staff
    accounts.set_language(staff.staff_id, "ur")
    accounts.set_unit(staff.staff_id, "f")
    accounts.set_language(staff.staff_id, "ur")
    changed = accounts.set_unit(staff.staff_id, "f")
    assert (changed.language, changed.temperature_unit) == ("ur", "f")
    assert whats(store).count("choices_set") == 2
    with pytest.raises(ValueError, match="k"):
        accounts.set_unit(staff.staff_id, "k")


def test_sessions_that_are_over_are_dropped_at_the_next_sign_in(store, accounts, clock):
    old = signed_in(accounts)
    clock.utc_s += SESSION_S_MAX + 1
    signed_in(accounts, Role.HEAD_NURSE)
    clock.utc_s = MORNING_UTC_S
    assert accounts.session(old.token) is None
