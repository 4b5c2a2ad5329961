"""Makes what the guest begins with: a band that has recorded for hours, and a new store.

Runs outside, as `python -m tests.bluez.recorded FOLDER`: the guest is fifteen times slower. It
imports all that the scenario does, so that Python's compiled files are there for the guest.
"""

import asyncio
import sys
from pathlib import Path

from pouch_host.store import Store
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band
from pouch_sim.world.scripted import ScriptedWorld
from tests.bluez import (
    real_path,
    scenario,  # noqa: F401 - compiled by this, for the guest
)
from tests.e2e.whole_path import START_UTC_S

# Makes a thousand records and a hundred frames: enough to break in the middle of, twice.
_RECORDED_S = 3 * 3600


def main(folder):
    """Leave `bands/*.flash` and `pouch.db` in a folder."""
    simulation = Simulation(seed=real_path.SEED, start_utc_s=START_UTC_S)
    plan = BandPlan(
        band_id=real_path.BAND_ID,
        surroundings=ScriptedWorld(real_path.SEED, 0),
        interval_s=real_path.INTERVAL_S,
    )
    add_band(simulation, plan, folder / "bands")
    simulation.run(asyncio.sleep(_RECORDED_S))
    Store.open(folder / "pouch.db").close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
