"""How people, screens and programs come and go."""

import secrets
from collections.abc import Callable

from pouch_host.account_errors import AccountError, LockedOut, Reason
from pouch_host.store import Store
from pouch_host.store.accounts import ApiToken, Device, Staff

from .hashing import SecretHashes, new_token, token_hash
from .lockout import UnknownNames
from .roles import Role
from .rules import check_secret, check_token_days, clean_label, clean_name, plain_secret

_DAY_S = 86_400

# Without letters and digits that are taken for others. Ten of them are 49 bits.
_CODE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 10
_SET_UP = "\0set-up"


class Enrolment:
    """Adds and ends whoever may come in. Use `access.Accounts`, which also lets them in.

    Args:
        store: where they are kept.
        clock: returns UTC seconds.
        hashes: of secrets.
        unknown: counts guesses of what nobody has.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float],
        hashes: SecretHashes,
        unknown: UnknownNames,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hashes = hashes
        self._unknown = unknown
        self._code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))

    # The first administrator.

    @property
    def needs_set_up(self) -> bool:
        """Whether nobody was ever an administrator here."""
        return all(one.role != Role.ADMINISTRATOR for one in self._store.accounts.staff())

    @property
    def set_up_code(self) -> str | None:
        """The code for the console, new at each start; None once set-up is done."""
        return self._code if self.needs_set_up else None

    def set_up(self, code: str, name: str, secret: str) -> Staff:
        """Add the first administrator.

        Args:
            code: as the console shows it; capitals, blanks and dashes do not matter.
            name: of the administrator.
            secret: a password.

        Raises:
            AccountError: set-up was done, the code is wrong, or name or password will not do.
            LockedOut: too many wrong codes.
        """
        if not self.needs_set_up:
            raise AccountError(Reason.SET_UP_DONE)
        attempt = self._unknown.begin_attempt(_SET_UP)
        if not attempt.allowed:
            raise LockedOut(attempt.locked_until_utc_s or self._now_utc_s())
        typed = "".join(code.upper().replace("-", "").split())
        if not secrets.compare_digest(typed.encode(), self._code.encode()):
            raise AccountError(Reason.WRONG_CODE)
        self._unknown.forget(_SET_UP)
        return self._add(name, Role.ADMINISTRATOR, secret, None, only_as_first=True)

    # People.

    def staff(self) -> list[Staff]:
        """Return everybody, also those who are gone, by name."""
        return self._store.accounts.staff()

    def add_staff(self, name: str, role: Role, secret: str, *, who: str | None) -> Staff:
        """Add somebody.

        Args:
            name: that nobody has or had.
            role: which rights.
            secret: the first PIN or password.
            who: who adds; None for a command on this computer.

        Raises:
            AccountError: name or secret will not do, or the name is taken.
        """
        return self._add(name, role, secret, who, only_as_first=False)

    def set_secret(
        self, staff_id: int, secret: str, *, who: str | None, keep_token: str = ""
    ) -> None:
        """Give somebody another secret. Lock-out ends, and sessions but the one that is kept.

        Raises:
            AccountError: it will not do, or there is no such person.
        """
        staff, secret = self._member(staff_id), plain_secret(secret)
        check_secret(staff.role, staff.name, secret)
        self._store.accounts.set_secret(
            staff_id,
            self._hashes.of(secret),
            when_utc_s=self._now_utc_s(),
            who=who,
            keep_token_hash=token_hash(keep_token),
        )

    def end_staff(self, staff_id: int, *, who: str | None) -> Staff:
        """Let somebody sign in no more; sessions and tokens end at once.

        Raises:
            AccountError: there is no such person, or it is the last administrator.
        """
        return self._store.accounts.end(
            staff_id, last_of=Role.ADMINISTRATOR, when_utc_s=self._now_utc_s(), who=who
        )

    def set_language(self, staff_id: int, code: str | None) -> Staff:
        """Keep the language in which somebody reads; None for the site's.

        Raises:
            AccountError: there is no such person.
        """
        return self._choose(staff_id, "language", code)

    def set_unit(self, staff_id: int, unit: str) -> Staff:
        """Keep the unit of temperatures, "c" or "f", in which somebody reads.

        Raises:
            ValueError: it is neither.
            AccountError: there is no such person.
        """
        if unit not in ("c", "f"):
            raise ValueError(unit)
        return self._choose(staff_id, "temperature_unit", unit)

    # Screens and programs.

    def enrol_device(self, label: str, *, who: str | None) -> str:
        """Enrol a screen; return the token for its cookie.

        Raises:
            AccountError: the label will not do.
        """
        token = new_token()
        self._store.passes.add_device(
            clean_label(label), token_hash(token), when_utc_s=self._now_utc_s(), who=who
        )
        return token

    def devices(self) -> list[Device]:
        """Return all screens ever enrolled, the newest first."""
        return self._store.passes.devices()

    def end_device(self, device_id: int, *, who: str | None) -> None:
        """Let a screen in no more.

        Raises:
            AccountError: there is no such screen.
        """
        self._store.passes.end_device(device_id, when_utc_s=self._now_utc_s(), who=who)

    def make_token(self, staff: Staff, label: str, days: int) -> str:
        """Return a new token for a program of somebody's; it is shown once and kept nowhere.

        Args:
            staff: in whose name the program asks.
            label: what it is for.
            days: after which it ends by itself, 1 to 366.

        Raises:
            AccountError: label or days will not do.
        """
        check_token_days(days)
        token, now_utc_s = new_token(), self._now_utc_s()
        self._store.passes.add_token(
            staff.staff_id,
            clean_label(label),
            token_hash(token),
            when_utc_s=now_utc_s,
            until_utc_s=now_utc_s + days * _DAY_S,
        )
        return token

    def tokens(self, staff_id: int | None = None) -> list[ApiToken]:
        """Return the API tokens of one person, or of all, the newest first."""
        return self._store.passes.tokens(staff_id)

    def end_token(self, token_id: int, *, who: str | None, staff_id: int | None = None) -> None:
        """End an API token.

        Raises:
            AccountError: there is none, or it is not of the person that it has to be of.
        """
        self._store.passes.end_token(
            token_id, when_utc_s=self._now_utc_s(), who=who, staff_id=staff_id
        )

    def _add(
        self, name: str, role: Role, secret: str, who: str | None, *, only_as_first: bool
    ) -> Staff:
        name, secret = clean_name(name), plain_secret(secret)
        check_secret(role, name, secret)
        return self._store.accounts.add(
            name,
            role,
            self._hashes.of(secret),
            when_utc_s=self._now_utc_s(),
            # The first one adds himself.
            who=name if only_as_first else who,
            only_as_first=only_as_first,
        )

    def _choose(self, staff_id: int, column: str, value: str | None) -> Staff:
        found = self._member(staff_id)
        return self._store.accounts.set_choices(
            staff_id, when_utc_s=self._now_utc_s(), who=found.name, choices={column: value}
        )

    def _member(self, staff_id: int) -> Staff:
        found = self._store.accounts.member(staff_id)
        if found is None:
            raise AccountError(Reason.NOT_FOUND)
        return found

    def _now_utc_s(self) -> int:
        return int(self._clock())
