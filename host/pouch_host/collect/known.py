"""Which bands this host has the keys of, and by what they are known on the air."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pouch_protocol import auth
from pouch_protocol.host import HostSession

from .link import FoundBand
from .suite import HostSuite

# What is known is asked for twenty times in a second of each band on the air.
_TOKENS_MAX = 4096
# What a band is called as long as it has not said whose key it has that bears no label. Its
# address would not do: that is another one in each of its windows.
NAMELESS = "without a label"

Keys = Mapping[str, Sequence[bytes]]


@dataclass(frozen=True)
class KnownKey:
    """A key that this host has.

    Attributes:
        label: of its band; None for a key that was given without saying of which.
        key: sixteen bytes.
    """

    label: str | None
    key: bytes = field(repr=False)


class KnownBands:
    """Finds the key of a band that says no name.

    A band has more than one key here while a new one is on its way to it.
    """

    def __init__(
        self,
        read: Callable[[], Keys],
        on_proof: Callable[[str, bytes], None] = lambda _label, _key: None,
    ) -> None:
        """Say where the keys are.

        Args:
            read: returns the keys of each band by its label, "" for one that is not known. It is
                asked again and again, for a band may get a key at any time: it must be quick, and
                return the same object as long as nothing has changed.
            on_proof: told label and key of each band that has proved to have that key.
        """
        self._read = read
        self._on_proof = on_proof
        self._suite = HostSuite()
        self._keys: Keys | None = None
        self._recognitions: list[tuple[KnownKey, auth.Recognition]] = []
        # What became of each token, which a band says over and over.
        self._tokens: dict[bytes, str | None] = {}
        # Whose the keys are that bear no label, as their bands have said; "" if two have.
        self._owners: dict[bytes, str] = {}

    @classmethod
    def of(cls, keys: Keys) -> "KnownBands":
        """Return bands with these keys and no others, for ever."""
        return cls(lambda: keys)

    def may_have(self, label: str) -> bool:
        """Tell whether the key of a band is here, or one that may be its."""
        return any(self._label(known) in (label, "") for known, _ in self._all())

    def name_of(self, band: FoundBand) -> str | None:
        """Return what lasts of a band that was heard: its label, None if its key is not here.

        With a key of which nobody said whose it is, that is NAMELESS until it has said it.
        """
        label = self.label_of(band.token)
        return NAMELESS if label == "" else label

    def label_of(self, token: bytes) -> str | None:
        """Return the label of the band that advertises this token; None if its key is not here.

        It is "" for a key that was given without saying of which band, until that has said it.

        Args:
            token: TOKEN_BYTES, or what stands in their place.
        """
        recognitions = self._all()
        if token in self._tokens:
            return self._tokens[token]
        found = None
        for known, recognition in recognitions:
            if recognition.made_token(token):
                found = self._label(known)
                break
        if len(self._tokens) >= _TOKENS_MAX:
            self._tokens.clear()
        self._tokens[token] = found
        return found

    def key_of(self, session: HostSession) -> KnownKey | None:
        """Return the key of the band that has answered a session's HELLO; None without it."""
        for known, recognition in self._all():
            if session.is_hint_of(recognition):
                return known
        return None

    def authenticate(self, session: HostSession, known: KnownKey) -> None:
        """Begin the proof on both sides; see HostSession.authenticate."""
        session.authenticate(self._suite, known.key)

    def proved(self, label: str, known: KnownKey) -> None:
        """Take note that a band has shown that a key is its own.

        Args:
            label: what it says in the sealed session that it is called.
            known: the key.
        """
        if known.label is None:
            owner = self._owners.get(known.key, label)
            self._owners[known.key] = label if owner == label else ""
            self._tokens.clear()
        self._on_proof(label, known.key)

    def _label(self, known: KnownKey) -> str:
        return known.label or self._owners.get(known.key, "")

    def _all(self) -> list[tuple[KnownKey, auth.Recognition]]:
        keys = self._read()
        if keys is not self._keys:
            self._keys = keys
            self._tokens.clear()
            self._recognitions = [
                (KnownKey(label or None, key), auth.Recognition(self._suite, key))
                for label, held in keys.items()
                for key in held
            ]
        return self._recognitions
