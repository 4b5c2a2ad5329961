"""What a person asked an export for."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pouch_host.store import Infant, Store

from .deidentify import Codes, Shift
from .selection import Selection
from .snapshot import Snapshot

# So many infants make a part at most: what is lost when a run ends half-way.
_PART_INFANTS_MAX = 8


@dataclass(frozen=True, slots=True)
class Request:
    """An export that is asked for.

    Attributes:
        store: file or address of the store.
        formats: names of the formats.
        now_utc_s: as of when.
        infants: codes; None for all.
        first_day: first local date, or None.
        last_day: last one, or None.
        key: of the study, to replace names; None to tell them.
        shift: by what dates are moved.
        free_text: also what people wrote in words of their own.
    """

    store: str
    formats: tuple[str, ...]
    now_utc_s: float
    infants: tuple[str, ...] | None = None
    first_day: date | None = None
    last_day: date | None = None
    key: bytes | None = field(default=None, repr=False)
    shift: Shift = Shift.NONE
    free_text: bool = False

    @property
    def codes(self) -> Codes | None:
        """What stands for names; None to tell them."""
        return None if self.key is None else Codes(self.key, self.shift)

    def plain(self) -> dict[str, Any]:
        """Return what a run that goes on must ask for as well, ready for JSON; no key."""
        return {
            "formats": list(self.formats),
            "infants": None if self.infants is None else sorted(set(self.infants)),
            "first_day": str(self.first_day),
            "last_day": str(self.last_day),
            "key": (self.codes or Codes()).fingerprint(),
            "shift": self.shift.value,
            "free_text": self.free_text,
        }

    def selection(self, store: Store, snapshot: Snapshot | None = None) -> Selection:
        """Return the part of a store that is asked for.

        Args:
            store: it, open.
            snapshot: how far it counts; None for all that there is now.

        Raises:
            InputError: an infant or a day cannot be.
            StoreError: the store cannot be read.
        """
        return Selection.of(
            store,
            self.now_utc_s,
            self.infants,
            first_day=self.first_day,
            last_day=self.last_day,
            deidentify=self.codes,
            free_text=self.free_text,
            snapshot=snapshot,
        )


def parts_of(selection: Selection) -> list[Selection]:
    """Return the parts in which a selection is exported, the ward's own first."""
    infants: tuple[Infant, ...] = selection.infants
    length = max(1, min(_PART_INFANTS_MAX, len(infants) // _PART_INFANTS_MAX))
    return [selection.only((), ward=True)] + [
        selection.only(infants[first : first + length]) for first in range(0, len(infants), length)
    ]
