"""What the newest samples say: the state, and the chest skin temperature if it can be trusted.

The temperature is skin, at the chest. It is never to be called axillary, nor turned into one.

    contact  |<--- 10 min settling --->|=== valid ===|<- 5 min ->|  contact lost
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pouch_protocol.constants import INTERVAL_S_MAX

from . import ALGORITHM_VERSION
from .clock_fit import RATE_ERROR_MAX
from .minutes import State, sample_states
from .samples import Samples

# Masks of published trials of a chest sensor on newborns (table 1 of doi
# 10.1038/s41598-022-16051-3): the first 10 minutes after placing it and the last 5 before removal
# were not used.
_SETTLING_S = 600
_LEAVING_S = 300

# After this, the last valid reading says little of the infant as it is now; a newborn out of
# contact cools by half a degree in 30 to 60 minutes.
_KEPT_S = 3600

# A reading is judged by its settling time; twice that time covers the longest interval, too.
_LOOKED_AT_S = _KEPT_S + 2 * _SETTLING_S

_CONTACT_GAP_S_MAX = INTERVAL_S_MAX * (1 + RATE_ERROR_MAX)


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest that is known of an infant.

    Attributes:
        state: at the newest sample; unknown if there is none.
        utc_s: when that was, or None.
        temperature_c: chest skin temperature: of the last valid reading if it is at most an
            hour older than the newest sample, else of the newest reading. None without any.
        temperature_utc_s: when that was taken, or None.
        temperature_valid: taken on the infant's skin, settled.
        flags: of the newest sample, as the band set them; 0 without one.
        algorithm_version: the method.
    """

    state: State = State.UNKNOWN
    utc_s: float | None = None
    temperature_c: float | None = None
    temperature_utc_s: float | None = None
    temperature_valid: bool = False
    flags: int = 0
    algorithm_version: str = ALGORITHM_VERSION


def latest(samples: Samples) -> Latest:
    """Return what the newest samples say.

    Args:
        samples: by time.
    """
    if not len(samples):
        return Latest()
    newest_utc_s = float(samples.utc_s[-1])
    samples = samples.between(newest_utc_s - _LOOKED_AT_S, math.inf)
    states = sample_states(samples)
    measured = ~np.isnan(samples.infant_temperature_c)
    valid = measured & temperature_valid(samples)
    recent = valid & (samples.utc_s >= newest_utc_s - _KEPT_S)
    choice = np.flatnonzero(recent if recent.any() else measured)[-1:]
    return Latest(
        state=State(int(states[-1])),
        utc_s=newest_utc_s,
        temperature_c=float(samples.infant_temperature_c[choice[0]]) if len(choice) else None,
        temperature_utc_s=float(samples.utc_s[choice[0]]) if len(choice) else None,
        temperature_valid=bool(recent.any()),
        flags=int(samples.flags[-1]),
    )


def temperature_valid(samples: Samples) -> npt.NDArray[np.bool_]:
    """Tell for each sample whether its infant face was on skin, settled, and stayed there."""
    states = sample_states(samples)
    on_skin = (states == State.SSC) | (states == State.INFANT_ONLY)
    apart = np.diff(samples.utc_s) > _CONTACT_GAP_S_MAX
    starts = on_skin.copy()
    starts[1:] &= ~on_skin[:-1] | apart
    # The start of the contact that each sample belongs to: the last one seen up to it.
    start_utc_s = np.maximum.accumulate(np.where(starts, samples.utc_s, -np.inf))
    settled = on_skin & (samples.utc_s - start_utc_s >= _SETTLING_S)
    # The first sample without contact behind each sample: the next one seen from the end.
    lost_utc_s = np.minimum.accumulate(np.where(on_skin, np.inf, samples.utc_s)[::-1])[::-1]
    return settled & (lost_utc_s - samples.utc_s >= _LEAVING_S)
