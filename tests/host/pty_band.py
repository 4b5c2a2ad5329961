"""A band at the far end of a pseudo-terminal, for programs that open real serial ports."""

import os
import select
import threading
import tty

from pouch_protocol import cable
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession


class PtyBand:
    """Serves the far end of a pseudo-terminal in a thread, until it is closed.

    Attributes:
        port: name of the near end.
        source: what the band knows; see BandSession.
        greeted: set when a host has been greeted.
        parted: set when a host has said farewell.
        heard: every byte that has come.
        said: every byte that has gone.
    """

    def __init__(self, source, on_parted=lambda: None):
        self.source = source
        self._on_parted = on_parted
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.port = os.ttyname(self._near)
        self._end, self._ender = os.pipe()
        self.greeted = threading.Event()
        self.parted = threading.Event()
        self.heard = b""
        self.said = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self):
        os.close(self._ender)
        self._thread.join()
        for end in (self._far, self._near, self._end):
            os.close(end)

    def _say(self, data):
        self.said += data
        os.write(self._far, data)

    def _serve(self):
        session, unwrapper = None, cable.Unwrapper()
        while True:
            ready, _, _ = select.select([self._far, self._end], [], [])
            if self._end in ready:
                return
            data = os.read(self._far, 4096)
            self.heard += data
            for channel, content in unwrapper.feed(data):
                if content == cable.GREETING and channel is None:
                    session = BandSession(self.source, local=True)
                    # Whatever a band prints runs on the same line.
                    self._say(b"printed\r\n" + cable.wrap_text(cable.GREETING))
                    self.greeted.set()
                elif content == cable.FAREWELL and channel is None:
                    self._on_parted()
                    self.parted.set()
                elif channel == c.CHANNEL_CONTROL:
                    session.receive(content)
                    while (item := session.next_frame(cable.FRAME_BYTES_MAX)) is not None:
                        self._say(cable.wrap(*item))
