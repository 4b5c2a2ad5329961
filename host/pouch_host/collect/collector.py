"""Pulls all bands in reach of one adapter, each as it is heard; none holds up the rest.

hear <-----------------------------------+
 |                                       |
 | a band that is wanted                 |
 v                                       |
pull --> read: rests                     |
 |                                       |
 +-----> failed: wanted again after a pause that grows (backoff.py)

What is remembered of a band from one hearing to the next goes by its name, never by its address:
that is another one in each of its windows.
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
from .backoff import Backoff, round_pause_s
from .clocks import ClockJudge, clock_hint
from .exchange import Exchange
from .healing import Healing, Step
from .known import KnownBands
from .link import BandAdapter, FoundBand, LinkError, LinkFailure
from .naming import Names, address_of, naming, stranger_hint
from .pull import PullResult, pull
from .status import WardStatus

log = logging.getLogger(__name__)

# A band of the usual plan is on the air for 1 s in every 60 s of its own clock, which may be 5 %
# slow, as far as the store's time can follow: whoever listens for 64 s hears each of them once,
# and one second is to spare. A round hears a band of the slow plan (1,200 s) by chance, or when
# its button calls; `Collector.run` hears it whenever it is on the air.
_LISTEN_S = 65.0
# After these a band has had its turn: to ask again gives the same answer, and a slow one has taken
# the time of many.
_ENDS_TURN = (LinkFailure.REFUSED, LinkFailure.SLOW)
# No band may take longer: 28 days of records at a slow link's 15 kB/s need two minutes.
_PULL_TIMEOUT_S = 180.0
# An adapter that is reset or plugged in again comes back within seconds.
_ADAPTER_PAUSE_S = 30.0

_HEALED = {
    Step.RESTART_SCAN: "the scan begins anew",
    Step.CLOSE_STALE: "connections that were left half open are closed",
    Step.RESET: "it is reset",
}


@dataclass
class Round:
    """What one round over the ward brought.

    Attributes:
        pulls: one per band that was read.
        failures: one line per band that was not, naming it and why.
        notes: lines about the adapter and about bands that were left alone.
    """

    pulls: list[PullResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class _Watch:
    """What is remembered from one hearing to the next, for one round or one run.

    Attributes:
        backoff: who is wanted.
        names: who is who.
        healing: whether the adapter is stuck; a single round is over before that can be told.
    """

    backoff: Backoff
    names: Names
    healing: Healing | None = None


class Collector:
    """Finds bands and pulls them, one at a time."""

    def __init__(
        self,
        adapter: BandAdapter,
        store: Store,
        clock: Callable[[], float],
        known: KnownBands,
        judge: ClockJudge,
        *,
        name_of: Callable[[FoundBand], str | None] = address_of,
        status: WardStatus | None = None,
    ) -> None:
        """Join the parts.

        Args:
            adapter: the radio.
            store: where records go.
            clock: returns the Unix time in seconds.
            known: the bands whose keys this host has; others are left alone.
            judge: whether the clock can be told to bands.
            name_of: tells a band that was heard by what lasts, its label; None for a band of
                somebody else, which is left alone.
            status: is kept up to date; one of its own if there is none.
        """
        self._adapter = adapter
        self._store = store
        self._clock = clock
        self._name_of = name_of
        self._status = status or WardStatus(store, clock)
        self._anchors = AnchorPlan()
        self._known = known
        self._judge = judge
        self._told: set[str] = set()

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
        watch = _Watch(Backoff(math.inf, round_pause_s), Names(self._name_of))
        failures: dict[str, list[str]] = {}
        try:
            while (heard := await self._hear(watch, _LISTEN_S)) is not None:
                band, name = heard
                one = await self._take_turn(band, name, watch)
                # What a band that was read after all had said before is of no interest any more.
                failures[name] = one.failures
                outcome.pulls += one.pulls
                for result in one.pulls:
                    on_read(result)
        except LinkError as error:
            if not failures:
                raise
            failures["the adapter"] = [str(error)]
        outcome.failures = list(chain.from_iterable(failures.values()))
        if self._status.stranger_count:
            outcome.notes.append(stranger_hint(self._status.stranger_count))
        if self._status.clock_doubt:
            outcome.notes.append(clock_hint(self._status.clock_doubt))
        return outcome

    async def run(self, interval_s: float, on_round: Callable[[Round], None]) -> None:
        """Pull every band about every `interval_s` seconds until cancelled.

        The adapter listens all the time. A band that is on the air less often than that, once in
        twenty minutes with the slow plan, is pulled whenever it is. An adapter that seems to be
        stuck is restarted by and by (healing.py).

        Cancelled in the middle of a pull, it stores what has arrived and ends the connection.

        Args:
            interval_s: from one pull of a band to the next of the same.
            on_round: told of each band at once, as a round of that band alone; of an adapter that
                does not work, as a failure (it is tried again soon); and of the rest as notes.
        """
        loop = asyncio.get_running_loop()
        healing, told_count, clock_told = Healing(loop.time()), 0, False
        watch = _Watch(Backoff(interval_s), Names(self._name_of), healing)
        # Whoever has just started it waits for a first word.
        first_s = loop.time() + _LISTEN_S
        while True:
            patience_s = _LISTEN_S if loop.time() < first_s else healing.patience_s(loop.time())
            listen_s = min(interval_s, patience_s)
            failed = False
            try:
                heard = await self._hear(watch, listen_s)
                healing.note_scanned()
                if heard is not None:
                    healing.note_heard(self._adapter.heard_s)
                    on_round(await self._take_turn(*heard, watch))
            except LinkError as error:
                failed = True
                healing.note_failed()
                on_round(Round(failures=[str(error)]))
            healing.note_heard(self._adapter.heard_s)
            lines = await self._heal(healing)
            if self._status.stranger_count > told_count:
                told_count = self._status.stranger_count
                lines.append(stranger_hint(told_count))
            if self._status.clock_doubt and not clock_told:
                lines.append(clock_hint(self._status.clock_doubt))
            clock_told = bool(self._status.clock_doubt)
            if lines:
                on_round(Round(notes=lines))
            if failed:
                await asyncio.sleep(min(interval_s, _ADAPTER_PAUSE_S))

    async def _hear(self, watch: _Watch, timeout_s: float) -> tuple[FoundBand, str] | None:
        """Listen for a band that is wanted; return it and its name."""
        loop = asyncio.get_running_loop()
        watch.names.begin()

        def wanted(band: FoundBand) -> bool:
            name = watch.names.of(band, loop.time())
            return name is not None and watch.backoff.wanted(name, loop.time())

        try:
            band = await self._adapter.hear(wanted, timeout_s)
        except LinkError as error:
            self._note_adapter_failure(str(error))
            raise
        finally:
            self._status.stranger_count = watch.names.stranger_count(loop.time())
        self._status.note_adapter_works()
        name = None if band is None else watch.names.of(band, loop.time())
        return None if band is None or name is None else (band, name)

    async def _take_turn(self, band: FoundBand, name: str, watch: _Watch) -> Round:
        """Pull a band that was heard just now; return the round of that band alone.

        Raises:
            LinkError: the adapter does not work; the band is wanted as before.
        """
        loop = asyncio.get_running_loop()
        try:
            try:
                result = await self._pull(band)
            finally:
                self._status.clock_doubt = self._judge.doubt or ""
        except BandError as error:
            # One of a later version has not said who it is: its token has.
            failure, message = "unreadable", naming(band, name, str(error))
            ends_turn = reached = True
        except LinkError as error:
            if error.reason is LinkFailure.ADAPTER:
                self._note_adapter_failure(str(error))
                raise
            failure, message = error.reason.name.lower(), naming(band, name, str(error))
            ends_turn = error.reason in _ENDS_TURN
            reached = error.reason is not LinkFailure.NOT_REACHED
        else:
            # One that had no label has said it: that is what it is called from now on.
            rest_s = watch.backoff.note_read(result.label, loop.time())
            if name != result.label:
                watch.backoff.note_read(name, loop.time())
            self._status.note_read(name, result, rest_s)
            if watch.healing is not None:
                watch.healing.note_reached(loop.time())
            return Round(pulls=[result])
        log.warning("%s", message)
        if watch.healing is not None:
            if reached:
                watch.healing.note_reached(loop.time())
            else:
                watch.healing.note_not_reached(name, loop.time())
        pause_s = watch.backoff.note_failed(name, loop.time(), had_its_turn=ends_turn)
        self._status.note_failed(name, failure, message, watch.backoff.failures(name), pause_s)
        return Round(failures=[message])

    async def _heal(self, healing: Healing) -> list[str]:
        """Do what is due for the adapter; return lines that tell of it."""
        step = healing.due(asyncio.get_running_loop().time())
        if step is None:
            return []
        line = f"Bluetooth adapter seems to be stuck: {_HEALED[step]}"
        log.warning("%s", line)
        # What others of this machine may notice is told; the milder steps are for the log.
        lines = [line] if step is Step.RESET else []
        try:
            await self._adapter.heal(step)
        except LinkError as error:
            # A machine that cannot reset its adapter cannot do so the next time either.
            if str(error) in self._told:
                return []
            self._told.add(str(error))
            log.warning("%s", error)
            return [str(error)]
        self._status.note_step(step)
        return lines

    def _note_adapter_failure(self, message: str) -> None:
        log.warning("%s", message)
        self._status.note_adapter_failed(message)

    async def _pull(self, band: FoundBand) -> PullResult:
        try:
            async with asyncio.timeout(_PULL_TIMEOUT_S), self._adapter.connect(band) as link:
                exchange = Exchange(link, self._clock, self._known)
                return await pull(exchange, self._store, self._clock, self._anchors, self._judge)
        except TimeoutError as error:
            message = f"{band.address}: not read within {_PULL_TIMEOUT_S:g} s"
            raise LinkError(LinkFailure.SLOW, message) from error
