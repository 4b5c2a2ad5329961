"""Ways to one band: the port it is plugged into, or the air around it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from .cable import BytePort, greeted
from .commands import BandCommands
from .exchange import NO_KEY_HERE, Exchange
from .known import KnownBands
from .link import BandAdapter, BandLink, FoundBand, LinkError, LinkFailure

# Between two attempts to open a port that went away with a band that starts again.
_OPEN_AGAIN_S = 0.5


@dataclass(frozen=True)
class Conversation:
    """One connection to the band that was asked for.

    Attributes:
        link: the connection.
        commands: what can be asked of the band; it has said who it is.
    """

    link: BandLink
    commands: BandCommands


class Reach(Protocol):
    """A way to one band, for as many connections as it takes.

    Attributes:
        local: whether it is a cable.
        where: what the band is called here: its label once it has said it, its port before.
        board: name of the band's board, if that is known before it is asked.
    """

    local: bool
    where: str
    board: str | None

    def connect(self, patience_s: float = 0.0) -> AbstractAsyncContextManager[Conversation]:
        """Connect for the length of a `with` block.

        Args:
            patience_s: how long it may be away at first, as a band that starts again is.

        Raises:
            LinkError: the band could not be reached, or the connection broke.
        """
        ...


class CableReach:
    """The band at the end of a cable; see Reach."""

    local = True

    def __init__(
        self,
        port: str,
        open_port: Callable[[str], AbstractAsyncContextManager[BytePort]],
        clock: Callable[[], float],
        known: KnownBands,
        on_wait: Callable[[str], None],
        board: str | None = None,
    ) -> None:
        """Name the port; nothing is opened.

        Args:
            port: such as /dev/ttyACM0.
            open_port: opens one by name.
            clock: returns the Unix time in seconds.
            known: the bands whose keys this host has.
            on_wait: told what to do if the band does not answer at once, the first time.
            board: name of the board, if the port tells.
        """
        self.where = port
        self.board = board
        self._port = port
        self._open_port = open_port
        self._clock = clock
        self._known = known
        self._on_wait = on_wait

    @asynccontextmanager
    async def connect(self, patience_s: float = 0.0) -> AsyncIterator[Conversation]:
        """Open the port, greet the band and ask who it is; see Reach."""
        async with AsyncExitStack() as stack:
            port = await self._open(stack, patience_s)
            link = await stack.enter_async_context(
                greeted(port, self._port, on_wait=self._tell_to_wait)
            )
            exchange = Exchange(link, self._clock, self._known, local=True)
            conversation = await _begin(link, exchange)
            self.where = f"band {conversation.commands.label}"
            yield conversation

    async def _open(self, stack: AsyncExitStack, patience_s: float) -> BytePort:
        loop = asyncio.get_running_loop()
        end_s = loop.time() + patience_s
        while True:
            try:
                return await stack.enter_async_context(self._open_port(self._port))
            except LinkError:
                if loop.time() >= end_s:
                    raise
            await asyncio.sleep(_OPEN_AGAIN_S)

    def _tell_to_wait(self) -> None:
        # A band that has answered before does not sleep on a cable: it is starting again.
        if self.where == self._port:
            self._on_wait(f"{self._port}: no answer yet: press the band's button once to wake it")


class RadioReach:
    """A band on the air; see Reach.

    Its label is not on the air, and its address is another one in each of its windows. Who has its
    key knows it by what it advertises; all others are left alone.
    """

    local = False
    board: str | None = None

    def __init__(
        self,
        adapter: BandAdapter,
        wanted: str,
        clock: Callable[[], float],
        known: KnownBands,
        on_wait: Callable[[str], None],
        wait_s: float,
    ) -> None:
        """Name the band; nothing is sent.

        Args:
            adapter: the radio.
            wanted: its label.
            clock: returns the Unix time in seconds.
            known: the bands whose keys this host has.
            on_wait: told what to do meanwhile, the first time.
            wait_s: how long to listen for it.
        """
        self._wanted = wanted.upper()
        self.where = f"band {self._wanted}"
        self._adapter = adapter
        self._clock = clock
        self._known = known
        self._on_wait = on_wait
        self._wait_s = wait_s
        self._told = False
        self._others: set[str] = set()

    @asynccontextmanager
    async def connect(self, patience_s: float = 0.0) -> AsyncIterator[Conversation]:
        """Listen for the band and connect to it; see Reach."""
        if not self._known.may_have(self._wanted):
            raise LinkError(LinkFailure.NO_KEY, NO_KEY_HERE)
        async with AsyncExitStack() as stack:
            yield await self._find(stack, self._wait_s + patience_s)

    async def _find(self, stack: AsyncExitStack, wait_s: float) -> Conversation:
        loop = asyncio.get_running_loop()
        end_s = loop.time() + wait_s
        failure = ""
        if not self._told:
            self._told = True
            self._on_wait(
                f"listening for {self.where}: two short presses of its button put it on the"
                " air at once"
            )
        while (left_s := end_s - loop.time()) > 0:
            found = await self._adapter.hear(self._may_be, left_s)
            if found is None:
                break
            try:
                return await self._ask(found, stack)
            except LinkError as error:
                if not self._known.may_have(self._wanted):
                    # The key that bore no label is another's: there is nothing to wait for.
                    raise
                failure = f"; {error}"
        heard = ", ".join(sorted(self._others))
        others = f" (heard: {heard})" if heard else ""
        raise LinkError(
            LinkFailure.NOT_REACHED,
            f"not heard for {wait_s:g} s: bring it into reach and press its button twice"
            f"{others}{failure}",
        )

    def _may_be(self, found: FoundBand) -> bool:
        """Tell whether this can be the one: by its token, or by a key that bears no label."""
        label = self._known.label_of(found.token)
        if label in (self._wanted, ""):
            return True
        if label is not None:
            self._others.add(label)
        return False

    async def _ask(self, found: FoundBand, stack: AsyncExitStack) -> Conversation:
        """Connect and ask who it is; stay connected if it is the band that is wanted."""
        attempt = AsyncExitStack()
        async with attempt:
            link = await attempt.enter_async_context(self._adapter.connect(found))
            conversation = await _begin(link, Exchange(link, self._clock, self._known))
            label = conversation.commands.label
            if label != self._wanted:
                raise LinkError(LinkFailure.REFUSED, f"the key that was given is of {label}")
            stack.push_async_exit(attempt.pop_all())
        return conversation


async def _begin(link: BandLink, exchange: Exchange) -> Conversation:
    await exchange.greet()
    return Conversation(link, BandCommands(exchange))
