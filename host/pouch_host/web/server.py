"""Serve the page on a port that is taken before anything else starts.

The socket is bound apart from serving, so that a second start on the same port fails at once
and in one line, before a simulation or a collector has done any work.
"""

import asyncio
import errno
import logging
import socket
import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from pouch_host.errors import HostError

from .tls import Served

_log = logging.getLogger(__name__)

# What is still running once the streams have been told to end is cut off after this time.
_SHUTDOWN_GRACE_S = 3
# Uvicorn's main loop looks ten times a second; certificates end in days.
_TICKS_PER_S = 10
_RENEW_EVERY_S = 3600


class PortError(HostError):
    """The port cannot be listened on. Choose another with --port, or stop what holds it."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on host and port.

    Args:
        host: an address of this machine, for example 127.0.0.1.
        port: a TCP port, 0 for any free one.

    Raises:
        PortError: the port is taken, not permitted, or the address is not this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is in use: another Pouch? choose --port"
        elif error.errno == errno.EACCES:
            reason = f"port {port} is not permitted: choose --port above 1023"
        else:
            # Python appends the address in brackets, which this line has named already.
            cause = str(error.strerror or error).partition(" (while")[0]
            reason = f"cannot listen on {host} port {port}: {cause}"
        raise PortError(reason) from error


def url_of(listener: socket.socket, *, https: bool = False, name: str = "") -> str:
    """Return the address to type into a browser.

    Args:
        listener: the socket, from `bind`.
        https: whether it is served with a certificate.
        name: the host's name on its network; else the socket's own address is shown.
    """
    host, port = listener.getsockname()[:2]
    host = name or host
    scheme, usual = ("https", 443) if https else ("http", 80)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port == usual else f"{scheme}://{shown}:{port}"


def serve_until(
    app: FastAPI,
    listener: socket.socket,
    stop: threading.Event,
    *,
    ready: threading.Event | None = None,
    on_alive: Callable[[], None] = lambda: None,
    certificates: Callable[[], Served] | None = None,
    renew_every_s: float = _RENEW_EVERY_S,
) -> None:
    """Serve the page until `stop` is set, then end every open stream and close the socket.

    May run in any thread. In the main thread SIGINT and SIGTERM stop it too, and Ctrl-C is
    raised again as KeyboardInterrupt once the server is down.

    Args:
        app: the page, from `pouch_host.web.app.create_app`.
        listener: the socket, from `bind`; it is closed at the end.
        stop: set by the owner, from any thread.
        ready: if given, set once the page answers.
        on_alive: called about once a second, from when it answers, while the server's loop turns.
        certificates: returns what to show to browsers for HTTPS, asked now and again; None for
            plain HTTP.
        renew_every_s: how often.

    Raises:
        TlsError: there is no certificate to begin with.
    """
    try:
        _Server(app, stop, ready, on_alive, certificates, renew_every_s).run(sockets=[listener])
    finally:
        listener.close()


class _Server(uvicorn.Server):
    """A server that an owner's event stops and that ends the page's endless streams itself."""

    def __init__(
        self,
        app: FastAPI,
        stop: threading.Event,
        ready: threading.Event | None,
        on_alive: Callable[[], None],
        certificates: Callable[[], Served] | None,
        renew_every_s: float,
    ) -> None:
        self._app = app
        self._stop = stop
        self._ready = ready
        self._on_alive = on_alive
        self._certificates = certificates
        self._renew_ticks = max(1, round(renew_every_s * _TICKS_PER_S))
        served = None if certificates is None else certificates()
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                # Nobody needs to know which faults to look for.
                server_header=False,
                timeout_graceful_shutdown=_SHUTDOWN_GRACE_S,
                ssl_certfile=None if served is None else served.cert_file,
                ssl_keyfile=None if served is None else served.key_file,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self._ready is not None:
            self._ready.set()

    async def on_tick(self, counter: int) -> bool:
        # The main loop of uvicorn calls this ten times a second.
        if counter % _TICKS_PER_S == 0:
            self._on_alive()
        if self._stop.is_set():
            self.should_exit = True
        elif counter and counter % self._renew_ticks == 0:
            await self._renew()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A live page never ends its request by itself; uvicorn would wait for it.
        self._app.state.stopping.set()
        await super().shutdown(sockets=sockets)

    async def _renew(self) -> None:
        """Show browsers that connect from now on a newer certificate, if there is one."""
        if self._certificates is None or self.config.ssl is None:
            return
        try:
            served = await asyncio.to_thread(self._certificates)
            self.config.ssl.load_cert_chain(served.cert_file, served.key_file)
        except (HostError, OSError) as error:
            # The one that is in use goes on until its end, which the system page tells.
            _log.error("the certificate cannot be renewed: %s", error)
