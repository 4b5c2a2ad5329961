"""Today, yesterday and the days before as rings to an infant's own target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pouch_host import derive
from pouch_host.analysis.days import TARGET_H, Day, day_begin_utc_s, local_date
from pouch_host.derive.results import decode_day
from pouch_host.store import Infant, Store
from pouch_host.ward import InfantNow

DAYS_SHOWN = 7
# A flower has so many petals, each an eighth of the target.
PETALS = 8
# Of a day of which less is known nothing is said: an empty ring would say "no contact".
_KNOWN_MINUTES_MIN = 30
_COVERAGE_MIN = 0.05


@dataclass(frozen=True, slots=True)
class Ring:
    """Contact of one day against the target.

    Attributes:
        date: the local date.
        hours: confirmed contact; None if next to nothing of the day is known.
        target_h: hours that it is to have.
        confirmed_percent: of the ring, 0 to 100.
        possible_percent: what it may be at most, likewise.
    """

    date: date
    hours: float | None
    target_h: float
    confirmed_percent: float
    possible_percent: float

    @property
    def is_met(self) -> bool:
        """Whether the target is reached."""
        return self.hours is not None and self.hours >= self.target_h

    @property
    def petals(self) -> int:
        """Return how many petals are open: only a target that is met opens the last."""
        if self.is_met:
            return PETALS
        return min(PETALS - 1, round(self.confirmed_percent * PETALS / 100))


@dataclass(frozen=True, slots=True)
class FamilyDays:
    """What a family's page shows of contact.

    Attributes:
        today: the day that is not over.
        before: the days before it, the oldest first; yesterday last.
    """

    today: Ring
    before: tuple[Ring, ...]

    @property
    def yesterday(self) -> Ring:
        """The day before today."""
        return self.before[-1]


def family_days(store: Store, code: str, infant: InfantNow | None, now_utc_s: float) -> FamilyDays:
    """Return an infant's days.

    Args:
        store: of the days that are over.
        code: which infant.
        infant: as the ward's board has it now: of it are today's hours, so that a family never
            reads another number than the nurse.
        now_utc_s: the time of the page.

    Raises:
        StoreError: the store cannot be read.
    """
    today = local_date(now_utc_s, store.zone)
    known = store.admissions.infant(code)
    target_h = derive.target_h(known) if known else TARGET_H
    over = _days_over(store, known, now_utc_s) if known else ()
    by_date = {day.date: day for day in over}
    before = tuple(
        _ring_of(today - timedelta(days=ago), by_date.get(today - timedelta(days=ago)), target_h)
        for ago in range(DAYS_SHOWN - 1, 0, -1)
    )
    return FamilyDays(_today(today, infant, target_h), before)


def _days_over(store: Store, infant: Infant, now_utc_s: float) -> Sequence[Day]:
    """Return the days that are over, as the ward keeps them up to date.

    They are worked out here only if nobody has done it yet since midnight: that reads all records.
    """
    state = store.derived.states().get(infant.infant_id)
    midnight_utc_s = day_begin_utc_s(local_date(now_utc_s, store.zone), store.zone)
    if state is not None and midnight_utc_s <= state.as_of_utc_s:
        return [decode_day(day.results)[0] for day in store.derived.days(infant.infant_id)]
    (found,) = derive.infant_days(store, now_utc_s, infant.code)
    return found.days


def _today(today: date, infant: InfantNow | None, target_h: float) -> Ring:
    if infant is None or infant.row.last_record_utc_s is None:
        return Ring(today, None, target_h, 0.0, 0.0)
    row = infant.row
    if row.ssc_hours == 0 and row.coverage < _COVERAGE_MIN:
        return Ring(today, None, row.target_h, 0.0, 0.0)
    return Ring(
        today, row.ssc_hours, row.target_h, infant.confirmed_percent, infant.possible_percent
    )


def _ring_of(day: date, found: Day | None, target_h: float) -> Ring:
    if found is None or found.elapsed_minutes - found.unknown_minutes < _KNOWN_MINUTES_MIN:
        return Ring(day, None, found.target_h if found else target_h, 0.0, 0.0)
    return Ring(
        day,
        found.hours,
        found.target_h,
        _percent(found.hours, found.target_h),
        _percent(found.hours_upper, found.target_h),
    )


def _percent(hours: float, target_h: float) -> float:
    return round(100 * min(max(hours / target_h, 0.0), 1.0), 1)
