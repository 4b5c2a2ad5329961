"""A band at the end of a list instead of a radio: the protocol's own BandSession on both fakes."""

import asyncio
import math
import random
from contextlib import asynccontextmanager

from pouch_host.collect.exchange import Exchange
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import FoundBand, LinkError, LinkFailure
from pouch_host.collect.suite import HostSuite
from pouch_protocol import auth, records
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.crc import CRC_BYTES, crc32
from pouch_sim.loop import VirtualLoop
from tests.protocol.plain import BAND_ID, KEY, ListSource, sample

LOG_ID = 7
LABEL = "P-0012ABCD"
# The host has the key that bands have here unless it is said, and no note of which is whose.
KNOWN = KnownBands.of({"": (KEY,)})
FRAME_BYTES = 244
NOW_UTC_S = 1_790_000_000.0


def made_records(count):
    """Return that many sample records of log LOG_ID."""
    return [
        records.encode(c.KIND_SAMPLE, sample(uptime_cs=3000 * number), LOG_ID, number)
        for number in range(count)
    ]


def key_of(band_id):
    """Return a key that is one band's own."""
    return random.Random(band_id).randbytes(auth.KEY_BYTES)


def known_of(*band_ids):
    """Return a host's knowledge of bands that have keys of their own."""
    return KnownBands.of({c.band_label(band_id): (key_of(band_id),) for band_id in band_ids})


class NamedSource(ListSource):
    """A band with an identity of its own."""

    def __init__(self, band_id, held=(), **options):
        super().__init__(list(held), **options)
        self._band_id = band_id

    def info(self):
        return super().info() | {"band_id": self._band_id}


def band(band_id, count, key=KEY, **faults):
    """Return what makes a sound connection to a band of so many records, each time it is asked."""
    return lambda: FakeLink(NamedSource(band_id, made_records(count), key=key), **faults)


class NewerSession(BandSession):
    """A band that speaks a wire version that there is not yet."""

    def next_frame(self, frame_bytes_max):
        item = super().next_frame(frame_bytes_max)
        if item is None:
            return None
        channel, frame = item
        # Head, opcode, procedure, wire version ... CRC: a HELLO_REPLY fits one frame.
        body = bytearray(frame[1:-CRC_BYTES])
        assert body[0] == c.OP_HELLO_REPLY
        body[2] = c.WIRE_VERSION + 1
        return channel, frame[:1] + bytes(body) + crc32(body).to_bytes(CRC_BYTES, "little")


class FakeLink:
    """Connects a host to a BandSession; loses frames or ends when told.

    Args:
        source: what the band knows.
        lose: told the number of each of the band's frames; a true answer loses it.
        cut_after: the connection ends when the band has sent so many frames.
        delay_s: how long each of the band's frames takes.
        session: the kind of the band's half.
    """

    frame_bytes_max = FRAME_BYTES

    def __init__(self, source, lose=None, cut_after=None, delay_s=0.0, session=BandSession):
        self._band = session(source)
        self._lose = lose or (lambda _number: False)
        self._cut_after = cut_after
        self._delay_s = delay_s
        self.sent = 0

    async def opened(self):
        """Return once the connection is made."""

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


def wall_clock():
    """Return the time of a host whose clock goes right: it and the loop's go on together."""
    return NOW_UTC_S + asyncio.get_running_loop().time()


def exchange_with(link, clock=lambda: NOW_UTC_S, known=KNOWN, **options):
    """Return a host's conversation over a link, with nonces that are the same in each run."""
    return Exchange(link, clock, known, draw=lambda count: bytes(range(count)), **options)


class FakeAdapter:
    """Bands by address; each entry makes the link of one connection, or raises.

    Each is on the air for an instant in a period, a second after the one before it in the order of
    their addresses. Whoever does not listen then has missed it.

    Args:
        links: what to connect to.
        period_s: of all bands.
        moving: whether a band has another address and another token in each of its windows, as a
            real one has.
        keys: by the addresses of `links`: the key that a band's token is made with, if it is not
            KEY; None for a band that has no key, whose token is drawn.

    Attributes:
        tries: time and address of each connection that was tried.
        heard: addresses and tokens that were heard, in order.
        open: connections that are open now.
        steps: what was done for a stuck adapter, each with its time.
        heard_s: see BandAdapter.
    """

    def __init__(self, links, period_s=60.0, *, moving=False, keys=None):
        self._links = links
        self._moving = moving
        self._keys = keys or {}
        self._period_s = period_s
        # When each is on the air next, on the loop's clock.
        self._due_s = {address: float(index) for index, address in enumerate(sorted(links))}
        self.tries = []
        self.heard = []
        self.open = 0
        self.steps = []
        self.heard_s = None

    async def heal(self, step):
        self.steps.append((asyncio.get_running_loop().time(), step))

    async def hear(self, wanted, timeout_s):
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        end_s = now_s + timeout_s
        for address, due_s in self._due_s.items():
            missed_count = max(0, math.ceil((now_s - due_s) / self._period_s))
            self._due_s[address] = due_s + missed_count * self._period_s
        while self._due_s:
            address = min(self._due_s, key=self._due_s.__getitem__)
            due_s = self._due_s[address]
            if due_s > end_s:
                break
            await asyncio.sleep(due_s - loop.time())
            self._due_s[address] += self._period_s
            self.heard_s = due_s
            band = self._on_air(address, due_s)
            self.heard.append((band.address, band.token))
            if wanted(band):
                return band
        await asyncio.sleep(end_s - loop.time())
        return None

    def _on_air(self, address, due_s):
        """Return what a band is in its window."""
        shown = f"{address}@{due_s:g}" if self._moving else address
        drawn = random.Random(shown).randbytes(auth.TOKEN_BYTES)
        key = self._keys.get(address, KEY)
        token = drawn if key is None else auth.Recognition(HostSuite(), key).token(drawn)
        return FoundBand(shown, address, token)

    @asynccontextmanager
    async def connect(self, band):
        self.tries.append((asyncio.get_running_loop().time(), band.address))
        link = self._links[band.handle]()
        self.open += 1
        try:
            await link.opened()
            yield link
        finally:
            self.open -= 1


def in_simulated_time(main):
    """Run a coroutine to its end on a clock of its own, which starts at zero and jumps."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


__all__ = [
    "BAND_ID",
    "KEY",
    "KNOWN",
    "LABEL",
    "LOG_ID",
    "NOW_UTC_S",
    "FakeAdapter",
    "FakeLink",
    "ListSource",
    "NamedSource",
    "NewerSession",
    "band",
    "exchange_with",
    "in_simulated_time",
    "key_of",
    "known_of",
    "made_records",
    "wall_clock",
]
