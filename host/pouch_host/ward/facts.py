"""What a look at the store finds of a ward, but for the records: a few hundred short rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from pouch_host.analysis.days import day_begin_utc_s, local_date
from pouch_host.derive import is_shown
from pouch_host.derive.inputs import Context, span_utc_s
from pouch_host.store import Assignment, Band, Infant, Store


@dataclass(frozen=True, slots=True)
class Watched:
    """One infant that the board shows.

    Attributes:
        infant: as the store has it.
        given: its assignments, by their beginning.
        band: the band that it wears now, if any.
        inputs: what its row is made of, but for the time: whoever has made a row of the same need
            not make it again.
    """

    infant: Infant
    given: tuple[Assignment, ...]
    band: Band | None
    inputs: tuple[object, ...]

    @property
    def has_alerts(self) -> bool:
        """Tell whether alerts are watched for: it wears a band."""
        return self.band is not None


@dataclass(frozen=True, slots=True)
class Facts:
    """A ward, but for its records.

    Attributes:
        zone: where it is.
        infants: all infants that the store knows, by code.
        bands: all bands, by key.
        shown: those infants that the board shows, by key.
    """

    zone: ZoneInfo
    infants: tuple[Infant, ...]
    bands: Mapping[int, Band]
    shown: Mapping[int, Watched]


def read_facts(store: Store, context: Context) -> Facts:
    """Return what a store holds of a ward.

    Newest segments are asked for before anything else: what arrives meanwhile is found next time.

    Args:
        store: where it is.
        context: where and when.

    Raises:
        StoreError: the store cannot be read.
    """
    cursors = store.segment_cursors()
    bands = {band.band_id: band for band in store.bands()}
    given: dict[int, list[Assignment]] = {}
    for one in store.assignments():
        given.setdefault(one.infant_id, []).append(one)
    infants = tuple(store.infants())
    today = local_date(context.now_utc_s, context.zone)
    shown = {
        infant.infant_id: _watched(
            context, today, infant, tuple(given.get(infant.infant_id, ())), bands, cursors
        )
        for infant in infants
        if is_shown(context, infant, given.get(infant.infant_id, []))
    }
    return Facts(context.zone, infants, bands, shown)


def _watched(
    context: Context,
    today: date,
    infant: Infant,
    given: tuple[Assignment, ...],
    bands: Mapping[int, Band],
    cursors: Mapping[int, int],
) -> Watched:
    now_utc_s = context.now_utc_s
    today_utc_s = day_begin_utc_s(today, context.zone)
    worn = [one for one in given if span_utc_s(one)[0] <= now_utc_s < span_utc_s(one)[1]]
    # A band that went on to another infant days ago sends that one's records.
    newest = [
        (one.band_id, cursors.get(one.band_id))
        for one in given
        if span_utc_s(one)[1] > today_utc_s
    ]
    inputs = (
        infant,
        given,
        tuple(newest),
        context.zone.key,
        today,
        tuple(w.band_id for w in worn),
    )
    return Watched(infant, given, bands[worn[-1].band_id] if worn else None, inputs)
