"""Runs one procedure at a time over a link: the protocol's HostSession with time-outs."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from pouch_protocol import auth
from pouch_protocol import constants as c
from pouch_protocol.errors import NotAuthentic
from pouch_protocol.host import HostSession, Records, Refused, Replied, Reported

from .known import KnownBands, KnownKey
from .link import BandLink, LinkError, LinkFailure
from .refusals import sentence

# Three connection intervals of the slowest plan, one indication's confirmation, one flash flush
# with an erase: well under two seconds. Ten leave room for a radio in trouble.
SILENCE_TIMEOUT_S = 10.0
# A clock that is set after a longer round trip is set to within a second at best: rather not.
ROUND_TRIP_MS_MAX = 2000
# What is said of a band that there is no way to talk to without its key.
NO_KEY_HERE = (
    "this computer has no key for this band: 'pouch keys add' takes one from its label,"
    " 'pouch provision' gives it one over USB"
)
# A piece that nobody asked for is passed over; who goes on so is broken, and never ends.
_STRAY_RECORDS_MAX = 1_000
# A frame that was damaged on the way is asked for again this often.
_ATTEMPTS = 3


class Refusal(LinkError):
    """The band understood a request and will not do it; its text is a sentence for a person.

    Attributes:
        request: opcode of what was asked.
        code: one of the protocol's CODE constants.
    """

    def __init__(self, request: int, code: int) -> None:
        super().__init__(LinkFailure.REFUSED, sentence(request, code))
        self.request = request
        self.code = code


class Exchange:
    """A conversation with one connected band.

    Attributes:
        info: fields of the band's INFO_REPLY, once `greet` has returned.
        wire_version: of the protocol, as the band speaks it, once it has answered.
        key: the key that both have proved to have; None over the cable, where there is none.
        round_trip_ms: how long the last question took of those that show it: who the band is, and
            what it takes the time for.
    """

    def __init__(
        self,
        link: BandLink,
        clock: Callable[[], float],
        known: KnownBands,
        *,
        local: bool = False,
        draw: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Begin a new session on a fresh connection.

        Args:
            link: the open connection.
            clock: returns the Unix time in seconds.
            known: the bands whose keys this host has.
            local: whether the band is at the end of a cable, where much goes without its key.
            draw: returns so many random bytes.
        """
        self._link = link
        self._clock = clock
        self._known = known
        self._local = local
        self._draw = draw
        self._session = HostSession()
        self.info: dict[str, Any] = {}
        self.wire_version = 0
        self.key: KnownKey | None = None
        self.round_trip_ms = 0

    @property
    def damaged_count(self) -> int:
        """Frames and messages that arrived damaged."""
        return self._session.damaged_count

    @property
    def label(self) -> str:
        """The band's printed label; empty before it is known."""
        if self.info:
            return c.band_label(self.info["band_id"])
        return self.key.label or "" if self.key is not None else ""

    async def greet(self) -> dict[str, Any]:
        """Find out who the band is; with its key each proves to the other to have it.

        Returns:
            The fields of its INFO_REPLY.

        Raises:
            LinkError: NO_KEY if this host has not the band's key, NOT_AUTHENTIC if the band has
                not the one that it claims; or the connection is gone or silent.
        """
        session = self._session
        nonce = self._draw(auth.NONCE_BYTES)
        hello = await self._ask(c.OP_HELLO, lambda: session.hello(nonce))
        self.wire_version = hello["wire_version"]
        known = self.key = self._known.key_of(session)
        if known is not None:
            await self._ask(c.OP_AUTH, lambda: self._known.authenticate(session, known))
        elif not self._local:
            raise LinkError(LinkFailure.NO_KEY, NO_KEY_HERE)
        info = await self._timed(c.OP_INFO, session.info)
        label = c.band_label(info["band_id"])
        if known is not None and known.label not in (None, label):
            raise LinkError(
                LinkFailure.NOT_AUTHENTIC,
                f"says that it is {label} and has the key of {known.label}",
            )
        if known is not None:
            self._known.proved(label, known)
        self.info = info
        return info

    async def time(self) -> dict[str, int]:
        """Ask what the band takes the time for; measures the round trip on the way."""
        return await self._timed(c.OP_TIME, self._session.time)

    async def set_time(self) -> dict[str, int]:
        """Tell the band this host's time, corrected by half of the measured round trip."""

        def start() -> None:
            arrival_ms = round(self._clock() * 1000) + self.round_trip_ms // 2
            self._session.set_time(arrival_ms, self.round_trip_ms)

        return await self._ask(c.OP_SET_TIME, start)

    async def count(self) -> dict[str, int]:
        """Ask for the bounds of what the band holds."""
        return await self._ask(c.OP_COUNT, self._session.count)

    async def report(self, first: int, last: int, take: Callable[[Records], None]) -> bool:
        """Ask for a range of records and hand each piece over as it comes.

        Returns:
            Whether all that the band sent arrived. If not, some of the range is to be asked
            for again.

        Raises:
            LinkError: the connection is gone or silent, or the band sends without end.
        """
        self._session.report(first, last)
        await self._flush()
        left = last - first + 1
        deadline = self._deadline()
        while True:
            for event in await self._events(deadline):
                if isinstance(event, Records) and event.data:
                    # Whoever says a lot that holds no records is as good as silent.
                    deadline = self._deadline()
                    left -= len(event.data) // c.RECORD_BYTES
                    if left < -_STRAY_RECORDS_MAX:
                        raise LinkError(LinkFailure.REFUSED, "sends more than it was asked for")
                    take(event)
                elif isinstance(event, Reported):
                    return event.complete
                elif isinstance(event, Refused):
                    return event.code == c.CODE_NO_RECORDS

    async def ask(
        self, opcode: int, reply_opcode: int, fields: dict[str, Any], payload: bytes = b""
    ) -> dict[str, Any]:
        """Ask for anything else; return the reply's fields.

        Args:
            opcode: of the request.
            reply_opcode: what answers it; OP_RESPONSE where success is all there is to say.
            fields: of the request.
            payload: bytes after the fields.

        Raises:
            Refusal: the band will not do it.
            LinkError: the connection is gone or silent. Whether it was done is not known.
        """
        return await self._ask(
            opcode, lambda: self._session.request(opcode, reply_opcode, fields, payload)
        )

    async def _timed(self, request: int, start: Callable[[], None]) -> dict[str, Any]:
        # On the loop's clock, which nobody sets: the host's own may be stepped at any moment.
        loop = asyncio.get_running_loop()
        sent_s = loop.time()
        fields = await self._ask(request, start)
        self.round_trip_ms = round((loop.time() - sent_s) * 1000)
        return fields

    async def _ask(self, request: int, start: Callable[[], None]) -> dict[str, Any]:
        code = 0
        for _ in range(_ATTEMPTS):
            start()
            await self._flush()
            deadline = self._deadline()
            while self._session.waiting:
                for event in await self._events(deadline):
                    if isinstance(event, Replied):
                        return event.fields
                    if isinstance(event, Refused):
                        code = event.code
            if code != c.CODE_CORRUPT:
                break
        raise Refusal(request, code)

    @staticmethod
    def _deadline() -> float:
        """Return until when the band has to answer, on the loop's clock."""
        return asyncio.get_running_loop().time() + SILENCE_TIMEOUT_S

    async def _events(self, deadline: float) -> list[Records | Replied | Reported | Refused]:
        """Return what the next frame brought; what is no answer does not put the deadline off."""
        if asyncio.get_running_loop().time() >= deadline:
            raise LinkError(LinkFailure.SILENT, f"no answer came for {SILENCE_TIMEOUT_S:g} s")
        channel, frame = await self._link.receive(SILENCE_TIMEOUT_S)
        try:
            return self._session.receive(channel, frame)
        except NotAuthentic as error:
            raise LinkError(LinkFailure.NOT_AUTHENTIC, str(error)) from error

    async def _flush(self) -> None:
        while True:
            frame = self._session.next_frame(self._link.frame_bytes_max)
            if frame is None:
                return
            await self._link.send(frame)
