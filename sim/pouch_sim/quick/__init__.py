"""The quick gear: the records that a band would write, worked out without its firmware.

    Surroundings --> felt (faults) --> chips, motion, doubt --> records --> pieces for a store

The true gear (`pouch_sim.simulation`) runs the firmware in its VM and takes seconds for a day.
Where thousands of infant-days are needed, to fit and to validate an analysis, this takes a
fraction of a second: whole arrays of numpy with the drivers' own integers. A test holds the two
gears together.

Left out: light, motor and button, the band's own decision and its tallies, status and health
records, the battery, the radio. Whatever an analysis reads of samples and times is there.
"""

from .band import QuickBand, QuickRun, run_quickly
from .records import Piece

__all__ = ["Piece", "QuickBand", "QuickRun", "run_quickly"]
