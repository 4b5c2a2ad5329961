"""Serve the page on a port that is taken before anything else starts.

The socket is bound apart from serving, so that a second start on the same port fails at once
and in one line, before a simulation or a collector has done any work.
"""

import errno
import socket
import threading

import uvicorn
from fastapi import FastAPI

from pouch_host.errors import HostError

# What is still running once the streams have been told to end is cut off after this time.
_SHUTDOWN_GRACE_S = 3


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


def url_of(listener: socket.socket) -> str:
    """Return the address to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve_until(
    app: FastAPI,
    listener: socket.socket,
    stop: threading.Event,
    *,
    ready: threading.Event | None = None,
) -> None:
    """Serve the page until `stop` is set, then end every open stream and close the socket.

    May run in any thread. In the main thread SIGINT and SIGTERM stop it too, and Ctrl-C is
    raised again as KeyboardInterrupt once the server is down.

    Args:
        app: the page, from `pouch_host.web.app.create_app`.
        listener: the socket, from `bind`; it is closed at the end.
        stop: set by the owner, from any thread.
        ready: if given, set once the page answers.
    """
    try:
        _Server(app, stop, ready).run(sockets=[listener])
    finally:
        listener.close()


class _Server(uvicorn.Server):
    """A server that an owner's event stops and that ends the page's endless streams itself."""

    def __init__(self, app: FastAPI, stop: threading.Event, ready: threading.Event | None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=_SHUTDOWN_GRACE_S,
            )
        )
        self._app = app
        self._stop = stop
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self._ready is not None:
            self._ready.set()

    async def on_tick(self, counter: int) -> bool:
        # The main loop of uvicorn calls this ten times a second.
        if self._stop.is_set():
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A live page never ends its request by itself; uvicorn would wait for it.
        self._app.state.stopping.set()
        await super().shutdown(sockets=sockets)
