"""A ward's pages on a free port, for as long as a test needs them."""

import threading

from pouch_host.web.app import create_app
from pouch_host.web.server import bind, serve_until, url_of
from pouch_host.web.settings import WebSettings

_PATIENCE_S = 20


class Served:
    """The web application of a running ward, in a thread of its own.

    Attributes:
        app: the application.
        settings: of its pages.
        url: where it is.
        port: of that address.
    """

    def __init__(self, watch, accounts, *, settings=None, port=0):
        """Take a port and serve.

        Args:
            watch: the ward, started.
            accounts: who may sign in.
            settings: of the pages.
            port: a port to take, to come back on the one that was there before.
        """
        self.settings = settings or WebSettings()
        listener = bind("127.0.0.1", port)
        self.url = url_of(listener)
        self.port = listener.getsockname()[1]
        self._stop = threading.Event()
        self.app = create_app(watch, accounts, settings=self.settings)
        ready = threading.Event()
        self._thread = threading.Thread(
            target=serve_until,
            args=(self.app, listener, self._stop),
            kwargs={"ready": ready},
            name="served",
        )
        self._thread.start()
        assert ready.wait(_PATIENCE_S), "the pages are not served"

    def close(self):
        """End the streams and the server."""
        self._stop.set()
        self._thread.join(_PATIENCE_S)
        assert not self._thread.is_alive(), "the server does not end"


class HandClock:
    """The ward's time, which passes only when a test says so.

    Attributes:
        utc_s: the time, in Unix seconds.
    """

    def __init__(self, utc_s):
        self.utc_s = float(utc_s)

    def __call__(self):
        return self.utc_s

    def pass_time(self, seconds):
        """Let time pass."""
        self.utc_s += seconds
