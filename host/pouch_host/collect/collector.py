"""Pulls all bands in reach of one adapter, each as it is heard; none holds up the rest.

hear <------------------------------------+
 |                                        |
 | a band that is wanted                  |
 v                                        |
pull --> read, or refused for good: rests |
 |                                        |
 +-----> failed: wanted again, until it has failed _ATTEMPTS times
"""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from pouch_host.errors import BandError
from pouch_host.store import Store

from .anchors import AnchorPlan
from .clocks import ClockJudge
from .exchange import Exchange
from .known import KnownBands
from .link import BandAdapter, FoundBand, LinkError, LinkFailure
from .pull import PullResult, pull

log = logging.getLogger(__name__)

# A band of the usual plan is on the air for 1 s in every 60 s of its own clock, which may be 5 %
# slow, as far as the store's time can follow: whoever listens for 64 s hears each of them once,
# and one second is to spare. A round hears a band of the slow plan (1,200 s) by chance, or when
# its button calls; `Collector.run` hears it whenever it is on the air.
_LISTEN_S = 65.0
# A band that was heard but not read is tried again when it is heard again: at once if it is still
# on the air, else in its next window. After the third time others come first.
_ATTEMPTS = 3
# After these a band has had its turn: to ask again gives the same answer, and a slow one has taken
# the time of many.
_ENDS_TURN = (LinkFailure.REFUSED, LinkFailure.SLOW)
# No band may take longer: 28 days of records at a slow link's 15 kB/s need two minutes.
_PULL_TIMEOUT_S = 180.0
# Windows are 60 s apart. A band is wanted again half of that before its time is over, so that it
# is read in the window that comes nearest to it and not in the one after.
_EARLY_S = 30.0
# An adapter that is reset or plugged in again comes back within seconds.
_ADAPTER_PAUSE_S = 30.0


@dataclass
class Round:
    """What one round over the ward brought.

    Attributes:
        pulls: one per band that was read.
        failures: one line per band that was not, naming it and why.
    """

    pulls: list[PullResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class _Resting:
    """Addresses of bands that are not wanted now: `address in resting`, asked as each is heard.

    Args:
        rest_s: for how long a band is left alone after its turn, seconds.
    """

    def __init__(self, rest_s: float) -> None:
        self._rest_s = rest_s
        self._until_s: dict[str, float] = {}
        self._failed_count: dict[str, int] = {}

    def __contains__(self, address: object) -> bool:
        return self._until_s.get(str(address), 0.0) > asyncio.get_running_loop().time()

    def add(self, address: str) -> None:
        """A band has had its turn just now."""
        self._failed_count.pop(address, None)
        now_s = asyncio.get_running_loop().time()
        self._until_s = {one: end_s for one, end_s in self._until_s.items() if end_s > now_s}
        self._until_s[address] = now_s + self._rest_s

    def note_failure(self, address: str) -> None:
        """A band was not read just now, and may be when it is heard again."""
        count = self._failed_count.get(address, 0) + 1
        self._failed_count[address] = count
        if count >= _ATTEMPTS:
            self.add(address)


class Collector:
    """Finds bands and pulls them, one at a time."""

    def __init__(
        self,
        adapter: BandAdapter,
        store: Store,
        clock: Callable[[], float],
        known: KnownBands,
        judge: ClockJudge,
    ) -> None:
        """Join the parts.

        Args:
            adapter: the radio.
            store: where records go.
            clock: returns the Unix time in seconds.
            known: the bands whose keys this host has; others are left alone.
            judge: whether the clock can be told to bands.
        """
        self._adapter = adapter
        self._store = store
        self._clock = clock
        self._anchors = AnchorPlan()
        self._known = known
        self._judge = judge

    async def round(self, on_read: Callable[[PullResult], None] = lambda _: None) -> Round:
        """Pull each band once, until no other has been heard for as long as a window is away.

        That long counts from the end of the last pull: nobody was heard during it, and a band
        whose window fell into it comes again a period later.

        Args:
            on_read: told of each band at once, so that whoever holds it need not wait for others.

        Returns:
            All of it. An adapter that fails after some bands were read is one of the failures.

        Raises:
            LinkError: the adapter does not work; no band was reached.
            StoreError: the store does not; nothing that was acknowledged is lost.
        """
        outcome = Round()
        resting = _Resting(math.inf)
        failures: dict[str, list[str]] = {}
        try:
            while (band := await self._adapter.hear(resting, _LISTEN_S)) is not None:
                one = await self._take_turn(band, resting)
                # What a band that was read after all had said before is of no interest any more.
                failures[band.address] = one.failures
                outcome.pulls += one.pulls
                for result in one.pulls:
                    on_read(result)
        except LinkError as error:
            if not failures:
                raise
            failures["the adapter"] = [str(error)]
        outcome.failures = list(chain.from_iterable(failures.values()))
        return outcome

    async def run(self, interval_s: float, on_round: Callable[[Round], None]) -> None:
        """Pull every band about every `interval_s` seconds until cancelled.

        The adapter listens all the time. A band that is on the air less often than that, once in
        twenty minutes with the slow plan, is pulled whenever it is.

        Args:
            interval_s: from one pull of a band to the next of the same.
            on_round: told of each band at once, as a round of that band alone; and of an adapter
                that does not work, as a failure. It is tried again soon.
        """
        resting = _Resting(interval_s - min(_EARLY_S, interval_s / 2))
        while True:
            try:
                band = await self._adapter.hear(resting, interval_s)
            except LinkError as error:
                log.warning("%s", error)
                on_round(Round(failures=[str(error)]))
                await asyncio.sleep(min(interval_s, _ADAPTER_PAUSE_S))
                continue
            if band is not None:
                on_round(await self._take_turn(band, resting))

    async def _take_turn(self, band: FoundBand, resting: _Resting) -> Round:
        """Pull a band that was heard just now; return the round of that band alone."""
        try:
            result = await self._pull(band)
        except (LinkError, BandError) as error:
            log.warning("%s", error)
            if isinstance(error, BandError) or error.reason in _ENDS_TURN:
                resting.add(band.address)
            else:
                resting.note_failure(band.address)
            return Round(failures=[str(error)])
        # From the end of the pull: a band that was left stays on the air for a moment, and one
        # that took longer than the interval must not be pulled over and over: its battery pays.
        resting.add(band.address)
        return Round(pulls=[result])

    async def _pull(self, band: FoundBand) -> PullResult:
        try:
            async with asyncio.timeout(_PULL_TIMEOUT_S), self._adapter.connect(band) as link:
                exchange = Exchange(link, self._clock, self._known)
                return await pull(exchange, self._store, self._clock, self._anchors, self._judge)
        except TimeoutError as error:
            message = f"{band.address}: not read within {_PULL_TIMEOUT_S:g} s"
            raise LinkError(LinkFailure.SLOW, message) from error
