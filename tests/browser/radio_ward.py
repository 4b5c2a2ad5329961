"""A ward over the virtual radio: real firmware in its VM, real collector, store, watch and pages.

PhysicalWorld -> chips -> firmware (VM) -> radio -> collector -> store -> watch -> pages
                                             ^
                       `pass_time` lets the ward live on; between two calls its time holds
"""

import asyncio
import queue
import threading
from contextlib import suppress

from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_sim.commands.collecting import simulated_collector
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band
from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.plan import Act, Caregiver, Infant, PodBody, Room, WorldPlan
from tests.browser.ward import Ward

# 2026-03-04 09:00 in Karachi.
START_UTC_S = 1_772_596_800
_SEED = 20_260_304
_HOUR_S = 3600
_LENGTH_S = 12 * _HOUR_S
INTERVAL_S = 300.0
"""From one pull of a band to the next of the same, as a ward has it."""
_PATIENCE_S = 80
# By then alerts ring for who was undressed after 48 minutes.
_PAST_S = 2.75 * _HOUR_S

WELL, SILENT = "bed-1", "bed-3"
# One of each for each size of screen, since what was done to it stays done.
COLD = {"tablet": "bed-2", "phone": "bed-4"}
SPARE = {"tablet": c.band_label(0x2005), "phone": c.band_label(0x2006)}
_WARM = {"cover_tog": 5.0, "cap_tog": 1.5}
_BARE = {"cover_tog": 0.8, "cap_tog": 0.0}
_UNDRESSED = ((0, "ssc", {}), (0.8, "cot", _BARE))

# By band: who wears it, the room, its acts from the start on.
_LIVES = {
    0x2001: (WELL, 25.0, ((0, "cot", _WARM), (0.5, "ssc", {}))),
    0x2002: (COLD["tablet"], 22.0, _UNDRESSED),
    0x2003: (SILENT, 25.0, ((0, "ssc", {}), (1.8, "cot", _WARM))),
    0x2004: (COLD["phone"], 22.0, _UNDRESSED),
    0x2005: (None, 25.0, ((0, "table", {}),)),
    0x2006: (None, 25.0, ((0, "table", {}),)),
}


class RadioWard(Ward):
    """A ward whose bands are simulated whole.

    Attributes:
        failures: what the collector could not do, one line each.
    """

    def __init__(self, folder):
        """Let the bands live until the cold infant's alert rings, then serve.

        Args:
            folder: gets the store and the bands' flash images.
        """
        self.failures = []
        self._wanted = queue.Queue()
        self._done = queue.Queue()
        self._simulation = Simulation(seed=_SEED, start_utc_s=START_UTC_S)
        path = folder / "pouch.db"
        with Store.open(path) as store:
            store.set_zone("Asia/Karachi")
            for band_id, (code, room_c, acts) in _LIVES.items():
                self._add_band(band_id, room_c, acts, folder / "bands")
                if code is not None:
                    store.ensure_infant(code)
                    store.ensure_band(band_id)
                    store.assign(band_id, code, START_UTC_S)
        self._thread = threading.Thread(target=self._live, args=(path,), name="radio ward")
        self._thread.start()
        self.pass_time(_PAST_S)
        super().__init__(path, self._simulation.now_utc_s)
        self.wait_until_watched()

    def pass_time(self, seconds):
        """Let the bands live and the collector listen for a while; return when it is over."""
        self._wanted.put(seconds)
        failure = self._done.get(timeout=_PATIENCE_S)
        if failure is not None:
            raise failure

    def silence(self, code):
        """Take an infant's band out of the collector's reach."""
        band_id = next(one for one, (worn_by, _, _) in _LIVES.items() if worn_by == code)
        self._simulation.bands[list(_LIVES).index(band_id)].cut_power()

    def close(self):
        """End the pages, the bands and the collector."""
        super().close()
        self._wanted.put(None)
        self._thread.join(_PATIENCE_S)

    def _add_band(self, band_id, room_c, acts, folder):
        plan = WorldPlan(
            infant=Infant(weight_kg=1.5, metabolic_w_per_kg=2.0),
            caregivers=(Caregiver(),),
            room=Room(mean_c=room_c, day_swing_c=0.5),
            pod=PodBody(),
            acts=tuple(Act(round(hour * _HOUR_S), what, 0, how) for hour, what, how in acts),
            length_s=_LENGTH_S,
            start_hour=9.0,
        )
        world = PhysicalWorld(plan, _SEED, band_id)
        add_band(self._simulation, BandPlan(band_id, world, worn_by_infant=True), folder)

    def _live(self, path):
        failure = None
        try:
            with Store.open(path) as store:
                self._simulation.run(self._by_word(store))
        except Exception as error:  # noqa: BLE001 - handed to the test's thread
            failure = error
        self._done.put(failure)

    async def _by_word(self, store):
        """Live for as long as each word says; the simulated time holds until it comes."""
        collector = simulated_collector(self._simulation, store)
        loop = asyncio.get_running_loop()
        while (seconds := await loop.run_in_executor(None, self._wanted.get)) is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await collector.run(
                        INTERVAL_S, lambda outcome: self.failures.extend(outcome.failures)
                    )
            self._done.put(None)
