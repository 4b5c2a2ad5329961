"""What a store held when an export began, so that what is written meanwhile changes nothing.

    mutable rows (site, infants, assignments, bands)    copied
    segments, audit, alert events                       up to the newest key
    reviews, remarks, handovers                         so many of each infant
    imported logs                                       up to the newest key, with a digest

All of it is small and goes into the plan of the export: a run that is resumed days later reads
the same records and gives the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from pouch_host.errors import InputError
from pouch_host.store import Assignment, Band, Infant, Store
from pouch_host.store.episode_log import ToldSpan


@dataclass(frozen=True, slots=True)
class Said:
    """How much people had said of an infant.

    Attributes:
        reviews: answers to sessions.
        remarks: remarks.
        handovers: handovers.
        told_until: key of the newest row of its imported logs.
        told_digest: of those rows: a log may be replaced, which no key tells.
    """

    reviews: int
    remarks: int
    handovers: int
    told_until: int
    told_digest: str

    def told(self, rows: Sequence[ToldSpan]) -> tuple[ToldSpan, ...]:
        """Return those rows of the imported logs that count.

        Args:
            rows: that the store has now.

        Raises:
            InputError: one that counted is gone.
        """
        found = tuple(one for one in rows if one.row_id <= self.told_until)
        if _digest(found) != self.told_digest:
            raise InputError(
                "an imported log was replaced since this export began: remove its .partial "
                "folder, and export anew"
            )
        return found


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A store at one moment.

    Attributes:
        site: name of the site; "" if it has none.
        zone: IANA name of its zone.
        infants: all of them, by code.
        given: all assignments, by their beginning.
        bands: all of them, by label.
        cursors: newest segment of each band.
        said: what people had said, by infant's code.
        newest_audit: key of the newest row of the audit.
        newest_event: key of the newest event of an alert.
    """

    site: str
    zone: str
    infants: tuple[Infant, ...]
    given: tuple[Assignment, ...]
    bands: tuple[Band, ...]
    cursors: Mapping[int, int]
    said: Mapping[str, Said]
    newest_audit: int
    newest_event: int

    @classmethod
    def of(cls, store: Store) -> Self:
        """Look at a store.

        Raises:
            StoreError: it cannot be read.
        """
        # Cursors first: a band or an infant that comes meanwhile then has no records yet.
        cursors = store.segment_cursors()
        infants = tuple(store.infants())
        audit = store.audit.rows(limit=1)
        events = store.alerts.events(limit=1)
        return cls(
            site=store.site.name,
            zone=store.zone.key,
            infants=infants,
            given=tuple(store.assignments()),
            bands=tuple(store.bands()),
            cursors=cursors,
            said={one.code: _said(store, one) for one in infants},
            newest_audit=audit[0].audit_id if audit else 0,
            newest_event=events[0].event_id if events else 0,
        )

    def plain(self) -> dict[str, Any]:
        """Return it as data that JSON takes."""
        return asdict(self) | {
            "infants": [_plain_infant(one) for one in self.infants],
            "cursors": [list(pair) for pair in self.cursors.items()],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `plain` was called on."""
        return cls(
            site=plain["site"],
            zone=plain["zone"],
            infants=tuple(_infant(one) for one in plain["infants"]),
            given=tuple(Assignment(**one) for one in plain["given"]),
            bands=tuple(Band(**one) for one in plain["bands"]),
            cursors=dict(plain["cursors"]),
            said={code: Said(**one) for code, one in plain["said"].items()},
            newest_audit=plain["newest_audit"],
            newest_event=plain["newest_event"],
        )


def _plain_infant(infant: Infant) -> dict[str, Any]:
    born_on = infant.born_on
    return asdict(infant) | {"born_on": None if born_on is None else born_on.isoformat()}


def _infant(plain: Mapping[str, Any]) -> Infant:
    born_on = plain["born_on"]
    return Infant(**{**plain, "born_on": None if born_on is None else date.fromisoformat(born_on)})


def _said(store: Store, infant: Infant) -> Said:
    rows = store.logs.rows(infant.infant_id)
    return Said(
        len(store.remarks.reviews(infant.infant_id)),
        len(store.remarks.remarks(infant.infant_id)),
        len(store.handovers.of_infant(infant.code)),
        max((one.row_id for one in rows), default=0),
        _digest(rows),
    )


def _digest(rows: Sequence[ToldSpan]) -> str:
    told = [
        (one.source.value, one.span.kind.value, one.span.begin_utc_s, one.span.end_utc_s,
         one.span.contact_s, one.when_utc_s)
        for one in rows
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
