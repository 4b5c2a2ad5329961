"""The whole path in real time: a simulated band, and the collector as a ward runs it."""

import asyncio
from contextlib import asynccontextmanager, suppress

from pouch_host.collect.ble import BleAdapter
from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.collector import Collector
from pouch_host.collect.known import KnownBands
from tests.e2e.whole_path import WholePath

SEED = 20_260_101
BAND_ID = 0x1000
# The shortest that a band takes: a second round soon has something new to bring.
INTERVAL_S = 10

# Pin of the XIAO, see firmware/boards/xiao_esp32c3.py; pressed is low.
_BUTTON_PIN = 3
_PRESS_S = 0.2
# From one pull of a band to the next: a sample and a second.
_COLLECT_INTERVAL_S = INTERVAL_S + 1
# What one step may take in the guest, which is fifteen times slower than a ward's computer. One
# that is stuck must not use up the time of all.
STEP_S = 60
_POLL_S = 0.005


class Unexpected(Exception):
    """Something was not as it should be."""


def require(condition, what):
    """See that something holds.

    Raises:
        Unexpected: it does not.
    """
    if not condition:
        raise Unexpected(what)


async def until(condition, what):
    """Wait until a condition holds; say what for when it takes too long."""
    try:
        async with asyncio.timeout(STEP_S):
            while not condition():  # noqa: ASYNC110 - nobody tells when it begins to hold
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise Unexpected(f"not within {STEP_S} s: {what}") from None


class RealPath(WholePath):
    """The whole path, with the operating system's own Bluetooth in the place of the simulated.

    Attributes:
        when_pulled: called without arguments at the very moment at which a band has been pulled.
    """

    def use_store(self, store):
        self.store = store
        self.simulation.speed = 1.0
        self.when_pulled = lambda: None
        known = KnownBands(lambda: self.simulation.keys)
        self._collector = Collector(
            BleAdapter(),
            store,
            self.simulation.now_utc_s,
            known,
            ClockJudge(store.newest_contact_utc_s()),
            name_of=known.name_of,
        )
        self._outcomes = asyncio.Queue()

    @asynccontextmanager
    async def collecting(self):
        """Collect all the time, as a ward does, for the length of a `with` block.

        Once, and to the end: whoever cancels a scan while it starts leaves bluetoothd scanning,
        and bleak cannot start another in this process.
        """
        task = asyncio.ensure_future(self._collector.run(_COLLECT_INTERVAL_S, self._note))
        try:
            yield
        finally:
            task.cancel()
            # It never ends by itself, but by an exception that it does not expect.
            with suppress(asyncio.CancelledError):
                await task

    def _note(self, outcome):
        if outcome.pulls:
            self.when_pulled()
        self._outcomes.put_nowait(outcome)

    async def pulled(self, what):
        """Wait until the band has been pulled; return the result."""
        outcome = await self._outcome(what)
        require(outcome.pulls, f"{what}: {outcome.failures}")
        return outcome.pulls[0]

    async def interrupted_pull(self, band, at_frames, interrupt):
        """Wait until a pull has broken off in the middle; return what became of it.

        Args:
            band: the band.
            at_frames: how many stream frames it has sent in its life when it happens.
            interrupt: does it.
        """
        held = len(self.stored(BAND_ID))
        await until(lambda: band.notification_count >= at_frames, f"{at_frames} frames")
        interrupt()
        outcome = await self._outcome("a pull that breaks off")
        require(outcome.failures, f"a pull that broke off went through: {outcome}")
        gained = len(self.stored(BAND_ID)) - held
        require(gained > 0, "of a pull that broke off nothing was kept")
        return f"{outcome.failures[0]}; {gained} records kept"

    async def _outcome(self, what):
        try:
            async with asyncio.timeout(STEP_S):
                return await self._outcomes.get()
        except TimeoutError:
            raise Unexpected(f"not within {STEP_S} s: {what}") from None


async def press_twice(band):
    """Two short presses: the band is on the air for half a minute (docs/BAND.md)."""
    for _ in range(2):
        band.set_pin(_BUTTON_PIN, 0)
        await asyncio.sleep(_PRESS_S)
        band.set_pin(_BUTTON_PIN, 1)
        await asyncio.sleep(_PRESS_S)
