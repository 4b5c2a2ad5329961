"""The command `pouch serve`: the page on a store."""

import ipaddress
import logging
import threading
from typing import Annotated

import typer

from .cli_console import StorePath, print_note, utc_now_s
from .store import Store
from .web.cards import STALE_AFTER_S

_PORT_MAX = 65535


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
    ] = STALE_AFTER_S,
) -> None:
    """Show the board of a store as a page, until Ctrl-C."""
    # Imported here: the other commands do not wait for the web framework.
    from .web.app import create_app
    from .web.server import bind, serve_until, url_of

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    with Store.open(store, create=False) as opened, bind(host, port) as listener:
        app = create_app(opened, clock=utc_now_s, stale_after_s=stale_after)
        print_note(f"the board is at {url_of(listener)} (Ctrl-C ends it)")
        if not _is_loopback(host):
            print_note("note: anyone on this network can read the page; it asks for no password")
        serve_until(app, listener, threading.Event())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
