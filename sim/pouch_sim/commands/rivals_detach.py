"""DETACH on samples of the band: wear detection by stillness, temperature and its slope.

    A. Vert and others, Detecting accelerometer non-wear periods using change in acceleration
    combined with rate-of-change in temperature, BMC Med Res Methodol 2022; 22:147,
    doi 10.1186/s12874-022-01633-6

The rule itself is the authors' package `nimbaldetach`. It wants acceleration and temperature at
fixed rates, and a band keeps neither: it keeps one temperature and one number for movement each
half minute. So the package gets both at one value per half minute:

    activity, peak to peak of a second  -->  standard deviation sd  -->  +sd/2^.5, -sd/2^.5, ...

Of two neighbours of such an alternating series the standard deviation is the mean of both sd.
That is what the rule asks for: the standard deviation over a minute. Two things are lost. Slow
turning within a minute is not in the activity, and of the axes only the one that moved most is:
it stands for all three.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.samples import Samples
from pouch_host.analysis.states import State
from pouch_protocol import constants as c

Floats = npt.NDArray[np.float64]

# nimbalwear's settings for a device on the chest (its settings.toml, July 2025).
STILL_MG = 5.0
"""A minute is still if the standard deviation of acceleration is below."""

LOW_C = 25.0
"""Still and below this for five minutes: not worn."""

HIGH_C = 30.0
"""Still, below this and cooling: not worn."""

COOLING_C_PER_MIN = -0.1
"""Mean slope over five minutes from which on it cools."""

WARMING_C_PER_MIN = 0.05
"""Mean slope over five minutes from which on a moving device is worn again."""

_GRID_S = 30
_RATE_HZ = 1 / _GRID_S

# Expected range of 12 normally distributed values in standard deviations (Tippett 1925): a window
# of the band's activity has 12 words.
_RANGE_SDS = 3.258
_MG_PER_G = 1000

# Fewer than two of the rule's windows of five minutes, and it says nothing.
_GRID_COUNT_MIN = 2 * 300 // _GRID_S

# Over less than this values are interpolated: the longest interval of a band, and a half.
_BRIDGED_S = 1.5 * c.INTERVAL_S_MAX


def worn_states(samples: Samples) -> npt.NDArray[np.uint8]:
    """Return the `State` at each sample: ssc where the band was worn, off where not.

    The rule knows no other state. A sample without temperature or activity is unknown, and so is
    one in a stretch of less than ten minutes.

    Args:
        samples: by time, taken every 10 to 300 s.
    """
    states = np.full(len(samples), State.UNKNOWN, np.uint8)
    measured = ~np.isnan(samples.infant_temperature_c) & ~np.isnan(samples.activity_mg)
    for stretch in _stretches(samples.utc_s, np.flatnonzero(measured)):
        times = samples.utc_s[stretch]
        grid = np.arange(times[0], times[-1] + _GRID_S / 2, _GRID_S)
        if len(grid) < _GRID_COUNT_MIN:
            continue
        not_worn = detach(
            np.interp(grid, times, samples.infant_temperature_c[stretch]),
            np.interp(grid, times, samples.activity_mg[stretch]),
        )
        nearest = np.rint((times - times[0]) / _GRID_S).astype(np.intp).clip(max=len(grid) - 1)
        states[stretch] = np.where(not_worn[nearest], State.OFF, State.SSC)
    return states


def detach(temperature_c: Floats, activity_mg: Floats) -> npt.NDArray[np.bool_]:
    """Return where the authors' package finds the device not worn.

    Args:
        temperature_c: every 30 s, without NaN, at least ten minutes of it.
        activity_mg: likewise, as the band records it.
    """
    # Imported here: it brings pandas, which takes a second.
    from nimbaldetach import nimbaldetach

    axis_g = (
        acceleration_sd_g(activity_mg) / np.sqrt(2) * (1 - 2 * (np.arange(len(activity_mg)) % 2))
    )
    # Its type is read off its defaults, which are whole numbers; it takes any.
    rule: Any = nimbaldetach
    _, not_worn = rule(
        axis_g,
        axis_g,
        axis_g,
        temperature_c,
        accel_freq=_RATE_HZ,
        temperature_freq=_RATE_HZ,
        std_thresh_mg=STILL_MG,
        low_temperature_cutoff=LOW_C,
        high_temperature_cutoff=HIGH_C,
        temp_dec_roc=COOLING_C_PER_MIN,
        temp_inc_roc=WARMING_C_PER_MIN,
        quiet=True,
    )
    return not_worn


def acceleration_sd_g(activity_mg: Floats) -> Floats:
    """Return the standard deviation of acceleration that goes with an activity, in g.

    Exact for values that are independent and normally distributed.
    """
    return activity_mg / _RANGE_SDS / _MG_PER_G


def _stretches(utc_s: Floats, usable: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the places of samples that follow each other without a long gap."""
    if len(usable):
        yield from np.split(usable, np.flatnonzero(np.diff(utc_s[usable]) > _BRIDGED_S) + 1)
