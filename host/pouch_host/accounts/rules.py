"""Which secrets, names and labels are good enough."""

import unicodedata

from pouch_host.account_errors import AccountError, Reason

from .roles import Role

PIN_DIGITS_MIN = 4
PASSWORD_CHARACTERS_MIN = 10
# Longer ones cost work and protect nothing.
_SECRET_CHARACTERS_MAX = 200
_NAME_CHARACTERS_MAX = 60
_TOKEN_DAYS_MAX = 366

# What people type first: runs up or down the pad, over 9 to 0 too.
_UP = "01234567890123456789"
_DOWN = _UP[::-1]
_DIFFERENT_MIN = 5


def has_pin(role: str) -> bool:
    """Tell whether people of a role sign in with a PIN, not with a password."""
    return role == Role.NURSE


def plain_secret(typed: str) -> str:
    """Return a secret as every keyboard has it: digits of any script as 0 to 9, one composition.

    Args:
        typed: PIN or password. Blanks are part of it.
    """
    if typed.isdecimal():
        return "".join(str(unicodedata.decimal(digit)) for digit in typed)
    return unicodedata.normalize("NFC", typed)


def check_secret(role: str, name: str, secret: str) -> None:
    """Raise an error for a secret that is too easy to guess.

    Args:
        role: of its owner.
        name: of its owner, which the secret must not hold.
        secret: PIN or password, as `plain_secret` returns it.

    Raises:
        AccountError: it is.
    """
    if len(secret) > _SECRET_CHARACTERS_MAX:
        raise AccountError(Reason.SECRET_LONG)
    if has_pin(role):
        _check_pin(secret)
    else:
        _check_password(name, secret)


def _check_pin(pin: str) -> None:
    if len(pin) < PIN_DIGITS_MIN or not (pin.isascii() and pin.isdigit()):
        raise AccountError(Reason.PIN_FORM)
    # A pattern of two digits is seen over a shoulder once.
    periods = (pin[:size] * len(pin) for size in (1, 2))
    if pin in _UP or pin in _DOWN or any(run.startswith(pin) for run in periods):
        raise AccountError(Reason.PIN_EASY)


def _check_password(name: str, password: str) -> None:
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise AccountError(Reason.PASSWORD_SHORT)
    if len(set(password)) < _DIFFERENT_MIN or name.casefold() in password.casefold():
        raise AccountError(Reason.PASSWORD_EASY)


def check_same(secret: str, again: str) -> None:
    """Raise an error unless somebody typed the same twice.

    Raises:
        AccountError: they differ.
    """
    if secret != again:
        raise AccountError(Reason.SECRETS_DIFFER)


def clean_name(name: str) -> str:
    """Return a person's name as it is kept: composed characters, single blanks.

    Raises:
        AccountError: nothing is left, or it is too long or has signs that do not show.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name:
        raise AccountError(Reason.NAME_EMPTY)
    if len(name) > _NAME_CHARACTERS_MAX or not name.isprintable():
        raise AccountError(Reason.NAME_FORM)
    return name


def clean_label(label: str) -> str:
    """Return what a screen or token is called, as it is kept.

    Raises:
        AccountError: nothing is left, or it is too long or has signs that do not show.
    """
    try:
        return clean_name(label)
    except AccountError as error:
        raise AccountError(Reason.LABEL_FORM) from error


def check_token_days(days: int) -> None:
    """Raise an error unless a program's access may last for so many days.

    Raises:
        AccountError: less than one, or more than a year: who forgets it has it ended for them.
    """
    if not 1 <= days <= _TOKEN_DAYS_MAX:
        raise AccountError(Reason.DAYS_FORM)
