import pytest

from pouch_host.account_errors import _TEXTS, AccountError, Reason
from pouch_host.accounts.hashing import HashCost, SecretHashes
from pouch_host.accounts.roles import RIGHTS, SCREEN_RIGHTS, TOKEN_RIGHTS, Right, Role, may_manage
from pouch_host.accounts.rules import check_secret, clean_name, plain_secret
from tests.host.accounts.people import CHEAP


def refusal_of(role, secret, name="Amina"):
    try:
        check_secret(role, name, secret)
    except AccountError as error:
        return error.reason
    return None


@pytest.mark.parametrize("pin", ["4071", "80214", "1134", "120988", "2580"])
def test_pin_that_is_no_pattern_is_taken(pin):
    assert refusal_of(Role.NURSE, pin) is None


@pytest.mark.parametrize(
    "pin",
    ["0000", "1111", "9999", "1234", "4321", "0123", "7890", "9012", "1010", "2727", "121212"],
)
def test_pin_that_is_tried_first_is_refused(pin):
    assert refusal_of(Role.NURSE, pin) == Reason.PIN_EASY


@pytest.mark.parametrize("pin", ["", "407", "40 71", "abcd", "-4071", "4071\n"])
def test_pin_of_anything_but_enough_digits_is_refused(pin):
    assert refusal_of(Role.NURSE, pin) == Reason.PIN_FORM


def test_pins_of_four_digits_that_are_left():
    taken = [pin for pin in range(10_000) if refusal_of(Role.NURSE, f"{pin:04}") is None]
    assert len(taken) == 9_880


@pytest.mark.parametrize("role", [Role.HEAD_NURSE, Role.RESEARCHER, Role.ADMINISTRATOR])
def test_password_has_ten_characters_and_is_not_easy(role):
    assert refusal_of(role, "four warm small feet") is None
    assert refusal_of(role, "چار گرم ننھے پاؤں") is None
    assert refusal_of(role, "nine-char") == Reason.PASSWORD_SHORT
    assert refusal_of(role, "4071") == Reason.PASSWORD_SHORT
    assert refusal_of(role, "aaaaaaaaaaab") == Reason.PASSWORD_EASY
    assert refusal_of(role, "amina-amina-1") == Reason.PASSWORD_EASY
    assert refusal_of(role, "ab1" * 67) == Reason.SECRET_LONG


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("٤٠٧١", "4071"),
        ("۴۰۷۱", "4071"),
        ("4071", "4071"),
        (" 4071", " 4071"),
        ("Zoe\u0308", "Zoë"),
    ],
)
def test_secret_is_the_same_from_every_keyboard(typed, plain):
    assert plain_secret(typed) == plain


@pytest.mark.parametrize("name", ["", "  ", "a" * 61, "Ami\u0000na", "Ami\u202ena"])
def test_name_that_does_not_show_is_refused(name):
    with pytest.raises(AccountError):
        clean_name(name)


def test_name_is_composed_so_that_one_name_is_one():
    assert clean_name("Zoe\u0308  Khan") == "Zoë Khan"
    assert clean_name("عائشہ") == "عائشہ"


def test_every_reason_has_words():
    assert set(_TEXTS) == set(Reason)


def test_hash_costs_what_rfc_9106_asks_of_small_computers():
    made = SecretHashes(HashCost()).of("4071")
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_hashes_of_equal_secrets_differ_and_fit_only_their_own():
    hashes = SecretHashes(CHEAP)
    first, second = hashes.of("4071"), hashes.of("4071")
    assert first != second
    assert hashes.fits("4071", first)
    assert not hashes.fits("4072", first)
    for broken in ("", "x", first[:-2]):
        assert not hashes.fits("4071", broken)


def test_each_role_has_what_its_work_needs_and_no_more():
    nurse = RIGHTS[Role.NURSE]
    assert nurse == {Right.SEE_BOARD, Right.SEE_INFANT, Right.TEND, Right.ADMIT}
    assert RIGHTS[Role.HEAD_NURSE] - nurse == {
        Right.SET_PROGRAMME, Right.SEE_AUDIT, Right.MANAGE_NURSES,
    }  # fmt: skip
    assert RIGHTS[Role.RESEARCHER] == {Right.SEE_BOARD, Right.SEE_INFANT, Right.USE_API}
    assert not RIGHTS[Role.ADMINISTRATOR] & {
        Right.SEE_BOARD, Right.SEE_INFANT, Right.TEND, Right.ADMIT,
    }  # fmt: skip
    assert set(RIGHTS) == set(Role)
    assert frozenset.union(*RIGHTS.values()) == set(Right)
    assert {Right.SEE_BOARD} == SCREEN_RIGHTS
    assert {Right.SEE_BOARD, Right.SEE_INFANT} == TOKEN_RIGHTS


def test_rights_are_found_by_the_word_in_the_store():
    assert RIGHTS["head_nurse"] is RIGHTS[Role.HEAD_NURSE]


def test_who_may_manage_whom():
    may = {(doer, of) for doer in Role for of in Role if may_manage(RIGHTS[doer], of)}
    assert may == {(Role.ADMINISTRATOR, of) for of in Role} | {(Role.HEAD_NURSE, Role.NURSE)}
