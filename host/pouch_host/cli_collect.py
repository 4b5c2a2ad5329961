"""The command `pouch collect`: pull real bands into a store."""

import asyncio
import ipaddress
import signal
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from .band_keys import KeyRing
from .cli_band_reach import key_ring
from .cli_console import StorePath, utc_now_s
from .cli_log import LogLevel, log_lines
from .collect.clocks import ClockJudge
from .collect.collector import Collector, Round
from .collect.known import KnownBands
from .collect.link import BandAdapter, LinkError
from .collect.status import WardStatus
from .collect_screen import CollectScreen
from .errors import BandError, HostError, InputError
from .stopping import Stopped, until_signalled
from .store import Store

EVERY_S = 300.0
EVERY_S_MIN = 10.0
_PORT_MAX = 65535
_HOST = "127.0.0.1"

_LISTENING = (
    "listening for one to four minutes: a band is on the air once a minute,"
    " and at once after two short presses of its button"
)
_STOPPING = "stopping: what has arrived is being stored; a second signal ends at once"

MetricsOption = Annotated[
    str | None,
    typer.Option(
        "--metrics",
        metavar="[HOST:]PORT",
        help="Serve figures for Prometheus there, on this computer only unless HOST is given.",
    ),
]
LogOption = Annotated[
    LogLevel | None,
    typer.Option(
        "--log-level",
        help="Write a log with times instead of plain lines, from this level on.",
    ),
]


class RoundFailed(HostError):
    """A single round did not read every band, or found none. Mend the cause and run again."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(collect)


def collect(
    store: StorePath,
    every: Annotated[
        float, typer.Option(min=EVERY_S_MIN, help="Seconds from pull to pull of a band.")
    ] = EVERY_S,
    once: Annotated[
        bool, typer.Option("--once", help="Each band once; exit when no other is heard.")
    ] = False,
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The bands' keys, if not this computer's own folder."),
    ] = None,
    trust_clock: Annotated[
        bool,
        typer.Option(
            "--trust-clock",
            help="Tell bands this computer's time even if bands or the store contradict it.",
        ),
    ] = False,
    metrics: MetricsOption = None,
    log_level: LogOption = None,
) -> None:
    """Find the bands in reach by Bluetooth and bring their records into a store.

    A band is on the air for a second in a minute; two short presses of its button call at once.
    What has arrived is stored; a band keeps its copy.

    Goes on until Ctrl-C or SIGTERM, which end the pull that runs in order; a second one ends at
    once. A band that fails is tried again after pauses that grow to a quarter of an hour, and
    holds up no other.

    A Bluetooth adapter that is stuck is reset, on Linux, if the package bluetooth-auto-recovery is
    installed and the program has the capabilities NET_ADMIN and NET_RAW.
    """
    metrics_at = None if metrics is None else parse_metrics(metrics)
    # Imported here: the other commands do not wait for Bluetooth.
    from .collect.ble import BleAdapter

    ring = key_ring(keys)
    check_keys(ring)
    with Store.open(store) as opened:
        collect_into(
            opened,
            BleAdapter(),
            KnownBands(ring.keys),
            None if once else every,
            trust_clock=trust_clock,
            metrics_at=metrics_at,
            log_level=log_level,
        )


def collect_into(
    store: Store,
    adapter: BandAdapter,
    known: KnownBands,
    every_s: float | None,
    run: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run,
    *,
    trust_clock: bool = False,
    metrics_at: tuple[str, int] | None = None,
    log_level: LogLevel | None = None,
) -> None:
    """Pull each band once, or all of them until interrupted, and tell of each at once on stderr.

    Args:
        store: where records go.
        adapter: finds the bands.
        known: the bands whose keys are here; others are left alone.
        every_s: seconds from pull to pull of a band; None for one round only.
        run: runs it to its end, on a loop of its own.
        trust_clock: whether a person vouches for this computer's clock.
        metrics_at: host and port to serve metrics on, or None.
        log_level: of the log, or None for plain lines.

    Raises:
        BandError: the adapter does not work.
        RoundFailed: the one round did not read every band, or found none; the line names them.
        MetricsError: the port for metrics cannot be had.
        KeyboardInterrupt: Ctrl-C has ended it, in order. SIGTERM is an end like any other.
    """
    status = WardStatus(store, utc_now_s)
    judge = ClockJudge(store.newest_contact_utc_s(), trusted=trust_clock)
    collector = Collector(
        adapter, store, utc_now_s, known, judge, name_of=known.name_of, status=status
    )
    screen = CollectScreen(status, utc_now_s, live=every_s is not None, plain=log_level is None)
    with ExitStack() as stack:
        if metrics_at is not None:
            from .collect.metrics import serving

            screen.note(f"metrics are at {stack.enter_context(serving(status, *metrics_at))}")
            if not _is_loopback(metrics_at[0]):
                screen.note("note: anyone on this network can read them; they ask for no password")
        stack.enter_context(screen)
        stack.enter_context(log_lines(log_level or LogLevel.ERROR, store.zone, screen.note))
        try:
            if every_s is not None:
                run(_in_order(collector.run(every_s, screen.tell), screen))
                return
            screen.note(_LISTENING)
            outcome: Round = run(_in_order(collector.round(screen.tell_pull), screen))
        except Stopped as stopped:
            if stopped.signal_no is signal.SIGINT:
                raise KeyboardInterrupt from None
            if every_s is None:
                raise RoundFailed("stopped before every band was read") from None
            return
        except LinkError as error:
            raise BandError(str(error)) from error
        screen.tell_failures(outcome)
    if outcome.failures or not outcome.pulls:
        nobody = "no band of ours in reach" if outcome.notes else "no band in reach"
        raise RoundFailed("; ".join(outcome.failures) or f"{nobody}: is one switched on?")


def check_keys(ring: KeyRing) -> None:
    """See that there is the key of a band.

    Raises:
        InputError: there is none; the line says how one is had.
    """
    if not ring.keys():
        raise InputError(
            f"no key of any band in {ring.place}: 'pouch provision' gives a band its key, 'pouch"
            " keys add' takes one from its label"
        )


def parse_metrics(text: str) -> tuple[str, int]:
    """Return host and port of `--metrics`: "9200", "0.0.0.0:9200" or "[::]:9200".

    Raises:
        typer.BadParameter: it is neither a port nor an address and a port.
    """
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdecimal() or int(port) > _PORT_MAX:
        raise typer.BadParameter(
            f"{text!r} is not a port such as 9200, nor an address and port such as 0.0.0.0:9200",
            param_hint="--metrics",
        )
    return host.strip("[]") or _HOST, int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_order(work: Coroutine[Any, Any, Any], screen: CollectScreen) -> Coroutine[Any, Any, Any]:
    return until_signalled(work, lambda: screen.note(_STOPPING))
