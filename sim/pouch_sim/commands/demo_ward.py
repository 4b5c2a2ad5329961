"""The ward of the demonstration: a few babies, their bands, one collector, some past days."""

import asyncio
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pouch_host.collect.collector import Round
from pouch_host.store import Store
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band

from .collecting import collect_until, share_done, simulated_collector
from .demo_babies import Baby, babies
from .out_folder import make_room

STORE_NAME = "pouch.db"
# Who has admitted the babies, for the audit.
WHO = "pouch demo"
# While the page is live a nurse should see a change within a minute of the ward's own time.
LIVE_INTERVAL_S = 60.0
# A round takes the ward's own time, four minutes with 60 bands: the last one of the past must not
# run beyond the real time.
_FILL_SHORT_S = 300.0

_US_PER_S = 1_000_000
_BOOT_SPREAD_S = 30.0


@dataclass(frozen=True)
class DemoPlan:
    """What to demonstrate.

    Attributes:
        band_count: bands, and so babies.
        days: whole past days to fill.
        seed: of everything random.
        zone: the ward's time zone.
        end_utc_s: Unix time up to which the past reaches.
    """

    band_count: int
    days: int
    seed: int
    zone: ZoneInfo
    end_utc_s: float

    @property
    def midnight_utc_s(self) -> int:
        """Unix time of the last local midnight."""
        return self._midnight(0)

    @property
    def start_utc_s(self) -> int:
        """Unix time of the local midnight with which the past begins."""
        return self._midnight(self.days)

    def born_on(self, baby: Baby) -> date | None:
        """Return the local date on which a baby was born; None if nobody knows."""
        if baby.age_days is None:
            return None
        begin = datetime.fromtimestamp(self.start_utc_s, self.zone).date()
        return begin - timedelta(days=baby.age_days)

    def _midnight(self, days_ago: int) -> int:
        today = datetime.fromtimestamp(self.end_utc_s, self.zone).date()
        day = datetime.combine(today - timedelta(days=days_ago), time(), self.zone)
        return int(day.timestamp())


class DemoWard:
    """Runs the bands and the collector, in the thread that calls `fill` or `run`.

    Attributes:
        store_path: the store that it fills; open it again to read from another thread.
        failures: what the collector could not do, one line each.
    """

    def __init__(self, plan: DemoPlan, out_dir: Path) -> None:
        """Admit the babies and put bands on them.

        Args:
            plan: what to demonstrate.
            out_dir: gets the store and the bands' flash images.

        Raises:
            InputError: there is a store already, or no folder can be there.
        """
        self.store_path = make_room(out_dir, STORE_NAME)
        self.failures: list[str] = []
        self._plan = plan
        self._simulation = Simulation(seed=plan.seed, start_utc_s=plan.start_utc_s)
        with Store.open(self.store_path) as store:
            store.set_zone(plan.zone.key)
            for index, baby in enumerate(babies(plan.seed, plan.band_count, plan.days)):
                self._admit(store, baby, self._add_band(index, baby, out_dir))

    def now_utc_s(self) -> float:
        """Return the ward's own time; may be asked from any thread."""
        return self._simulation.now_utc_s()

    def fill(self, on_progress: Callable[[float], None]) -> None:
        """Let the past days go by, pulled every hour.

        Args:
            on_progress: told the share that is done, 0 to 1.
        """
        with Store.open(self.store_path) as store:
            end_utc_s = self._plan.end_utc_s
            self._simulation.run(self._fill(store, lambda: end_utc_s, on_progress))

    async def _fill(
        self,
        store: Store,
        end_utc_s: Callable[[], float],
        on_progress: Callable[[float], None],
    ) -> None:
        start_s = self._plan.start_utc_s

        def note(outcome: Round) -> None:
            self.failures += outcome.failures
            on_progress(share_done(start_s, self.now_utc_s(), end_utc_s()))

        collector = simulated_collector(self._simulation, store)
        await collect_until(self._simulation, collector, end_utc_s, on_round=note)

    def _admit(self, store: Store, baby: Baby, band_id: int) -> None:
        start_utc_s = self._plan.start_utc_s
        store.ensure_band(band_id)
        store.admissions.admit(
            baby.code,
            when_utc_s=start_utc_s,
            who=WHO,
            weight_g=baby.weight_g,
            gestation_days=baby.gestation_days,
            born_on=self._plan.born_on(baby),
        )
        # Not with the admission: there a band must have been heard, and this one is yet to wake.
        store.assign(band_id, baby.code, start_utc_s, who=WHO)

    def _add_band(self, index: int, baby: Baby, out_dir: Path) -> int:
        chance = random.Random(f"band {self._plan.seed} {index}")
        band_id = chance.getrandbits(32)
        plan = BandPlan(
            band_id,
            baby.world,
            drift_ppm=baby.drift_ppm,
            boot_at_us=round(chance.uniform(0.0, _BOOT_SPREAD_S) * _US_PER_S),
            worn_by_infant=True,
        )
        add_band(self._simulation, plan, out_dir / "bands")
        return band_id


