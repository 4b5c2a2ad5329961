"""One world through both gears of the simulator: the firmware in its VM, and the quick one."""

import numpy as np

from pouch_protocol import constants as c
from pouch_sim.hardware.pod import Pod
from pouch_sim.quick import QuickBand, run_quickly
from tests.e2e.whole_path import HOUR_S, START_UTC_S, WholePath

BAND_ID = 0x1000
US_PER_H = 3_600_000_000


class Silent:
    """Noise that is none: what is left is what the chips make of the world."""

    def normal(self, _index):
        return 0.0


def quieten(world):
    """Take the noise off a scripted world's thermometers and electrodes."""
    world._thermometer_noise = world._electrode_noise = (Silent(), Silent())
    return world


def true_samples(folder, seed, world, hours, *, absent=frozenset(), faults=None, **changes):
    """Return the fields of the samples that the firmware stores, an array each."""
    path = WholePath(folder, seed)

    def pod(surroundings):
        return Pod(surroundings, absent=absent, faults=faults)

    path.add_band(band_id=BAND_ID, surroundings=world, pod=pod, **changes)
    path.run(path.collect(hours * HOUR_S))
    samples = path.decoded(BAND_ID, c.KIND_SAMPLE)
    return {name: np.array([one[name] for one in samples]) for name in samples[0]}


def quick_samples(seed, world, hours, **changes):
    """Return the rows of the quick gear's samples of the same time and a little more."""
    end_us = round((hours + 0.1) * US_PER_H)
    band = QuickBand(BAND_ID, [end_us], **changes)
    return run_quickly(world, band, start_utc_s=START_UTC_S, end_us=end_us, seed=seed).samples


def apart(true, quick, name):
    """Return how far the two are apart in each sample that both have."""
    count = min(len(true[name]), len(quick))
    return np.abs(true[name][:count].astype(np.int64) - quick[name][:count].astype(np.int64))
