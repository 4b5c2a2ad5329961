"""A small ward for the end-to-end tests: real firmware, virtual radio, real collector, store."""

import asyncio
from contextlib import suppress
from pathlib import Path

from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.commands.collecting import collect_until, simulated_collector
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band
from pouch_sim.world.scripted import ScriptedWorld
from tests.support.micropython import run_in_micropython

# 2026-09-21, some summer night in Karachi.
START_UTC_S = 1_790_000_000
HOUR_S = 3600.0
DAY_S = 86_400.0


class WholePath:
    """Bands, radio, collector and store for one test.

    Attributes:
        simulation: the world; `simulation.bands` are the bands.
        store: where the records go.
        rounds: outcome of each of the collector's rounds.
        worlds: surroundings of each band.
    """

    def __init__(
        self, folder: Path, seed: int, *, start_utc_s: float = START_UTC_S, **faults
    ) -> None:
        self.folder = folder
        self.seed = seed
        self.simulation = Simulation(seed=seed, start_utc_s=start_utc_s, **faults)
        self.rounds = []
        self.worlds = []
        self.use_store(Store.open(folder / "pouch.db"))

    def use_store(self, store):
        """Collect into this store from now on."""
        self.store = store
        self._collector = simulated_collector(self.simulation, store)

    def add_band(self, **changes):
        """Add a band in a scripted world; return the simulated band.

        Args:
            changes: fields of the BandPlan that differ from the usual.
        """
        index = len(self.simulation.bands)
        plan = {
            "band_id": 0x1000 + index,
            "surroundings": ScriptedWorld(self.seed, index),
            "boot_at_us": index * 1_370_000,
        } | changes
        self.worlds.append(plan["surroundings"])
        return add_band(self.simulation, BandPlan(**plan), self.folder / "bands")

    def add_babies(self, count, zone):
        """Let infants bed-1, bed-2 ... wear a band each from the start, in a ward's zone."""
        self.store.set_zone(zone)
        for index in range(count):
            world = ScriptedWorld(self.seed, index, worn_by_infant=True)
            self.add_band(surroundings=world, worn_by_infant=True)
            start_utc_s = self.simulation.now_utc_s()
            self.store.assign(0x1000 + index, f"bed-{index + 1}", start_utc_s)

    async def round(self):
        """Make one round now."""
        outcome = await self._collector.round()
        self.rounds.append(outcome)
        return outcome

    async def collect(self, for_s, interval_s=HOUR_S):
        """Let time pass with a round every `interval_s` and one at the end."""
        end_utc_s = self.simulation.now_utc_s() + for_s
        await collect_until(
            self.simulation,
            self._collector,
            lambda: end_utc_s,
            interval_s=interval_s,
            on_round=self.rounds.append,
        )

    async def listen(self, for_s, interval_s):
        """Let the collector listen all the time; return each pull's time since now and result."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        pulls = []

        def note(outcome):
            self.rounds.append(outcome)
            pulls.extend((loop.time() - began_s, result) for result in outcome.pulls)

        with suppress(TimeoutError):
            async with asyncio.timeout(for_s):
                await self._collector.run(interval_s, note)
        return pulls

    async def wait(self, for_s):
        """Let time pass."""
        await asyncio.sleep(for_s)

    def run(self, scenario):
        """Run a scenario to its end."""
        return self.simulation.run(scenario)

    def decoded(self, band_id, kind):
        """Return the fields of a band's stored records of one kind, in order."""
        segments = self.store.segments(band_id)
        return [
            records.decode(data, segments[0].log_id, number)
            for number, (_, data) in sorted(self.stored(band_id).items())
            if data[0] == kind
        ]

    def stored(self, band_id):
        """Return `{record_no: (boot_id, bytes)}` of what the store holds, asserting no doubles."""
        held = {}
        for segment in self.store.segments(band_id):
            for index in range(segment.record_count):
                record_no = segment.first_record_no + index
                assert record_no not in held
                at = index * c.RECORD_BYTES
                held[record_no] = (segment.boot_id, segment.data[at : at + c.RECORD_BYTES])
        return held


def flashed(band):
    """Return `{record_no: (boot_id, bytes)}` of what a band's flash holds, read by littlefs."""
    result = run_in_micropython("tests/support/on_band/dump_flash.py", str(band.flash.path))
    assert result.returncode == 0, result.stdout + result.stderr
    held = {}
    for line in result.stdout.splitlines():
        record_no, boot_id, data = line.split()
        assert int(record_no) not in held
        held[int(record_no)] = (int(boot_id), bytes.fromhex(data))
    return held
