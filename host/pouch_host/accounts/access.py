"""Who may come in: signing in with a secret, staying in, and being put out.

    name, secret --> locked? --> count it as wrong --> argon2 --> session: token to the browser,
                       |               (store)           |                 its SHA-256 to the store
                       v                                 v
                   LockedOut                        WrongSecret

Names that nobody has go the same way and cost the same work.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pouch_host.account_errors import LockedOut, WrongSecret
from pouch_host.store import Store
from pouch_host.store.accounts import ApiToken, Device, Staff

from .enrolment import Enrolment
from .hashing import HashCost, SecretHashes, new_token, token_hash
from .last_seen import LastSeen
from .lockout import UnknownNames, delay_s
from .roles import RIGHTS, Right
from .rules import check_secret, has_pin, plain_secret

__all__ = ["Accounts", "LockedOut", "Session", "SignedIn", "WrongSecret"]

# A tablet in a ward goes from hand to hand; whoever reads results sits at a desk.
IDLE_NURSE_S = 10 * 60
IDLE_OTHERS_S = 30 * 60
# Longer than any shift: nobody stays signed in over night at a screen that polls.
SESSION_S_MAX = 12 * 3600


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just begun.

    Attributes:
        token: for the browser's cookie; it is nowhere else.
        csrf: what the session's forms have to bear.
        staff: whose it is.
    """

    token: str
    csrf: str
    staff: Staff


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds.

    Attributes:
        staff: whose it is.
        csrf: what its forms have to bear.
        until_utc_s: when it ends if nothing more is asked for.
    """

    staff: Staff
    csrf: str
    until_utc_s: int


class Accounts(Enrolment):
    """The people, screens and programs of one ward. May be used by several threads.

    How they come and go is in `Enrolment`; here is how they are let in.

    Args:
        store: where they are kept.
        clock: returns UTC seconds.
        cost: what one look at a secret costs. Less than the usual is for tests.
    """

    def __init__(
        self, store: Store, clock: Callable[[], float], *, cost: HashCost | None = None
    ) -> None:
        super().__init__(store, clock, SecretHashes(cost or HashCost()), UnknownNames(clock))
        self._last_seen = LastSeen()

    def pin_names(self) -> list[str]:
        """Return the names that a tablet offers as buttons: of those who sign in with a PIN."""
        return [
            one.name
            for one in self._store.accounts.staff()
            if one.ended_utc_s is None and has_pin(one.role)
        ]

    def sign_in(self, name: str, secret: str, *, instead_of: str = "") -> SignedIn:
        """Begin a session.

        Args:
            name: as typed or chosen.
            secret: PIN or password.
            instead_of: token of the browser's session before, which ends.

        Raises:
            WrongSecret: they do not fit; nobody is told which of them it is.
            LockedOut: too many wrong secrets; this one may have been right or not.
        """
        staff, secret_hash = self._proven(name, secret)
        token, csrf = new_token(), new_token()
        now_utc_s = self._now_utc_s()
        found = self._store.logins.begin(
            staff.staff_id,
            token_hash(token),
            csrf,
            secret_hash=secret_hash,
            now_utc_s=now_utc_s,
            instead_of=token_hash(instead_of),
            old_before_utc_s=now_utc_s - SESSION_S_MAX,
        )
        if found is None:
            raise WrongSecret
        return SignedIn(token, csrf, found)

    def change_own_secret(self, session_token: str, staff: Staff, old: str, new: str) -> None:
        """Let somebody choose another secret; the sessions on other screens end.

        Args:
            session_token: of the session that goes on.
            staff: whose it is.
            old: the secret until now. Guesses count as when signing in.
            new: the one from now on.

        Raises:
            AccountError: the old one is wrong, or the new one too easy.
        """
        # Before the guess is counted: a new one that will not do is no wrong old one.
        check_secret(staff.role, staff.name, plain_secret(new))
        self._proven(staff.name, old)
        self.set_secret(staff.staff_id, new, who=staff.name, keep_token=session_token)

    def session(self, token: str, *, touch: bool = True) -> Session | None:
        """Return the session of a token, if it holds.

        Args:
            token: from the browser's cookie.
            touch: somebody asks, so the session goes on; False for what a page does by itself.
        """
        key = token_hash(token)
        row = self._store.logins.session(key)
        if row is None:
            self._last_seen.forget(key)
            return None
        now_utc_s = self._now_utc_s()
        idle_s = IDLE_NURSE_S if has_pin(row.staff.role) else IDLE_OTHERS_S
        longest_until_utc_s = row.begun_utc_s + SESSION_S_MAX
        seen_utc_s = self._last_seen.newest(key, row.seen_utc_s)
        if now_utc_s >= min(seen_utc_s + idle_s, longest_until_utc_s):
            return None
        if touch:
            self._last_seen.note(
                key, row.seen_utc_s, now_utc_s, lambda at: self._store.logins.touch(key, at)
            )
            seen_utc_s = now_utc_s
        return Session(row.staff, row.csrf, min(seen_utc_s + idle_s, longest_until_utc_s))

    def sign_out(self, token: str) -> None:
        """End the session of a token, if there is one."""
        key = token_hash(token)
        self._store.logins.end(key)
        self._last_seen.forget(key)

    def device(self, token: str) -> Device | None:
        """Return the enrolled screen that has a token, if it is let in."""
        key = token_hash(token)
        found = self._store.passes.device(key)
        if found is not None:
            tables, device_id = self._store.passes, found.device_id
            self._last_seen.note(
                key,
                found.seen_utc_s,
                self._now_utc_s(),
                lambda at: tables.touch_device(device_id, at),
            )
        return found

    def token(self, token: str) -> Staff | None:
        """Return in whose name a program asks, if its token counts and they may have one."""
        key = token_hash(token)
        found = self._store.passes.token(key)
        now_utc_s = self._now_utc_s()
        if found is None or now_utc_s >= found.until_utc_s:
            return None
        staff = self._store.accounts.member(found.staff_id)
        if staff is None or staff.ended_utc_s is not None:
            return None
        if Right.USE_API not in RIGHTS[staff.role]:
            return None
        self._note_use_of(found, key, now_utc_s)
        return staff

    def _note_use_of(self, found: ApiToken, key: str, now_utc_s: int) -> None:
        tables = self._store.passes
        self._last_seen.note(
            key, found.seen_utc_s, now_utc_s, lambda at: tables.touch_token(found.token_id, at)
        )

    def _proven(self, name: str, secret: str) -> tuple[Staff, str]:
        """Return who has this name and secret, and the hash that fitted.

        Raises:
            WrongSecret: nobody.
            LockedOut: it was not looked at, or was one wrong secret too many.
            AccountError: too many ask at the same moment; this one was not counted.
        """
        with self._hashes.place():
            return self._looked_up(name, plain_secret(secret))

    def _looked_up(self, name: str, secret: str) -> tuple[Staff, str]:
        now_utc_s = self._now_utc_s()
        key = _key_of(name)
        tables = self._store.accounts
        staff = next(
            (
                one
                for one in tables.staff()
                if one.ended_utc_s is None and _key_of(one.name) == key
            ),
            None,
        )
        if staff is None:
            attempt = self._unknown.begin_attempt(key)
        else:
            attempt = self._store.logins.begin_attempt(staff.staff_id, now_utc_s, delay_s)
        if not attempt.allowed:
            raise LockedOut(attempt.locked_until_utc_s or now_utc_s)
        secret_hash = tables.secret_hash(staff.staff_id) if staff is not None else ""
        if self._hashes.fits(secret, secret_hash) and staff is not None:
            return staff, secret_hash
        if attempt.locked_until_utc_s is None:
            raise WrongSecret
        if staff is not None:
            self._store.audit.note(
                what="locked_out",
                when_utc_s=now_utc_s,
                detail={"staff": staff.name, "failures": attempt.failures},
            )
        raise LockedOut(attempt.locked_until_utc_s)


def _key_of(name: str) -> str:
    return " ".join(name.split()).casefold()
