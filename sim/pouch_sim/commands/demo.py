"""The command `pouch demo`: a small ward without hardware, its past days and its page."""

import os
import signal
import sys
import tempfile
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pouch_host.cli_console import print_note
from pouch_host.cli_store import show_days
from pouch_host.errors import HostError
from pouch_host.store import Store
from pouch_host.zones import named_zone

from . import demo_staff
from .console import DEFAULT_SEED, Seed, progress_bar, reporting_errors
from .demo_ward import LIVE_INTERVAL_S, DemoPlan, DemoWard, LiveWard

if TYPE_CHECKING:
    from pouch_host.running import Port, WardProcess

_BANDS_MAX = 60
_DAYS_MAX = 365
_PORT_MAX = 65535
_POLL_S = 0.1
_EXIT_TERMINATED = 128 + signal.SIGTERM
# Two live pulls may be missed before the board calls a baby's data stale.
_STALE_AFTER_S = 3 * LIVE_INTERVAL_S

app = typer.Typer(add_completion=False)


class PullsFailed(HostError):
    """Some pulls of the simulated past failed. What was printed is what arrived."""


@app.command()
def demo(
    days: Annotated[int, typer.Option(min=0, max=_DAYS_MAX, help="Whole past days to fill.")] = 3,
    bands: Annotated[int, typer.Option(min=1, max=_BANDS_MAX, help="Babies, a band each.")] = 4,
    seed: Seed = DEFAULT_SEED,
    leave: Annotated[
        bool, typer.Option("--exit", help="No page: fill, print the daily hours, exit.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --exit: print JSON for machines.")
    ] = False,
    speed: Annotated[
        float, typer.Option(min=0.1, max=3600, help="How fast the ward goes on, times real time.")
    ] = 1.0,
    host: Annotated[str, typer.Option(help="Address to show the page on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=_PORT_MAX, help="Port of the page.")] = 8000,
    tz: Annotated[
        str, typer.Option(metavar="ZONE", help="IANA zone of the ward.")
    ] = "Asia/Karachi",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the store here; else it is dropped.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Show a simulated ward: real firmware in MicroPython, virtual radio, collector, page.

    The bands live through some past days quickly, pulled every hour over simulated Bluetooth;
    then the page opens and the ward goes on live until Ctrl-C. Nothing here is a real baby.
    """
    if as_json and not leave:
        raise typer.BadParameter("only together with --exit", param_hint="--json")
    if leave and not days:
        raise typer.BadParameter("at least 1 together with --exit", param_hint="--days")
    # So that a service manager's stop cleans up as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_EXIT_TERMINATED))
    now_s = time.time()
    plan = DemoPlan(bands, days, seed, named_zone(tz), now_s)
    with reporting_errors():
        if leave:
            _show_table(plan, out, as_json=as_json)
        else:
            _show_page(plan, out, host, port, speed, browser=browser)


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="pouch-demo-") as name:
        yield Path(name)


def _show_table(plan: DemoPlan, out: Path | None, *, as_json: bool) -> None:
    # Whole days only: the same seed prints the same table all day.
    end_s = plan.midnight_utc_s
    whole = DemoPlan(plan.band_count, plan.days, plan.seed, plan.zone, end_s)
    with _folder(out) as folder:
        ward = DemoWard(whole, folder)
        with progress_bar(_title(plan)) as on_progress:
            ward.fill(on_progress)
        with Store.open(ward.store_path) as store:
            show_days(store, end_s, as_json=as_json)
    if ward.failures:
        raise PullsFailed(f"{len(ward.failures)} pulls failed, the last: {ward.failures[-1]}")


def _show_page(
    plan: DemoPlan, out: Path | None, host: str, port: int, speed: float, *, browser: bool
) -> None:
    # Imported here: `--exit` does not wait for the web framework.
    from pouch_host.cli_serve import run_process
    from pouch_host.running import Port
    from pouch_host.web.addresses import is_loopback
    from pouch_host.web.server import url_of

    # The port first: a second demonstration is told at once, not after its past is filled.
    place = Port(host, port)
    came = None
    with closing(place), _folder(out) as folder:
        ward = LiveWard(plan, folder, time.time)
        ward.start(speed)
        try:
            _wait_filled(ward, _title(plan))
            with Store.open(ward.store_path) as store:
                process, members = _process(store, place, ward, speed)
                url = url_of(place.first)

                def tell() -> None:
                    print_note(f"the ward is at {url} (Ctrl-C ends it); sign in as")
                    for line in demo_staff.lines(members):
                        print_note(line)
                    if not is_loopback(host):
                        print_note("note: anyone on this network can read along; nobody is real")

                opened = Once(lambda: webbrowser.open(url))

                def goes_on() -> bool:
                    if browser and _has_screen() and process.is_serving():
                        opened()
                    return not ward.stopped.is_set()

                came = run_process(process, tell, goes_on)
        finally:
            ward.stop()
        ward.raise_failure()
    if came is signal.SIGTERM:
        sys.exit(_EXIT_TERMINATED)


def _process(
    store: Store, place: "Port", ward: LiveWard, speed: float
) -> "tuple[WardProcess, list[demo_staff.Member]]":
    from pouch_host.accounts.access import Accounts
    from pouch_host.running import WardProcess
    from pouch_host.ward import WardSettings
    from pouch_host.web.settings import WebSettings

    # People act in real time, however fast the ward goes on: a session must not end in seconds.
    accounts = Accounts(store, time.time)
    members = demo_staff.hire(accounts)
    process = WardProcess(
        store,
        place,
        clock=ward.now_utc_s,
        accounts=accounts,
        web=WebSettings(speed_label=f"{speed:g}"),
        ward=WardSettings(stale_after_s=_STALE_AFTER_S),
    )
    return process, members


def _title(plan: DemoPlan) -> str:
    return f"{plan.band_count} bands, past days: {plan.days}"


def _wait_filled(ward: LiveWard, title: str) -> None:
    with progress_bar(title) as on_progress:
        while not ward.filled.wait(_POLL_S):
            on_progress(ward.progress)
        on_progress(ward.progress)
    ward.raise_failure()


def _has_screen() -> bool:
    """Whether a browser could show anything: else a text browser would take the terminal."""
    shown = any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return sys.platform == "darwin" or shown


class Once:
    """Does something at its first call, and nothing at the next ones."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action = action
        self._done = False

    def __call__(self) -> None:
        """Do it, the first time."""
        if not self._done:
            self._done = True
            self._action()
