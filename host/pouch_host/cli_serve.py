"""The command `pouch serve`: a whole ward on one computer, or its pages alone."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from .cli_collect import EVERY_S, EVERY_S_MIN, LogOption
from .cli_console import StorePath, print_note, utc_now_s
from .cli_https import (
    CertOption,
    KeyOption,
    NameOption,
    ProxyOption,
    Reached,
    TlsOption,
    Wish,
    reached,
)
from .cli_log import LogLevel, log_lines
from .store import Store

if TYPE_CHECKING:
    from .running import Port, WardProcess
    from .web.tls import Served

_PORT_MAX = 65535
# Two rounds of collecting; `ward.lines` says the same, and would load the analysis here.
_STALE_AFTER_S = 600.0

_STOPPING = "stopping: what has arrived is being stored; a second signal ends at once"

CollectOption = Annotated[
    bool,
    typer.Option("--collect", help="Pull the bands by Bluetooth too; else run `pouch collect`."),
]
EveryOption = Annotated[
    float, typer.Option(min=EVERY_S_MIN, help="With --collect: seconds from pull to pull.")
]
KeysOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="With --collect: the bands' keys, if not in this computer's folder."
    ),
]
TrustOption = Annotated[
    bool,
    typer.Option("--trust-clock", help="With --collect: this computer's clock is right."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(serve)


def serve(
    store: StorePath,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=_PORT_MAX, help="Port; 0 for any free.")] = 8000,
    stale_after: Annotated[
        float,
        typer.Option(
            min=1, help="Age in seconds from which data is stale; two rounds of collecting."
        ),
    ] = _STALE_AFTER_S,
    cert: CertOption = None,
    key: KeyOption = None,
    name: NameOption = None,
    tls: TlsOption = None,
    behind_proxy: ProxyOption = False,
    with_collector: CollectOption = False,
    every: EveryOption = EVERY_S,
    keys: KeysOption = None,
    trust_clock: TrustOption = False,
    log_level: LogOption = None,
) -> None:
    """Show the ward of a store as pages, and tell its alerts, until Ctrl-C or SIGTERM.

    With --collect, the Bluetooth collector runs in the same process: one small computer does it
    all. What fails is shown on the pages and begun again by itself; the rest goes on.

    Other computers reach it by HTTPS only: with --name, this makes certificates for the ward, and
    tablets that have its ca.crt trust them.
    """
    # Imported here: the other commands do not wait for the web framework.
    from .running import Port

    wish = Wish(host, cert, key, tuple(name or ()), tls, behind_proxy)
    how = reached(wish, store, utc_now_s)
    with ExitStack() as stack:
        opened = stack.enter_context(Store.open(store, create=with_collector))
        place = Port(host, port)
        stack.callback(place.close)
        # Before anything starts, so that what is wrong with it is one line.
        served = None if how.certificates is None else how.certificates()
        process = _process(opened, place, how, served, stale_after)
        if with_collector:
            _add_collector(
                process,
                opened,
                keys,
                every,
                trust_clock=trust_clock,
                plain=log_level is None,
            )
        level = log_level or LogLevel.WARNING
        stack.enter_context(log_lines(level, opened.zone, print_note))
        run_process(process, lambda: _tell(process, place, how, served))


def run_process(
    process: "WardProcess",
    on_begin: Callable[[], None],
    goes_on: Callable[[], bool] = lambda: True,
) -> signal.Signals | None:
    """Run a ward's process until a signal says so, and end it in order.

    A second signal, of either kind, ends it at once.

    Args:
        process: joined, not started.
        on_begin: called when signals are looked for, before it is started.
        goes_on: asked about once a second; it ends when this says no.

    Returns:
        SIGTERM if that has ended it.

    Raises:
        KeyboardInterrupt: Ctrl-C has ended it.
    """
    from .running import ServiceManager

    manager = ServiceManager(os.environ, time.monotonic)
    with _signals() as (stop, came):
        on_begin()
        process.start()

        def tend() -> None:
            liveness = process.system.liveness()
            manager.alive(ok=liveness.ok, status=liveness.status)
            if not goes_on():
                stop.set()

        manager.ready()
        try:
            process.run_until(stop, tend)
        finally:
            manager.stopping()
            process.stop()
    if came and came[0] is signal.SIGINT:
        raise KeyboardInterrupt
    return came[0] if came else None


@contextmanager
def _signals() -> Iterator[tuple[threading.Event, list[signal.Signals]]]:
    stop, came = threading.Event(), list[signal.Signals]()
    both = (signal.SIGINT, signal.SIGTERM)

    def end(number: int, _frame: FrameType | None) -> None:
        came.append(signal.Signals(number))
        for each in both:
            # The system's own way, which asks nobody: a part may hang in a call that blocks.
            signal.signal(each, signal.SIG_DFL)
        print_note(_STOPPING)
        stop.set()

    before = {each: signal.signal(each, end) for each in both}
    try:
        yield stop, came
    finally:
        for each in both:
            signal.signal(each, before[each])


def _process(
    store: Store, place: "Port", how: Reached, served: "Served | None", stale_after_s: float
) -> "WardProcess":
    from .accounts.access import Accounts
    from .running import WardProcess
    from .ward import WardSettings
    from .web.server import url_of
    from .web.settings import WebSettings

    return WardProcess(
        store,
        place,
        clock=utc_now_s,
        accounts=Accounts(store, utc_now_s),
        web=WebSettings(
            https=how.https,
            address=url_of(place.first, https=True, name=how.name) if how.certificates else "",
            ca_file=None if served is None else served.ca_file,
        ),
        ward=WardSettings(stale_after_s=stale_after_s),
        certificates=how.certificates,
    )


def _add_collector(
    process: "WardProcess",
    store: Store,
    keys: Path | None,
    every_s: float,
    *,
    trust_clock: bool,
    plain: bool,
) -> None:
    from .cli_band_reach import key_ring
    from .cli_collect import check_keys
    from .collect.ble import BleAdapter
    from .collect.known import KnownBands
    from .collect.status import WardStatus
    from .collect_screen import CollectScreen
    from .running.collecting import Collecting, Reports
    from .system import Parts

    ring = key_ring(keys)
    screen = CollectScreen(WardStatus(store, utc_now_s), utc_now_s, live=False, plain=plain)
    reports = Reports()

    def make(parts: Parts) -> Collecting:
        # Asked at each start: keys may come while it runs, and no key is no reason for no pages.
        check_keys(ring)
        return reports.of(
            Collecting(
                store,
                BleAdapter,
                KnownBands(ring.keys),
                every_s,
                parts,
                clock=utc_now_s,
                on_round=screen.tell,
                trust_clock=trust_clock,
            )
        )

    process.add_collector(make, reports.newest)


def _tell(process: "WardProcess", place: "Port", how: Reached, served: "Served | None") -> None:
    from .web.server import url_of

    url = url_of(place.first, https=how.certificates is not None, name=how.name)
    print_note(f"the ward is at {url} (Ctrl-C ends it)")
    if served is not None and served.ca_file is not None:
        print_note(
            f"tablets trust it once they have {url}/ca.crt, whose SHA-256 is"
            f" {served.ca_fingerprint}"
        )
    code = process.accounts.set_up_code
    if code is not None:
        print_note(f"nobody may sign in yet: open {url}/set-up and enter the code {code}")
