"""Looks at the store of a ward for what is new, and works out what screens show of it.

    look, twice a second:  anything changed? --no--> the time alone: ages, alerts once a minute
                                             --yes-> whose?  -> row -> alerts -> board

Only infants with new records, another assignment or another day are worked out anew, and today's
count of the others every few minutes, since time without records counts as unknown. Whatever takes
longer than a part of a second is done in parts, a look at what is new in between.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pouch_host.analysis.states import MINUTE_S
from pouch_host.derive import BoardRow, RecentRecords, newest_day, row_of
from pouch_host.derive.inputs import Context
from pouch_host.errors import HostError, StoreError
from pouch_host.store import Band, Store

from .cards import infant_now
from .desk import AlertDesk
from .facts import Facts, Watched, read_facts
from .looks import Looks
from .screen import Screen
from .settings import WardSettings
from .told import Minutes, minutes_of
from .upkeep import Upkeep

_log = logging.getLogger(__name__)

# An assignment may begin or end without that anything is written then, and the date changes.
_FACTS_EVERY_S = 10.0
_TICK_EVERY_S = float(MINUTE_S)
_AGES_EVERY_S = 1.0

# Hours are shown to a tenth, which is six minutes.
_COUNT_EVERY_S = 300.0

# What may wait does not hold up what is new for longer than this.
_BUDGET_S = 0.2

# A store that could not be written is tried again after this.
_RETRY_S = 10.0


@dataclass(slots=True)
class _Shown:
    """What is known of an infant that is shown.

    Attributes:
        inputs: what its row was made of; None if it is to be made anew.
        row: the last one; None before the first.
        counted_utc_s: when that was made.
        band: the band that it wears.
        unset: its band's newest records have no time.
    """

    inputs: tuple[object, ...] | None = None
    row: BoardRow | None = None
    counted_utc_s: float = -math.inf
    band: Band | None = None
    unset: bool = False


class Worker:
    """Keeps a screen up to date. For one thread, but for what `show` and `note_unwritten` do.

    Args:
        store: an open store.
        clock: returns the time in UTC seconds.
        settings: how the ward is watched.
        desk: runs the alerts.
        screen: what is shown.
        looks: is told how looks go on.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float],
        settings: WardSettings,
        desk: AlertDesk,
        screen: Screen,
        looks: Looks,
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._desk = desk
        self._screen = screen
        self._looks = looks
        self._mark = store.change_mark()
        self._records = RecentRecords(store)
        self._upkeep = Upkeep(store, settings.refresh_every_s)
        self._facts: Facts | None = None
        self._shown: dict[int, _Shown] = {}
        self._watched: set[int] = set()
        self._read_utc_s = self._ticked_utc_s = self._retry_utc_s = -math.inf
        self._read_failure: str | None = None
        self._write_failure: str | None = None
        # Of each infant that cannot be worked out, why.
        self._faults: dict[int, str] = {}
        self._showing = threading.Lock()

    def close(self) -> None:
        """Give back what it holds of the store."""
        self._mark.close()

    def step(self) -> None:
        """Look at the store once, and show what is new."""
        now_utc_s = self._clock()
        self._records.look(now_utc_s)
        try:
            self._read(now_utc_s)
            if self._facts is not None:
                self._work_out(self._facts, now_utc_s)
        except HostError as error:
            self._read_failure = str(error)
        # Alerts need no new records: silence rings as well.
        if self._facts is not None:
            self._tick(self._facts, now_utc_s)
            self._retry(self._facts, now_utc_s)
        before = self._screen.board
        aged = not 0 <= now_utc_s - before.now_utc_s < _AGES_EVERY_S
        changed = self._screen.is_changed or self._failure != before.failure
        if aged or changed or before.reading:
            self.publish(now_utc_s)
        if (
            self._facts is not None
            and self._screen.board.failure is None
            and not self._screen.board.waiting
        ):
            self._keep_up(self._facts, now_utc_s)
        self._looks.end(now_utc_s if self._read_failure is None else None)

    def fail(self, failure: str) -> None:
        """Show that a look has failed; the next one tries again."""
        self._read_failure = failure
        self._looks.end(None)
        self.publish(self._clock())

    def watched(self, infant_code: str) -> Watched | None:
        """Return an infant that is shown; None if it is not."""
        shown = self._facts.shown.values() if self._facts else ()
        return next((one for one in shown if one.infant.code == infant_code), None)

    def _read(self, now_utc_s: float) -> None:
        """Find out what has changed, if anything has."""
        is_new = self._mark.is_new()
        due = not 0 <= now_utc_s - self._read_utc_s < _FACTS_EVERY_S
        if not (is_new or due or self._read_failure):
            return
        facts = read_facts(self._store, self._context(now_utc_s))
        self._shown = {key: self._shown.get(key) or _Shown() for key in facts.shown}
        self._faults = {key: line for key, line in self._faults.items() if key in facts.shown}
        for key in self._desk.changed_elsewhere():
            if key in self._shown:
                self._shown[key].inputs = None
        if self._facts is None:
            self.publish(now_utc_s)
            given = {one.band_id for w in facts.shown.values() for one in w.given}
            self._records.read_all(given, self._looks.begin_piece)
        self._facts, self._read_utc_s, self._read_failure = facts, now_utc_s, None
        self._screen.keep_only(facts.shown)
        self._records.keep_only({one.band_id for w in facts.shown.values() for one in w.given})
        for key, shown in self._shown.items():
            if shown.band != facts.shown[key].band:
                shown.band = facts.shown[key].band
                self.show(facts.shown[key], now_utc_s)
        watched = {key for key, one in facts.shown.items() if one.has_alerts}
        if watched != self._watched and self._write_failure is None:
            try:
                self._desk.end_others(facts.infants, watched, int(now_utc_s))
                self._watched = watched
            except StoreError as error:
                self.note_unwritten(error)

    def _work_out(self, facts: Facts, now_utc_s: float) -> None:
        """Work out the infants of whom something is new, then count for some of the others."""
        began_s = time.monotonic()
        new = [key for key, one in self._shown.items() if one.inputs != facts.shown[key].inputs]
        for done, key in enumerate(new, 1):
            self._looks.begin_piece()
            self._alone(self._one, facts.shown[key], now_utc_s)
            if time.monotonic() - began_s > _BUDGET_S and done < len(new):
                # Who waits sees what there is; a ward of hundreds takes a while to begin with.
                self.publish(now_utc_s)
                began_s = time.monotonic()
        old = [
            key
            for key, one in self._shown.items()
            if not 0 <= now_utc_s - one.counted_utc_s < _COUNT_EVERY_S
        ]
        for key in sorted(old, key=lambda key: self._shown[key].counted_utc_s):
            if time.monotonic() - began_s > _BUDGET_S:
                break
            self._looks.begin_piece()
            self._alone(self._one, facts.shown[key], now_utc_s)

    def _alone(
        self, work: Callable[[Watched, float], None], watched: Watched, now_utc_s: float
    ) -> None:
        """Do something for one infant. Its fault is told, and silences no other infant's alerts.

        Raises:
            HostError: it is not the infant's, but the store's.
        """
        key, code = watched.infant.infant_id, watched.infant.code
        try:
            work(watched, now_utc_s)
        except HostError:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            if key not in self._faults:
                _log.exception("infant %s cannot be worked out", code)
            self._faults[key] = f"infant {code}: {type(error).__name__}: {error}"
            # Tried again with its next records, or when its hours are counted next.
            shown = self._shown[key]
            shown.inputs, shown.counted_utc_s = watched.inputs, now_utc_s

    def _one(self, watched: Watched, now_utc_s: float) -> None:
        """Work out one infant.

        Raises:
            StoreError: the store cannot be read.
        """
        shown = self._shown[watched.infant.infant_id]
        context = self._context(now_utc_s)
        for one in watched.given:
            self._records.read(one.band_id)
        day = newest_day(context, watched.infant, watched.given)
        minutes = None
        if watched.band is not None:
            minutes = minutes_of(day, self._records, watched.band.battery_mv)
            clocks = self._records.timeline(watched.band.band_id).clocks
            shown.unset = bool(clocks) and not clocks[-1].anchored
        bands = {watched.band.band_id: watched.band} if watched.band else {}
        shown.row = row_of(context, day, bands)
        shown.inputs, shown.counted_utc_s = watched.inputs, now_utc_s
        self._advance(watched, minutes, now_utc_s)
        self.show(watched, now_utc_s)
        self._faults.pop(watched.infant.infant_id, None)

    def _keep_up(self, facts: Facts, now_utc_s: float) -> None:
        """Bring what is derived of one infant up to date, if it is time for that."""
        self._looks.begin_piece()
        try:
            self._upkeep.step(facts, now_utc_s)
        except HostError as error:
            # The board does not rest on it, and shows what is wrong with the store by itself.
            _log.warning("derived days are not up to date: %s", error)

    def _tick(self, facts: Facts, now_utc_s: float) -> None:
        """Tell the alerts the time, once a minute."""
        if 0 <= now_utc_s - self._ticked_utc_s < _TICK_EVERY_S:
            return
        self._ticked_utc_s = now_utc_s
        for watched in facts.shown.values():
            self._alone(self._grow_older, watched, now_utc_s)

    def _grow_older(self, watched: Watched, now_utc_s: float) -> None:
        self._advance(watched, None, now_utc_s)
        self.show(watched, now_utc_s)

    def _advance(self, watched: Watched, minutes: Minutes | None, now_utc_s: float) -> None:
        """Tell an infant's alerts what is new. If the store is full they go on in memory."""
        shown = self._shown[watched.infant.infant_id]
        if not watched.has_alerts or shown.row is None:
            return
        try:
            if not self._desk.advance(
                watched.infant,
                minutes,
                int(now_utc_s),
                unset=shown.unset,
                keep=self._write_failure is None,
            ):
                # Another program was first: what it has not told is told with the next look.
                shown.inputs = None
        except StoreError as error:
            self.note_unwritten(error)

    @property
    def _failure(self) -> str | None:
        faults = next(iter(self._faults.values()), None)
        return self._read_failure or self._write_failure or faults

    def note_unwritten(self, error: StoreError) -> None:
        """Note that the store cannot be written, until it is tried again."""
        self._write_failure = str(error)
        self._retry_utc_s = self._clock() + _RETRY_S

    def _retry(self, facts: Facts, now_utc_s: float) -> None:
        """Try again to keep what could not be kept."""
        # Not so if the clock was set back: then the moment may be hours ahead.
        waits = 0 < self._retry_utc_s - now_utc_s <= _RETRY_S
        if self._write_failure is None or waits:
            return
        self._write_failure = None
        self._ticked_utc_s = -math.inf
        self._tick(facts, now_utc_s)

    def show(self, watched: Watched, now_utc_s: float) -> None:
        """Show an infant with the next snapshot."""
        # What is put last has been asked last: else a request, overtaken by the worker between
        # the two, would hide an alert that has begun to ring meanwhile.
        with self._showing:
            shown = self._shown.get(watched.infant.infant_id)
            if shown is None or shown.row is None:
                return
            band = watched.band
            row = replace(
                shown.row,
                band_label=band.label if band else None,
                battery_mv=band.battery_mv if band else None,
                band_heard_utc_s=band.last_contact_utc_s if band else None,
            )
            alerts, mutes = self._desk.standing(row.infant_id, int(now_utc_s))
            self._screen.put(
                infant_now(
                    row.aged(now_utc_s),
                    alerts=alerts,
                    mutes=mutes,
                    stale_after_s=self._settings.stale_after_s,
                )
            )

    def publish(self, now_utc_s: float) -> None:
        """Make what is known the board that all see."""
        self._screen.publish(
            now_utc_s,
            failure=self._failure,
            waiting=sum(one.row is None for one in self._shown.values()),
            reading=self._facts is None,
        )

    def _context(self, now_utc_s: float) -> Context:
        return Context.of(self._store, now_utc_s, records=self._records)
