"""Which part of a store is exported, how names and dates are told, and one infant at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from pouch_host.errors import InputError
from pouch_host.store import Band, Infant, Store

from .deidentify import Codes, Shift
from .looks import Look
from .snapshot import Snapshot
from .times import Times

if TYPE_CHECKING:
    import polars as pl

_PLAIN = Codes()


@dataclass(slots=True)
class _Newest:
    """The infant that was looked at last: each table asks for the same one again."""

    look: Look | None = None


@dataclass(frozen=True, eq=False)
class Selection:
    """A part of a store. Frames of it are made one infant after the other.

    Attributes:
        store: where it is.
        now_utc_s: minutes that are not over by then do not count, nor what was done later.
        infants: which ones, in the order of their codes in the export.
        first_day: no local date before this one, or None.
        last_day: none after this one, or None.
        deidentify: study codes in the place of names; None to tell names.
        free_text: also what people wrote in their own words.
        snapshot: how far the store counts.
        owners: infant with whom the rows of each band go, by band id.
        chosen: all infants of the export, also where this is a part of it.
        everything_asked: no infant was asked for by name.
        ward: also what belongs to no infant.
    """

    store: Store
    now_utc_s: float
    infants: tuple[Infant, ...]
    first_day: date | None
    last_day: date | None
    deidentify: Codes | None
    free_text: bool
    snapshot: Snapshot
    owners: Mapping[int, str]
    chosen: tuple[Infant, ...]
    everything_asked: bool
    ward: bool = True
    _newest: _Newest = field(default_factory=_Newest, repr=False)

    @classmethod
    def of(
        cls,
        store: Store,
        now_utc_s: float,
        infant_codes: Sequence[str] | None = None,
        *,
        first_day: date | None = None,
        last_day: date | None = None,
        deidentify: Codes | None = None,
        free_text: bool = False,
        snapshot: Snapshot | None = None,
    ) -> Self:
        """Return a selection.

        Args:
            store: where it is.
            now_utc_s: as of when.
            infant_codes: which infants; None for all.
            first_day: first local date, or None.
            last_day: last local date, or None.
            deidentify: study codes in the place of names, or None.
            free_text: also what people wrote in their own words.
            snapshot: of an export that goes on; else that of now.

        Raises:
            InputError: there is no such infant, or the days are the wrong way round.
            StoreError: the store cannot be read.
        """
        if first_day is not None and last_day is not None and last_day < first_day:
            raise InputError(f"--to {last_day} is before --from {first_day}: no day is between")
        taken = snapshot or Snapshot.of(store)
        by_code = {one.code: one for one in taken.infants}
        for code in infant_codes or ():
            if code not in by_code:
                raise InputError(f"store {store.name}: there is no infant {code!r}")
        codes = deidentify or _PLAIN
        # By the code of the export: the order of beds would tell who is who.
        chosen = sorted(
            by_code.values() if infant_codes is None else {by_code[one] for one in infant_codes},
            key=lambda one: codes.infant(one.code),
        )
        return cls(
            store=store,
            now_utc_s=now_utc_s,
            infants=tuple(chosen),
            first_day=first_day,
            last_day=last_day,
            deidentify=deidentify,
            free_text=free_text,
            snapshot=taken,
            owners=_owners(chosen, taken),
            chosen=tuple(chosen),
            everything_asked=infant_codes is None,
        )

    @property
    def codes(self) -> Codes:
        """What stands for names."""
        return self.deidentify or _PLAIN

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which days begin and end."""
        return ZoneInfo(self.snapshot.zone)

    @property
    def site(self) -> str:
        """What stands for the site."""
        return self.codes.site(self.snapshot.site)

    @property
    def shifted(self) -> bool:
        """Whether dates are moved, each infant's by its own."""
        return self.codes.hides and self.codes.shift is not Shift.NONE

    @property
    def tells_births(self) -> bool:
        """Whether dates of birth are told, and ages, from which they follow.

        Registers of birth have such a date beside a name: where names are hidden it is told only
        if it is moved.
        """
        return not self.codes.hides or self.shifted

    def only(self, infants: Sequence[Infant], *, ward: bool = False) -> Self:
        """Return the part of it that is about some of its infants.

        Args:
            infants: which ones.
            ward: also what belongs to no infant.
        """
        return replace(self, infants=tuple(infants), ward=ward)

    def narrowed(self, infants: Sequence[Infant]) -> Self:
        """Return what would be selected had only these infants been asked for, by name.

        The infant that was read last is shared with it.

        Args:
            infants: some of all those that there are.
        """
        chosen = tuple(infants)
        return replace(
            self,
            infants=chosen,
            chosen=chosen,
            owners=_owners(chosen, self.snapshot),
            everything_asked=False,
        )

    def looks(self) -> Iterator[Look]:
        """Yield its infants, one in memory at a time."""
        for infant in self.infants:
            yield self.look(infant)

    def look(self, infant: Infant) -> Look:
        """Return one infant; the one before it is forgotten."""
        known = self._newest.look
        if known is None or known.infant.infant_id != infant.infant_id:
            self._newest.look = None
            self._newest.look = Look(self.store, self.snapshot, self.now_utc_s, infant)
        assert self._newest.look is not None
        return self._newest.look

    def times(self, infant: Infant | None = None) -> Times:
        """Return how moments of an infant, or of none, are told."""
        days = 0 if infant is None else self.codes.shift_days(infant.code)
        return Times(self.zone, days)

    def has_day(self, day: date) -> bool:
        """Tell whether a real local date was asked for."""
        return (self.first_day is None or day >= self.first_day) and (
            self.last_day is None or day <= self.last_day
        )

    def days_of(self, real_dates: "pl.Series") -> "pl.Series":
        """Return for each real local date whether it was asked for."""
        chosen = real_dates.is_not_null()
        if self.first_day is not None:
            chosen &= real_dates >= self.first_day
        if self.last_day is not None:
            chosen &= real_dates <= self.last_day
        return chosen

    def bands_of(self, infant: Infant | None) -> list[Band]:
        """Return the bands whose rows go with an infant; None for those that nobody wore."""
        wanted = None if infant is None else infant.code
        return [one for one in self.snapshot.bands if self.owners.get(one.band_id) == wanted]


def _owners(chosen: Sequence[Infant], taken: Snapshot) -> dict[int, str]:
    """Return with which infant's rows those of each band go: the first that is asked for."""
    owners: dict[int, str] = {}
    for infant in chosen:
        for one in taken.given:
            if one.infant_id == infant.infant_id:
                owners.setdefault(one.band_id, infant.code)
    return owners
