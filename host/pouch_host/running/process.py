"""Joins the parts of a ward's process, and starts, tends and ends them in order.

    start:  pages -> watch -> collector          end:  pages -> collector -> watch

The pages come first, so that whoever opens them is told what does not work yet; they go first, so
that nobody sends what nobody would take any more.
"""

import logging
import threading
import time
from collections.abc import Callable

from fastapi import FastAPI

from pouch_host.accounts.access import Accounts
from pouch_host.store import Store
from pouch_host.system import CollectorReport, PartName, Parts, PartState, System
from pouch_host.ward import WardSettings, WardWatch
from pouch_host.web.app import create_app
from pouch_host.web.settings import WebSettings
from pouch_host.web.tls import Served

from .serving import Port, Serving
from .supervised import Supervised, Work
from .watching import Watching

_log = logging.getLogger(__name__)

# Streams are cut off after three seconds, a look is over in less, a pull stores what it has in
# ten; a part that takes longer hangs, and everything that was durable before is.
_END_S = 30.0
_TEND_EVERY_S = 1.0


class WardProcess:
    """One ward: its pages, its watch and, if it is to have one, its collector.

    Args:
        store: the ward's store; it stays the caller's to close.
        port: where the pages are.
        clock: returns the ward's time in UTC seconds, true or simulated.
        accounts: who may sign in.
        web: how the pages are served.
        ward: how the ward is watched.
        certificates: returns what to show to browsers for HTTPS; None for plain HTTP.
        clock_s: returns seconds that go on evenly.

    Attributes:
        parts: how each part is.
        watch: the running ward.
        accounts: who may sign in.
        system: how the whole is.
    """

    def __init__(
        self,
        store: Store,
        port: Port,
        *,
        clock: Callable[[], float],
        accounts: Accounts,
        web: WebSettings,
        ward: WardSettings | None = None,
        certificates: Callable[[], Served] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.parts = Parts(clock_s)
        self.accounts = accounts
        self.watch = WardWatch(store, clock=clock, settings=ward or WardSettings())
        self.system = System(
            self.watch,
            self.parts,
            collector=self._collector_report,
            certificate_until_utc_s=lambda: (
                None if self._served is None else self._served.until.timestamp()
            ),
        )
        self._web = web
        self._clock_s = clock_s
        self._report: Callable[[], CollectorReport] | None = None
        self._served: Served | None = None
        noted = None if certificates is None else self._noting(certificates)
        self._pages = self._supervised(
            PartName.WEB, lambda: Serving(self._make_app, port.listen, self.parts, noted)
        )
        self._watching = self._supervised(PartName.WATCH, lambda: Watching(self.watch, self.parts))
        self._collector: Supervised | None = None
        self._told_silent: set[PartName] = set()

    def add_collector(
        self, make: Callable[[Parts], Work], report: Callable[[], CollectorReport]
    ) -> None:
        """Have a collector run in this process; before it is started.

        Args:
            make: makes one run of it, see `collecting.Collecting`.
            report: returns how the collector is.
        """
        self._report = report
        self._collector = self._supervised(PartName.COLLECTOR, lambda: make(self.parts))

    def start(self) -> None:
        """Start all parts; each goes on by itself."""
        for part in self._in_order():
            part.start()

    def run_until(self, stop: threading.Event, on_tend: Callable[[], None]) -> None:
        """Tend the parts until `stop` is set.

        Args:
            stop: set by the owner, from any thread or a signal's handler.
            on_tend: called about once a second.
        """
        while not stop.wait(_TEND_EVERY_S):
            self.tend()
            on_tend()

    def tend(self) -> None:
        """Begin a collector anew that gives no sign of life; whatever else is silent, say so."""
        silent = {part.name for part in self.parts.all() if part.silent_s}
        for name in silent - self._told_silent:
            _log.error("%s gives no sign of life", name.value)
            if name is PartName.COLLECTOR and self._collector is not None:
                self._collector.restart()
        self._told_silent = silent

    def stop(self) -> None:
        """End all parts in order; return when they have ended, or one of them hangs."""
        pages, *others = self._in_order()
        for part in (pages, *reversed(others)):
            if not part.stop(_END_S):
                _log.error("%s does not end", part.name.value)

    def is_serving(self) -> bool:
        """Tell whether the pages answer."""
        pages = self.parts.part(PartName.WEB)
        return pages is not None and pages.state is PartState.RUNNING

    def _in_order(self) -> list[Supervised]:
        parts = [self._pages, self._watching]
        return parts if self._collector is None else [*parts, self._collector]

    def _supervised(self, name: PartName, make: Callable[[], Work]) -> Supervised:
        return Supervised(name, make, self.parts, clock_s=self._clock_s)

    def _make_app(self) -> FastAPI:
        return create_app(self.watch, self.accounts, settings=self._web, system=self.system)

    def _noting(self, certificates: Callable[[], Served]) -> Callable[[], Served]:
        def noted() -> Served:
            self._served = certificates()
            return self._served

        return noted

    def _collector_report(self) -> CollectorReport | None:
        return None if self._report is None else self._report()
