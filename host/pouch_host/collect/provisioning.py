"""Makes a bare band a band of this ward, over its cable, in steps that can each be the last.

    tested --> key --> settings --> time
               |       |
               |       +-- the band starts again with them, and is told the time after that
               +-- a new connection, in which both prove to have it

A band that has got some way already is not sent back: whatever ends this, the same goes on there.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from pouch_host.band_keys import KeyRing
from pouch_host.errors import BandError
from pouch_protocol import constants as c

from .anchors import AnchorPlan
from .clocks import ClockJudge
from .commands import BandCommands, Settings
from .exchange import ROUND_TRIP_MS_MAX
from .link import LinkError
from .new_keys import KeyGiving
from .pull import tell_time
from .reaching import Reach

# A band that starts again with new settings is away for seconds.
_RESTART_PATIENCE_S = 60.0
# Between two looks at whether it has.
_LOOK_AGAIN_S = 1.0


class Provisioning:
    """One band on its way, and how far it has come.

    Attributes:
        label: the band's, once it has said it.
        board: name of its board.
        version: of its firmware.
        found: fields of its SELF_TEST_REPLY, once it is tested.
        key_is_new: whether it was given its key by this.
        key: what both have proved to have; None before that.
        settings: what it is set to; None before that is sure.
        time_is_told: whether it was told the time.
    """

    def __init__(
        self,
        reach: Reach,
        ring: KeyRing,
        changes: dict[str, Any],
        clock: Callable[[], float],
        judge: ClockJudge,
    ) -> None:
        """Take what is needed; nothing is sent.

        Args:
            reach: the band at the cable.
            ring: where its key is kept.
            changes: settings, by the names of Settings' attributes; the others stay.
            clock: returns the Unix time in seconds.
            judge: whether that is one to tell.
        """
        self._reach = reach
        self._ring = ring
        self._changes = changes
        self._clock = clock
        self._judge = judge
        self._giving = KeyGiving(ring)
        self.label = ""
        self.board = ""
        self.version = (0, 0, 0)
        self.found: dict[str, int] = {}
        self.key_is_new = False
        self.key: bytes | None = None
        self.settings: Settings | None = None
        self.time_is_told = False

    async def test(self) -> None:
        """Have the band try its parts; nothing on it is changed.

        Raises:
            LinkError: the band cannot be reached.
        """
        async with self._reach.connect() as talk:
            commands = talk.commands
            self.label, self.board, self.version = commands.label, commands.board, commands.version
            self.found = await commands.self_test()

    @property
    def failed(self) -> int:
        """Bits of the parts that do not work; a key that it may not have yet is none of them."""
        return self.found["failed"] & ~c.SELF_TEST_KEY

    async def equip(self) -> None:
        """Give the band its key, its settings and the time.

        Raises:
            LinkError: the band refuses, or cannot be reached any more.
            BandError: the answer to its new key was lost, it is another band than was tested, or
                the time was not told to it.
            InputError: its key cannot be stored here.
        """
        await self._give_key()
        boot_id = await self._configure()
        if boot_id is None:
            async with self._reach.connect() as talk:
                await self._finish(talk.commands)
        else:
            await self._finish_after(boot_id)

    @property
    def state(self) -> str:
        """How far it has come, for whom something has interrupted."""
        if self.key is None:
            if self._giving.open_question:
                return self._giving.open_question
            if self.key_is_new:
                return "it has its key and nothing else yet; the same command goes on there"
            return "nothing was changed on it"
        if self.time_is_told:
            return "it has its key, its settings and the time; the same command prints its label"
        settings = "and its settings" if self.settings is not None else "and perhaps its settings"
        return f"it has its key {settings}, and not the time yet; the same command goes on there"

    async def _give_key(self) -> None:
        async with self._reach.connect() as talk:
            self._check_same(talk.commands)
            if talk.commands.exchange.key is None:
                await self._giving.give(talk.commands)
                self.key_is_new = True

    async def _configure(self) -> int | None:
        """Prove the key and set what is to be set.

        Returns:
            The boot that the band ends now, to start again with its settings; None if it does not.
        """
        async with self._reach.connect() as talk:
            self._check_same(talk.commands)
            known = talk.commands.exchange.key
            if known is None:
                raise BandError(f"band {self.label}: does not know the key that it was just given")
            self.key = known.key
            if not self._ring.path_of(self.label).exists():
                # It came from the environment, and the next command may not find it there.
                self._ring.add(self.label, self.key, instead=False)
            before = await talk.commands.settings()
            after = before.changed(self._changes)
            if after == before:
                return None
            await talk.commands.configure(after)
            return talk.commands.band["boot_id"]

    async def _finish_after(self, boot_id: int) -> None:
        """Go on once the band has started again: what it is told before that is lost."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + _RESTART_PATIENCE_S
        while True:
            restarted = False
            try:
                async with self._reach.connect(_RESTART_PATIENCE_S) as talk:
                    restarted = talk.commands.band["boot_id"] != boot_id
                    if restarted:
                        await self._finish(talk.commands)
                        return
            except LinkError:
                # It may have started again in the middle of this.
                if restarted or loop.time() >= end_s:
                    raise
            if loop.time() >= end_s:
                raise BandError(f"band {self.label}: has not started again: restart it")
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _finish(self, commands: BandCommands) -> None:
        self._check_same(commands)
        self.settings = await commands.settings()
        await self._tell_time(commands)

    async def _tell_time(self, commands: BandCommands) -> None:
        exchange = commands.exchange
        self.time_is_told = await tell_time(exchange, self._clock, AnchorPlan(), self._judge)
        if not self.time_is_told and exchange.round_trip_ms > ROUND_TRIP_MS_MAX:
            raise BandError(
                f"band {self.label}: takes {exchange.round_trip_ms / 1000:.1f} s to answer, too"
                " long to be told the time: run the same command again"
            )

    def _check_same(self, commands: BandCommands) -> None:
        if commands.label != self.label:
            raise BandError(
                f"band {commands.label}: is on the cable now instead of {self.label}: run the"
                " same command again"
            )
