"""What is refused about people, secrets and screens, with reasons that pages translate."""

from enum import StrEnum, auto

from .errors import InputError


class Reason(StrEnum):
    """Why. The value is a key of templates/people/reasons.html."""

    SECRET_LONG = auto()
    SECRETS_DIFFER = auto()
    PIN_FORM = auto()
    PIN_EASY = auto()
    PASSWORD_SHORT = auto()
    PASSWORD_EASY = auto()
    NAME_EMPTY = auto()
    NAME_FORM = auto()
    NAME_TAKEN = auto()
    LABEL_FORM = auto()
    DAYS_FORM = auto()
    LAST_ADMINISTRATOR = auto()
    NOT_FOUND = auto()
    ENDED = auto()
    SET_UP_DONE = auto()
    WRONG_CODE = auto()
    WRONG_SECRET = auto()
    LOCKED_OUT = auto()
    BUSY = auto()


_TEXTS = {
    Reason.SECRET_LONG: "that is too long: choose up to 200 characters",
    Reason.SECRETS_DIFFER: "the two differ: type the same twice",
    Reason.PIN_FORM: "a PIN has at least 4 digits and nothing else",
    Reason.PIN_EASY: "that PIN is among the first that somebody tries: choose another",
    Reason.PASSWORD_SHORT: "a password has at least 10 characters: take three or four words",
    Reason.PASSWORD_EASY: "that password is easy to guess: take three or four words",
    Reason.NAME_EMPTY: "say the name",
    Reason.NAME_FORM: "that cannot be a name: take up to 60 letters, digits or blanks",
    Reason.NAME_TAKEN: "the name is taken, now or formerly: choose another",
    Reason.LABEL_FORM: "say what it is, in up to 60 letters, digits or blanks",
    Reason.DAYS_FORM: "choose from 1 to 366 days",
    Reason.LAST_ADMINISTRATOR: "this is the last administrator: add another one first",
    Reason.NOT_FOUND: "there is nobody and nothing of that name: look at the list again",
    Reason.ENDED: "this person was ended: add another one",
    Reason.SET_UP_DONE: "set-up was done already: sign in",
    Reason.WRONG_CODE: "that is not the code: look at the console of the server",
    Reason.WRONG_SECRET: "name and secret do not fit",
    Reason.LOCKED_OUT: "too many wrong secrets: wait",
    Reason.BUSY: "too many are signing in at the same moment: try again",
}


class AccountError(InputError):
    """Something about people, secrets or screens is refused; nothing was changed.

    Attributes:
        reason: why, for a page in another language. The message is English, for the console.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(_TEXTS[reason])
        self.reason = reason


class WrongSecret(AccountError):
    """Name and secret do not fit, or there is no such name: which, nobody is told."""

    def __init__(self) -> None:
        super().__init__(Reason.WRONG_SECRET)


class LockedOut(AccountError):
    """Too many wrong secrets in a row: what comes now is not even looked at.

    Attributes:
        until_utc_s: from then on it is.
    """

    def __init__(self, until_utc_s: int) -> None:
        super().__init__(Reason.LOCKED_OUT)
        self.until_utc_s = until_utc_s
