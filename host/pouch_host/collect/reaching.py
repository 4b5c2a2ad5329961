"""Ways to one band: the port it is plugged into, or the air around it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container
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
# No address begins so: those are pairs of hexadecimal digits.
_LABEL_START = "P-"


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

    Bands do not say who they are before they are asked, so for a label all that are heard are
    asked in turn until the right one is found.
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
            wanted: its label, or what this adapter calls it.
            clock: returns the Unix time in seconds.
            known: the bands whose keys this host has.
            on_wait: told what to do meanwhile, the first time.
            wait_s: how long to listen for it.
        """
        self.where = f"band {wanted}"
        self._adapter = adapter
        self._wanted = wanted.upper()
        self._clock = clock
        self._known = known
        self._on_wait = on_wait
        self._wait_s = wait_s
        self._told = False
        # By address: the labels of the bands that were asked and are others; "" for strangers,
        # which say no name.
        self._others: dict[str, str] = {}
        self._is_label = self._wanted.startswith(_LABEL_START)
        self._skip: Container[str] = self._others if self._is_label else _AllBut(self._wanted)

    @asynccontextmanager
    async def connect(self, patience_s: float = 0.0) -> AsyncIterator[Conversation]:
        """Listen for the band and connect to it; see Reach."""
        async with AsyncExitStack() as stack:
            conversation = await self._find(stack, self._wait_s + patience_s)
            self.where = f"band {conversation.commands.label}"
            yield conversation

    async def _find(self, stack: AsyncExitStack, wait_s: float) -> Conversation:
        if self._is_label and not self._known.may_have(self._wanted):
            raise LinkError(LinkFailure.NO_KEY, NO_KEY_HERE)
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
            found = await self._adapter.hear(self._skip, left_s)
            if found is None:
                break
            try:
                conversation = await self._ask(found, stack)
            except LinkError as error:
                if error.reason is not LinkFailure.NO_KEY:
                    failure = f"; {error}"
                elif self._is_label:
                    # The one that is wanted has a key that is here.
                    self._others[found.address] = ""
                else:
                    raise
                continue
            if conversation is not None:
                return conversation
        strangers = sum(not label for label in self._others.values())
        names = sorted(filter(None, self._others.values()))
        if strangers:
            names.append(f"{strangers} of which this computer has no key")
        asked = ", ".join(names)
        others = f" (heard and asked: {asked})" if asked else ""
        raise LinkError(
            LinkFailure.NOT_REACHED,
            f"not heard for {wait_s:g} s: bring it into reach and press its button twice"
            f"{others}{failure}",
        )

    async def _ask(self, found: FoundBand, stack: AsyncExitStack) -> Conversation | None:
        """Connect and ask who it is; stay connected if it is the band that is wanted."""
        attempt = AsyncExitStack()
        async with attempt:
            link = await attempt.enter_async_context(self._adapter.connect(found))
            conversation = await _begin(link, Exchange(link, self._clock, self._known))
            label = conversation.commands.label
            if self._wanted in (label, found.address.upper()):
                stack.push_async_exit(attempt.pop_all())
                return conversation
        self._others[found.address] = label
        return None


class _AllBut:
    """Every address but one, in whatever case the adapter writes it."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __contains__(self, address: object) -> bool:
        return str(address).upper() != self._address


async def _begin(link: BandLink, exchange: Exchange) -> Conversation:
    await exchange.greet()
    return Conversation(link, BandCommands(exchange))
