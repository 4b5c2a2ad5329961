"""A band at the end of a list instead of a radio: the protocol's own BandSession on both fakes."""

import asyncio
from contextlib import asynccontextmanager

from pouch_host.collect.link import FoundBand, LinkError, LinkFailure
from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_protocol.band import BandSession
from tests.protocol.plain import ListSource, sample

LOG_ID = 7
BAND_ID = 0x0012ABCD
FRAME_BYTES = 244


def made_records(count):
    """Return that many sample records of log LOG_ID."""
    return [
        records.encode(c.KIND_SAMPLE, sample(uptime_cs=3000 * number), LOG_ID, number)
        for number in range(count)
    ]


class FakeLink:
    """Connects a host to a BandSession; loses frames or ends when told.

    Args:
        source: what the band knows.
        lose: told the number of each of the band's frames; a true answer loses it.
        cut_after: the connection ends when the band has sent so many frames.
        delay_s: how long each of the band's frames takes.
    """

    frame_bytes_max = FRAME_BYTES

    def __init__(self, source, lose=None, cut_after=None, delay_s=0.0):
        self._band = BandSession(source)
        self._lose = lose or (lambda _number: False)
        self._cut_after = cut_after
        self._delay_s = delay_s
        self.sent = 0

    async def send(self, frame):
        self._band.receive(frame)

    async def receive(self, timeout_s):
        while True:
            if self.sent == self._cut_after:
                raise LinkError(LinkFailure.LOST, "the connection ended")
            item = self._band.next_frame(FRAME_BYTES)
            if item is None:
                raise LinkError(LinkFailure.SILENT, f"nothing came for {timeout_s:g} s")
            self.sent += 1
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            if not self._lose(self.sent - 1):
                return item


class FakeAdapter:
    """Bands by address; each entry makes the link of one connection, or raises."""

    def __init__(self, links):
        self._links = links
        self.open = 0

    async def discover(self, duration_s):
        return [FoundBand(address, address) for address in sorted(self._links)]

    @asynccontextmanager
    async def connect(self, band):
        link = self._links[band.address]()
        self.open += 1
        try:
            yield link
        finally:
            self.open -= 1


__all__ = ["BAND_ID", "LOG_ID", "FakeAdapter", "FakeLink", "ListSource", "made_records"]
