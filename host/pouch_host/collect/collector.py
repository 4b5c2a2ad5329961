"""Rounds over all bands in reach of one adapter: one after the other, none holds up the rest."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from pouch_host.errors import BandError
from pouch_host.store import Store

from .anchors import AnchorPlan
from .link import BandAdapter, FoundBand, LinkError
from .pull import PullResult, pull

log = logging.getLogger(__name__)

# A band advertises every half second; five seconds give ten chances to hear it through loss.
_DISCOVER_S = 5.0
# No band may take longer: 28 days of records at a slow link's 15 kB/s need two minutes.
_PULL_TIMEOUT_S = 180.0


@dataclass
class Round:
    """What one round over the ward brought.

    Attributes:
        pulls: one per band that was read.
        failures: one line per band that was not, naming it and why.
    """

    pulls: list[PullResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Collector:
    """Finds bands and pulls them, one at a time."""

    def __init__(self, adapter: BandAdapter, store: Store, clock: Callable[[], float]) -> None:
        """Join the parts.

        Args:
            adapter: the radio.
            store: where records go.
            clock: returns the Unix time in seconds.
        """
        self._adapter = adapter
        self._store = store
        self._clock = clock
        self._anchors = AnchorPlan()

    async def round(self) -> Round:
        """Discover once and pull each band found.

        Raises:
            LinkError: the adapter itself does not work.
            StoreError: the store does; nothing that was acknowledged is lost.
        """
        outcome = Round()
        for band in await self._adapter.discover(_DISCOVER_S):
            try:
                outcome.pulls.append(await self._pull(band))
            except (LinkError, BandError) as error:
                log.warning("%s", error)
                outcome.failures.append(str(error))
        return outcome

    async def run(self, interval_s: float, on_round: Callable[[Round], None]) -> None:
        """Make a round every `interval_s` seconds until cancelled.

        Args:
            interval_s: from the start of one round to the start of the next.
            on_round: told of each round. One that failed as a whole, because the adapter did, is
                one without pulls; the next is made all the same.
        """
        loop = asyncio.get_running_loop()
        while True:
            started_s = loop.time()
            try:
                outcome = await self.round()
            except LinkError as error:
                log.warning("%s", error)
                outcome = Round(failures=[str(error)])
            on_round(outcome)
            await asyncio.sleep(max(0.0, started_s + interval_s - loop.time()))

    async def _pull(self, band: FoundBand) -> PullResult:
        try:
            async with asyncio.timeout(_PULL_TIMEOUT_S), self._adapter.connect(band) as link:
                return await pull(link, self._store, self._clock, self._anchors)
        except TimeoutError as error:
            message = f"{band.address}: not read within {_PULL_TIMEOUT_S:g} s"
            raise BandError(message) from error
