"""Tells bands that are heard by what lasts: their names. Counts those that are somebody else's."""

from collections.abc import Callable

from .link import FoundBand

# Windows of the usual plan are 57 to 63 s apart: in this time each band is heard once at most.
_STRANGERS_S = 55.0


def address_of(band: FoundBand) -> str:
    """Return a band's address, which names it for as long as it stays the same."""
    return band.address


def stranger_hint(count: int) -> str:
    """Return what to say of bands on the air of which this computer has no key."""
    bands = "1 band" if count == 1 else f"{count} bands"
    return f"{bands} heard that this computer has no key for"


def naming(band: FoundBand, name: str, message: str) -> str:
    """Return what happened with the printed label of the band in it, where that is known."""
    if name == band.address or name in message:
        return message
    return f"band {name}: {message}"


class Names:
    """Names bands while one collector listens.

    Args:
        name_of: tells a band that was heard by what lasts; None for one of somebody else.
    """

    def __init__(self, name_of: Callable[[FoundBand], str | None]) -> None:
        self._name_of = name_of
        self._known: dict[tuple[str, bytes], str | None] = {}
        self._strangers = Strangers()

    def begin(self) -> None:
        """Forget who is who: a key may be added between two hearings."""
        self._known.clear()

    def of(self, band: FoundBand, now_s: float) -> str | None:
        """Return a band's name, or None and count it as a stranger.

        A band says the same twenty times in a window, and to find its name takes a look at every
        key: each is looked for once in a hearing.
        """
        said = band.address, band.token
        if said not in self._known:
            self._known[said] = self._name_of(band)
        name = self._known[said]
        if name is None:
            self._strangers.note(band.address, now_s)
        return name

    def stranger_count(self, now_s: float) -> int:
        """Return how many bands on the air have no name."""
        return self._strangers.count(now_s)


class Strangers:
    """Counts bands on the air that belong to somebody else; their addresses change each window."""

    def __init__(self) -> None:
        """Begin with none."""
        self._since_s = 0.0
        self._before_count = 0
        self._addresses: set[str] = set()

    def note(self, address: str, now_s: float) -> None:
        """One was heard."""
        self._roll(now_s)
        self._addresses.add(address)

    def count(self, now_s: float) -> int:
        """Return how many there are, as of late; none of them is counted under two addresses."""
        self._roll(now_s)
        return max(self._before_count, len(self._addresses))

    def _roll(self, now_s: float) -> None:
        age_s = now_s - self._since_s
        if age_s >= _STRANGERS_S:
            self._before_count = len(self._addresses) if age_s < 2 * _STRANGERS_S else 0
            self._since_s = now_s
            self._addresses.clear()
