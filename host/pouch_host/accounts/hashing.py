"""How secrets and tokens are kept: secrets as argon2id, tokens as SHA-256."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from pouch_host.account_errors import AccountError, Reason

# 256 bits: nobody finds one by trying, so a plain digest of it is safe to keep.
_TOKEN_BYTES = 32
# Each waits in a thread that pages need as well; the web server has forty of them.
_WAITING_MAX = 8


@dataclass(frozen=True, slots=True)
class HashCost:
    """What one look at a secret costs whoever guesses, and this computer.

    Attributes:
        passes: how often the memory is gone through.
        memory_kib: how much of it, KiB.
        lanes: threads that share the work.
    """

    # The second choice of RFC 9106 (4), for computers without gigabytes to spare: a tenth to a
    # quarter of a second on two cores of a desk.
    passes: int = 3
    memory_kib: int = 64 * 1024
    lanes: int = 4


class SecretHashes:
    """Makes and checks hashes of secrets, one at a time.

    One at a time, since each takes 64 MiB: a flood of attempts would take all that a small
    computer has, and the board would go with it.

    Args:
        cost: what each is to cost.
    """

    def __init__(self, cost: HashCost) -> None:
        self._hasher = argon2.PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)
        self._lock = Lock()
        self._places = BoundedSemaphore(_WAITING_MAX)
        # Of a secret that nobody knows, not even this program.
        self._nobodys = self._hasher.hash(secrets.token_bytes(_TOKEN_BYTES))

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of a few places in the line before the work.

        Raises:
            AccountError: the line is full.
        """
        if not self._places.acquire(blocking=False):
            raise AccountError(Reason.BUSY)
        try:
            yield
        finally:
            self._places.release()

    def of(self, secret: str) -> str:
        """Return the hash of a secret, salted."""
        with self._lock:
            return self._hasher.hash(secret)

    def fits(self, secret: str, secret_hash: str) -> bool:
        """Tell whether a hash is of a secret. An empty one takes the same work and never is."""
        with self._lock:
            try:
                return self._hasher.verify(secret_hash or self._nobodys, secret)
            except (VerificationError, InvalidHashError):
                return False


def new_token() -> str:
    """Return a token that nobody can guess, in letters that an address may hold."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
