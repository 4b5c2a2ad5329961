"""The pages, as one part of a ward's process."""

import socket
import threading
from collections.abc import Callable

from fastapi import FastAPI

from pouch_host.system import PartName, Parts
from pouch_host.web.server import bind, serve_until
from pouch_host.web.tls import Served

# The server's loop turns ten times a second; one that is silent for so long answers nobody.
_ALIVE_WITHIN_S = 60.0


class Serving:
    """Serves the pages until it is stopped; see `Work`.

    Args:
        make_app: makes the application: one that has ended does not begin again.
        listen: returns the socket to serve on.
        parts: is told that the server's loop turns.
        certificates: returns what to show to browsers for HTTPS; None for plain HTTP.
    """

    def __init__(
        self,
        make_app: Callable[[], FastAPI],
        listen: Callable[[], socket.socket],
        parts: Parts,
        certificates: Callable[[], Served] | None = None,
    ) -> None:
        self._make_app = make_app
        self._listen = listen
        self._parts = parts
        self._certificates = certificates
        self._stop = threading.Event()

    def run(self, on_running: Callable[[], None]) -> None:
        """Serve; see `Work`."""
        answers = False

        def note_alive() -> None:
            nonlocal answers
            if not answers:
                answers = True
                on_running()
            self._parts.beat(PartName.WEB, _ALIVE_WITHIN_S)

        with self._listen() as listener:
            serve_until(
                self._make_app(),
                listener,
                self._stop,
                on_alive=note_alive,
                certificates=self._certificates,
            )

    def stop(self) -> None:
        """End every stream, then the server; see `Work`."""
        self._stop.set()


class Port:
    """A socket that is taken before anything else starts, and taken again after a fault.

    Args:
        host: an address of this machine.
        port: a TCP port, 0 for any free one; it stays the same from then on.

    Raises:
        PortError: it cannot be had.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self.first = bind(host, port)
        self._port = self.first.getsockname()[1]
        self._taken = False

    def listen(self) -> socket.socket:
        """Return the socket; another one if the first has been used."""
        if not self._taken:
            self._taken = True
            return self.first
        return bind(self._host, self._port)

    def close(self) -> None:
        """Give the socket back if nobody has used it."""
        if not self._taken:
            self.first.close()