class LiveWard(DemoWard):
    """A DemoWard in a thread of its own that goes on when the past is filled.

    Attributes:
        filled: set when the past is there, or the ward has failed.
        stopped: set when the thread ends.
        progress: share of the past that is filled, 0 to 1.
    """

    def __init__(self, plan: DemoPlan, out_dir: Path, clock: Callable[[], float]) -> None:
        """Prepare; `start` begins.

        Args:
            plan: what to demonstrate.
            out_dir: gets the store and the bands' flash images.
            clock: the real Unix time, up to which the past is filled.
        """
        super().__init__(plan, out_dir)
        self.filled = threading.Event()
        self.stopped = threading.Event()
        self.progress = 0.0
        self._clock = clock
        self._failure: Exception | None = None
        self._stop_wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, speed: float) -> None:
        """Begin to fill, then go on.

        Args:
            speed: simulated seconds per real second once the past is filled.
        """
        self._thread = threading.Thread(target=self._run, args=(speed,), name="ward")
        self._thread.start()

    def stop(self) -> None:
        """End the thread and every band's process; return when both are gone."""
        self._stop_wanted.set()
        if self._thread is None:
            return
        with suppress(RuntimeError):  # The loop is closed: the ward ended by itself.
            self._simulation.loop.call_soon_threadsafe(self._cancel)
        self._thread.join()

    def raise_failure(self) -> None:
        """Raise what ended the ward, if it did not end because it was told to."""
        if self._failure is not None:
            raise self._failure

    def _run(self, speed: float) -> None:
        try:
            with Store.open(self.store_path) as store:
                self._simulation.run(self._live(store, speed))
        except asyncio.CancelledError:
            pass  # Stopped on purpose.
        except Exception as error:  # noqa: BLE001 - handed to the thread that asks
            self._failure = error
        finally:
            self.filled.set()
            self.stopped.set()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _live(self, store: Store, speed: float) -> None:
        self._task = asyncio.current_task()
        if self._stop_wanted.is_set():
            return
        await self._fill(store, lambda: self._clock() - _FILL_SHORT_S, self._note_progress)
        # Not paced yet, so the time until then passes at once; the bands are pulled meanwhile, so
        # that the page begins with what is new.
        self._simulation.loop.call_later(
            max(0.0, self._clock() - self.now_utc_s()), self._go_live, speed
        )
        collector = simulated_collector(self._simulation, store)
        await collector.run(
            LIVE_INTERVAL_S, lambda outcome: self.failures.extend(outcome.failures)
        )

    def _go_live(self, speed: float) -> None:
        self._simulation.speed = speed
        self.filled.set()

    def _note_progress(self, share: float) -> None:
        self.progress = share
