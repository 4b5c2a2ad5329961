"""A band with a key at the end of a list, and a radio in between that cuts, loses and spoils.

    HostSession -- send() ----> way up ----> BandSession
        ^                                        |
        +----- receive() <-- way down <----------+

Time is the loop's: run it with `in_simulated_time`.
"""

import asyncio
import random
import shutil
import tempfile
from collections import deque
from pathlib import Path

from pouch_host.collect.anchors import AnchorPlan
from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.exchange import Exchange
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.pull import pull
from pouch_host.collect.suite import HostSuite
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import messages, records
from pouch_protocol.band import BandSession
from tests.host.collect.fake_band import LOG_ID, NOW_UTC_S
from tests.protocol.plain import BAND_ID, KEY, ListSource

LABEL = c.band_label(BAND_ID)
KNOWN = KnownBands.of({LABEL: [KEY]})

# A frame takes a connection interval at most. The band says that much ahead of the host's radio.
_FRAME_S = 0.0075
_AHEAD_FRAMES = 6


class SealedSource(ListSource):
    """A band that draws its nonces from a seed and keeps what it is told.

    Attributes:
        sent_ranges: first and last number of each RECORDS message that a NotingSession made.
    """

    suite = HostSuite()

    def __init__(self, held, boots=1, seed=0):
        super().__init__(held, boots=boots)
        self._random = random.Random(seed)
        self.sent_ranges = []

    def nonce(self):
        return self._random.randbytes(16)

    def set_time(self, fields):
        anchor = dict(fields) | {"flags": 0, "uptime_cs": 123_500}
        number = len(self.records)
        self.records.append(records.encode(c.KIND_ANCHOR, anchor, LOG_ID, number))
        self.times.append(fields)
        return 123_500, number


class NotingSession(BandSession):
    """Notes which records it sends: it reads more, to see whether they fit what it has."""

    def __init__(self, source):
        super().__init__(source)
        self._sent_ranges = source.sent_ranges

    def _next_message(self, frame_bytes_max):
        loaded = super()._next_message(frame_bytes_max)
        if loaded is not None and loaded[0] == c.CHANNEL_STREAM:
            message = messages.decode(loaded[1])
            first = message.fields["first_record_no"]
            count = len(message.payload) // c.RECORD_BYTES
            self._sent_ranges.append((first, first + count - 1))
        return loaded


class CleanWay:
    """One direction that carries every frame as it is."""

    def carry(self, item):
        """Return what arrives now."""
        return [item]

    def rest(self):
        """Return what was held back; asked when nothing else is under way."""
        return []


class SealedLink:
    """One connection to a band.

    Args:
        source: what the band knows.
        frame_bytes_max: of one notification or write, the MTU less 3.
        cut_after: the connection ends when so many frames have crossed, both ways together.
        up: what frames to the band go through, see CleanWay.
        down: what frames to the host go through.
        session: makes the band's end, given the source.

    Attributes:
        sent: frames that have crossed, both ways together.
    """

    def __init__(
        self,
        source,
        frame_bytes_max=244,
        cut_after=None,
        up=None,
        down=None,
        session=NotingSession,
    ):
        self._band = session(source)
        self.frame_bytes_max = frame_bytes_max
        self._cut_after = cut_after
        self._up = up or CleanWay()
        self._down = down or CleanWay()
        self._under_way = deque()
        self._ended = False
        self.sent = 0

    async def send(self, frame):
        self._count()
        for arriving in self._up.carry(frame):
            self._band.receive(arriving)

    async def receive(self, timeout_s):
        loop = asyncio.get_running_loop()
        end_s = loop.time() + timeout_s
        while not self._under_way:
            if not self._fill():
                await asyncio.sleep(max(0.0, end_s - loop.time()))
                raise LinkError(LinkFailure.SILENT, f"nothing came for {timeout_s:g} s")
            await asyncio.sleep(_FRAME_S)
        return self._under_way.popleft()

    def _fill(self):
        """Let the band speak; tell whether anything moved."""
        if self._ended:
            raise LinkError(LinkFailure.LOST, "the connection ended")
        moved = False
        for _ in range(_AHEAD_FRAMES):
            item = self._band.next_frame(self.frame_bytes_max)
            if item is None:
                break
            if self.sent == self._cut_after and self._under_way:
                # What crossed before the cut still arrives.
                self._ended = True
                return True
            self._count()
            moved = True
            self._under_way.extend(self._down.carry(item))
        if not moved:
            for frame in self._up.rest():
                moved = True
                self._band.receive(frame)
            late = self._down.rest()
            self._under_way.extend(late)
            moved |= bool(late)
        return moved

    def _count(self):
        if self.sent == self._cut_after:
            self._ended = True
        if self._ended:
            raise LinkError(LinkFailure.LOST, "the connection ended")
        self.sent += 1


class Ward:
    """A store in a file of its own and what a collector keeps between two pulls.

    Args:
        folder: where the file is or is to be; None for one that is removed at the end.
        fresh: whether the store makes its own tables if there is no file.
    """

    # Made once: tables are made by migrations, which take a hundred times as long as a copy.
    _template = None

    def __init__(self, folder=None, *, fresh=False):
        self._own = folder is None
        self._folder = folder or Path(tempfile.mkdtemp(prefix="pouch-", dir=memory_folder()))
        self.path = self._folder / "ward.db"
        if not fresh and not self.path.exists():
            shutil.copyfile(self.template(), self.path)
        self.store = Store.open(self.path)
        self.anchors = AnchorPlan()
        self.judge = ClockJudge()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.store.close()
        if self._own:
            shutil.rmtree(self._folder)

    @classmethod
    def template(cls):
        """Return the file of a store without anything in it."""
        if cls._template is None:
            cls._template = Path(tempfile.mkdtemp(prefix="pouch-")) / "template.db"
            Store.open(cls._template).close()
        return cls._template

    async def pull(self, link, draw=None):
        """Pull once over a fresh connection."""
        loop = asyncio.get_running_loop()

        def clock():
            return NOW_UTC_S + loop.time()

        exchange = Exchange(link, clock, KNOWN, **({"draw": draw} if draw else {}))
        return await pull(exchange, self.store, clock, self.anchors, self.judge)

    def held(self):
        """Return what the store holds of the band, by number; fails if it holds a record twice."""
        found = {}
        for segment in self.store.segments(BAND_ID):
            for index in range(segment.record_count):
                number = segment.first_record_no + index
                assert number not in found, f"record {number} is stored twice"
                found[number] = segment.data[index * 20 : index * 20 + 20]
        return found


def memory_folder():
    """Return a folder in memory if this machine has one: no test here looks at power cuts."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() else None
