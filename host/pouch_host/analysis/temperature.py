"""Chest skin temperature of each minute: whether it can be trusted, and what it says of the core.

    contact  |<--- 10 min settling --->|=== valid ===|<- 5 min ->|  contact lost

The temperature is skin, at the chest. It is never to be called axillary.

The core is estimated from valid minutes alone. Heat that flows out through the pod comes from the
core through skin, so the core lies above the skin by about as much as that flow asks for: by
little in SSC, where the other face is as warm, and by more in a cot (dual-sensor principle,
doi 10.3389/fphys.2022.844740; rectal minus abdominal skin 0.2 C with the mother and 0.7 C in a
cot, Fransson 2005). What a minute says by itself goes through `core`, which tells a wet skin from
a cold infant. An estimate always comes with its standard deviation.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .core import core_over_time
from .minutes import MinuteStates
from .parameters import Parameters, default_parameters
from .samples import Samples
from .states import MINUTE_S, State

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Masks of published trials of a chest sensor on newborns (table 1 of doi
# 10.1038/s41598-022-16051-3): the first 10 minutes after placing it and the last 5 before removal
# were not used.
SETTLING_MIN = 10
LEAVING_MIN = 5


@dataclass(frozen=True, eq=False)
class MinuteTemperatures:
    """Temperatures of each minute, shape (minutes,) each; NaN where there is none.

    Attributes:
        skin_c: infant face, degrees Celsius, whatever it touches.
        outer_c: caregiver face, likewise.
        valid: the infant face was on the infant's skin, settled, and stayed there.
        core_c: estimate of the core where valid and the state is known, else NaN.
        core_sd_c: its standard deviation, likewise.
    """

    skin_c: Floats
    outer_c: Floats
    valid: Flags
    core_c: Floats
    core_sd_c: Floats


def minute_temperatures(
    samples: Samples, minutes: MinuteStates, *, parameters: Parameters | None = None
) -> MinuteTemperatures:
    """Return the temperatures of each minute.

    Args:
        samples: by time.
        minutes: states of the same time, see `minute_states`.
        parameters: other ones than those that came with this version.
    """
    used = parameters or default_parameters()
    skin_c = _minute_means(samples, samples.infant_temperature_c, minutes)
    outer_c = _minute_means(samples, samples.caregiver_temperature_c, minutes)
    valid = settled(minutes.on_infant_low >= used.probability_min) & ~np.isnan(skin_c)
    said_c = np.full(len(minutes), np.nan)
    unseen_c2 = np.zeros(len(minutes))
    for state in (State.SSC, State.INFANT_ONLY):
        gap = used.core_gap[state]
        chosen = valid & (minutes.states == state)
        difference_c = (skin_c - outer_c)[chosen]
        blind = np.isnan(difference_c)
        usual_c = np.where(blind, gap.usual_difference_c, difference_c)
        limited_c = np.clip(usual_c, gap.difference_c_min, gap.difference_c_max)
        said_c[chosen] = skin_c[chosen] + gap.offset_c + gap.per_difference * limited_c
        # What the outer face would have told is missing in each minute alike.
        unseen_c2[chosen] = np.where(blind, gap.sd_blind_c**2 - gap.sd_c**2, 0.0)
    core_c, core_sd_c = core_over_time(said_c, used.core_filter)
    return MinuteTemperatures(skin_c, outer_c, valid, core_c, np.sqrt(core_sd_c**2 + unseen_c2))


def settled(on_skin: Flags) -> Flags:
    """Tell for each minute whether the face was on skin long enough before, and stays on it.

    Contact that has not ended yet is not about to end. Live, the minutes after the newest sample
    are unknown and so count as an end.

    Args:
        on_skin: for each minute whether the face was on the infant's skin.
    """
    place = np.arange(len(on_skin))
    last_off = np.maximum.accumulate(np.where(on_skin, -1, place)) if len(place) else place
    next_off = len(place) + LEAVING_MIN
    ahead = np.minimum.accumulate(np.where(on_skin, next_off, place)[::-1])[::-1]
    return on_skin & (place - last_off > SETTLING_MIN) & (ahead - place > LEAVING_MIN)


def _minute_means(samples: Samples, values: Floats, minutes: MinuteStates) -> Floats:
    """Return the mean of the samples taken in each minute, NaN where there is none."""
    place = np.floor((samples.utc_s - minutes.first_utc_s) / MINUTE_S).astype(np.int64)
    counted = (place >= 0) & (place < len(minutes)) & ~np.isnan(values)
    count = np.bincount(place[counted], minlength=len(minutes))
    total = np.bincount(place[counted], values[counted], minlength=len(minutes))
    return np.divide(total, count, out=np.full(len(minutes), np.nan), where=count > 0)
