"""What `drivers.breathing` promises, a second time: the arrays of the simulator's quick gear.

The integers are the same to the last bit, so that the comparison is exact, and holds the quick
gear to the firmware as well. `rms_byte` is the scale alone, for comparison with what physics says.
"""

import math

import numpy as np

from pouch_sim.quick.breath import halved, lower_quartiles, power_bytes, window_bytes
from pouch_sim.quick.breath import window_powers as _window_powers

__all__ = ["breath", "halved", "power_byte", "powers", "rms_byte", "windows"]


def powers(values):
    """Return the adult and the infant band's power of one window (64, 3)."""
    return tuple(int(power) for power in _window_powers(values[np.newaxis])[0])


def power_byte(power):
    """Return a power on the record's scale: eight steps per doubling."""
    return int(power_bytes(np.array([power]))[0])


def rms_byte(rms_mg):
    """Return where an acceleration lies on the scale, with its fraction."""
    return 16 * math.log2(rms_mg / 0.125)


def windows(counts):
    """Return the two bytes of every window that words (n, 3) from a reset on make."""
    return [tuple(map(int, both)) for both in window_bytes(halved(counts))]


def breath(counts):
    """Return what `take` gives after these words: the lower quartile of the windows, by band."""
    both = window_bytes(halved(counts))
    return [int(byte) for byte in lower_quartiles(both, np.array([len(both)]))[0]]
