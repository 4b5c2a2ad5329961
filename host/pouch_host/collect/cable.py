"""A band at the end of a serial line: the frames of its connection among whatever it prints."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from pouch_protocol import cable
from pouch_protocol import constants as c

from .link import LinkError, LinkFailure

# A band sleeps for up to 30 s at a time and does not see the cable meanwhile.
GREET_TIMEOUT_S = 40.0
_GREET_AGAIN_S = 0.5


class BytePort(Protocol):
    """A serial line."""

    async def write(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            OSError: the port is gone.
        """
        ...

    async def read(self) -> bytes:
        """Wait for bytes and return those that have come.

        Raises:
            OSError: the port is gone.
        """
        ...


class CableLink:
    """A connection over a serial line; see BandLink."""

    def __init__(self, port: BytePort, name: str) -> None:
        """Take an open port.

        Args:
            port: the line.
            name: of the port, for messages.
        """
        self._port = port
        self._name = name
        self._unwrapper = cable.Unwrapper()
        self._frames: deque[tuple[int, bytes]] = deque()

    @property
    def frame_bytes_max(self) -> int:
        """Bytes that one frame to the band may have."""
        return cable.FRAME_BYTES_MAX

    async def greet(self, timeout_s: float, on_wait: Callable[[], None]) -> None:
        """Turn the band's prompt into a line for frames.

        Args:
            timeout_s: how long to try.
            on_wait: called once if the band does not answer at once.

        Raises:
            LinkError: nothing that speaks our protocol is there.
        """
        loop = asyncio.get_running_loop()
        end_s = loop.time() + timeout_s
        attempts = 0
        while loop.time() < end_s:
            await self._write(cable.wrap_text(cable.GREETING))
            with suppress(TimeoutError):
                async with asyncio.timeout(_GREET_AGAIN_S):
                    await self._until_greeted()
                    return
            attempts += 1
            if attempts == 2:  # noqa: PLR2004 - a second of silence
                on_wait()
        raise LinkError(
            LinkFailure.SILENT,
            f"{self._name}: no band answers: is it a Pouch band, running and not at its prompt?",
        )

    async def send(self, frame: bytes) -> None:
        """Write a frame to the control channel; see BandLink."""
        await self._write(cable.wrap(c.CHANNEL_CONTROL, frame))

    async def receive(self, timeout_s: float) -> tuple[int, bytes]:
        """Wait for a frame; see BandLink."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self._frames:
                    await self._take()
        except TimeoutError as error:
            message = f"{self._name}: nothing came for {timeout_s:g} s"
            raise LinkError(LinkFailure.SILENT, message) from error
        return self._frames.popleft()

    async def part(self) -> None:
        """Give the prompt back; harmless when the port is gone."""
        with suppress(LinkError):
            await self._write(cable.wrap_text(cable.FAREWELL))

    async def _until_greeted(self) -> None:
        while cable.GREETING not in await self._take():
            pass

    async def _take(self) -> list[bytes]:
        """Wait for bytes; queue their frames and return their texts."""
        try:
            data = await self._port.read()
        except OSError as error:
            raise LinkError(LinkFailure.LOST, f"{self._name}: {error}") from error
        texts = []
        for channel, content in self._unwrapper.feed(data):
            if channel is None:
                texts.append(content)
            else:
                self._frames.append((channel, content))
        return texts

    async def _write(self, data: bytes) -> None:
        try:
            await self._port.write(data)
        except OSError as error:
            raise LinkError(LinkFailure.LOST, f"{self._name}: {error}") from error


@asynccontextmanager
async def greeted(
    port: BytePort,
    name: str,
    *,
    timeout_s: float = GREET_TIMEOUT_S,
    on_wait: Callable[[], None] = lambda: None,
) -> AsyncIterator[CableLink]:
    """Hold a conversation on an open port for the length of a `with` block.

    Args:
        port: the line.
        name: of the port, for messages.
        timeout_s: how long to wait for the band to answer.
        on_wait: called once if it does not answer at once.

    Raises:
        LinkError: no band answers, or the line broke.
    """
    link = CableLink(port, name)
    try:
        # A band that has just answered has to be told, too, when this is given up.
        await link.greet(timeout_s, on_wait)
        yield link
    finally:
        await link.part()
