"""The collector, as one part of a ward's process."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.collector import Collector, Round
from pouch_host.collect.healing import Step
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import BandAdapter, BandLink, FoundBand
from pouch_host.collect.status import WardStatus
from pouch_host.store import Store
from pouch_host.system import CollectorReport, PartName, Parts

# What a collector does between two listenings: it pulls for three minutes at most, or heals for
# one, and pauses. Whoever is silent for longer hangs in the operating system.
_BETWEEN_S = 300.0
_GRACE_S = 60.0


class Collecting:
    """Pulls bands until it is stopped; see `Work`.

    Args:
        store: where records go.
        make_adapter: makes the radio, in the thread that uses it.
        known: the bands whose keys are here.
        every_s: seconds from pull to pull of a band.
        parts: is told that the collector goes on.
        clock: returns the Unix time in seconds.
        on_round: told of each band at once.
        trust_clock: whether a person vouches for this computer's clock.
        new_loop: makes the event loop.
    """

    def __init__(
        self,
        store: Store,
        make_adapter: Callable[[], BandAdapter],
        known: KnownBands,
        every_s: float,
        parts: Parts,
        *,
        clock: Callable[[], float],
        on_round: Callable[[Round], None] = lambda _: None,
        trust_clock: bool = False,
        new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    ) -> None:
        self._store = store
        self._make_adapter = make_adapter
        self._known = known
        self._every_s = every_s
        self._parts = parts
        self._clock = clock
        self._on_round = on_round
        self._trust_clock = trust_clock
        self._new_loop = new_loop
        self._lock = threading.Lock()
        self._stop_wanted = False
        self._cancel: Callable[[], object] | None = None
        self.status: WardStatus | None = None

    def run(self, on_running: Callable[[], None]) -> None:
        """Collect; see `Work`."""
        with asyncio.Runner(loop_factory=self._new_loop) as runner:
            runner.run(self._collect(on_running))

    def stop(self) -> None:
        """End the pull that runs in order, with what it has brought stored; see `Work`."""
        with self._lock:
            self._stop_wanted = True
            if self._cancel is not None:
                self._cancel()

    def report(self) -> CollectorReport:
        """Return how the collector is."""
        status = self.status
        if status is None:
            return CollectorReport()
        return CollectorReport(
            adapter_failure=status.adapter_failure,
            adapter_failure_count=status.adapter_failure_count,
            reset_count=status.step_counts[Step.RESET],
            stranger_count=status.stranger_count,
            clock_doubt=status.clock_doubt,
            failing=tuple(
                (band.label, band.last_failure)
                for band in status.bands()
                if band.failures_in_row and band.known
            ),
        )

    async def _collect(self, on_running: Callable[[], None]) -> None:
        self.status = WardStatus(self._store, self._clock)
        collector = Collector(
            _Beating(self._make_adapter(), self._beat),
            self._store,
            self._clock,
            self._known,
            ClockJudge(self._store.newest_contact_utc_s(), trusted=self._trust_clock),
            name_of=self._known.name_of,
            status=self.status,
        )
        on_running()
        task = asyncio.ensure_future(collector.run(self._every_s, self._on_round))
        loop = asyncio.get_running_loop()
        with self._lock:
            self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
            if self._stop_wanted:
                task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            if not self._stop_wanted:
                raise
        finally:
            with self._lock:
                self._cancel = None

    def _beat(self, within_s: float) -> None:
        self._parts.beat(PartName.COLLECTOR, within_s + _GRACE_S)


class Reports:
    """Hands out what the newest run of a collector says of itself, also when it has ended."""

    def __init__(self) -> None:
        self._newest: Collecting | None = None

    def of(self, run: Collecting) -> Collecting:
        """Take note of a run; return it."""
        self._newest = run
        return run

    def newest(self) -> CollectorReport:
        """Return how the collector is."""
        return CollectorReport() if self._newest is None else self._newest.report()


class _Beating:
    """An adapter that says each time that it is used; see BandAdapter."""

    def __init__(self, adapter: BandAdapter, beat: Callable[[float], None]) -> None:
        self._adapter = adapter
        self._beat = beat

    @property
    def heard_s(self) -> float | None:
        return self._adapter.heard_s

    async def hear(
        self, wanted: Callable[[FoundBand], bool], timeout_s: float
    ) -> FoundBand | None:
        self._beat(timeout_s)
        try:
            return await self._adapter.hear(wanted, timeout_s)
        finally:
            self._beat(_BETWEEN_S)

    async def heal(self, step: Step) -> None:
        await self._adapter.heal(step)

    @asynccontextmanager
    async def connect(self, band: FoundBand) -> AsyncIterator[BandLink]:
        async with self._adapter.connect(band) as link:
            yield link
