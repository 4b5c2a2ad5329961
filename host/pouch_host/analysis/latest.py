"""What the newest samples say: the state, and the chest skin temperature if it can be trusted.

The temperature is skin, at the chest. It is never to be called axillary, nor turned into one.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .minutes import MinuteStates, minute_states
from .parameters import Parameters, default_parameters
from .samples import Samples
from .sessions import GAP_MIN
from .states import MINUTE_S, State
from .temperature import SETTLING_MIN, MinuteTemperatures, minute_temperatures

# After this, the last valid reading says little of the infant as it is now; a newborn out of
# contact cools by half a degree in 30 to 60 minutes.
_KEPT_MIN = 60


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest that is known of an infant.

    Attributes:
        state: of the newest known minute of the last five; unknown if there is none.
        utc_s: when that sample was taken, or None.
        temperature_c: chest skin temperature: of the last valid minute if it is at most an
            hour older than the newest sample, else of the newest minute. None without any.
        temperature_utc_s: when that was, or None.
        temperature_valid: on the infant's skin, settled.
        core_c: what that says of the core, or None.
        core_sd_c: standard deviation of the estimate, or None.
        flags: of the newest sample, as the band set them; 0 without one.
        algorithm_version: the method and its parameters.
    """

    state: State
    utc_s: float | None
    temperature_c: float | None
    temperature_utc_s: float | None
    temperature_valid: bool
    core_c: float | None
    core_sd_c: float | None
    flags: int
    algorithm_version: str


def latest(samples: Samples, *, parameters: Parameters | None = None) -> Latest:
    """Return what the newest samples say.

    Args:
        samples: by time.
        parameters: other ones than those that came with this version.
    """
    used = parameters or default_parameters()
    if not len(samples):
        return Latest(
            State.UNKNOWN, None, None, None, False, None, None, 0, used.algorithm_version
        )
    minutes_back = _KEPT_MIN + SETTLING_MIN + used.margin_min
    first_utc_s = _end_utc_s(samples) - MINUTE_S * minutes_back
    samples = samples.between(first_utc_s - MINUTE_S * used.margin_min, math.inf)
    minutes = minute_states(samples, first_utc_s, minutes_back, parameters=used)
    return latest_of(samples, minutes, minute_temperatures(samples, minutes, parameters=used))


def latest_of(samples: Samples, minutes: MinuteStates, temperatures: MinuteTemperatures) -> Latest:
    """Return what the newest samples say, of minutes that are worked out already.

    Args:
        samples: by time, one at least.
        minutes: those of the last hour before the newest sample among them, and its own.
        temperatures: of the minutes.
    """
    newest_utc_s = float(samples.utc_s[-1])
    end = round((_end_utc_s(samples) - minutes.first_utc_s) / MINUTE_S)
    first = max(0, end - _KEPT_MIN)
    valid = np.flatnonzero(temperatures.valid[first:end])
    measured = np.flatnonzero(~np.isnan(temperatures.skin_c[first:end]))
    chosen = valid[-1:] if len(valid) else measured[-1:]
    place = int(chosen[0]) + first if len(chosen) else None
    skin_utc_s = None if place is None else minutes.first_utc_s + MINUTE_S * (place + 0.5)
    return Latest(
        state=_newest_known(minutes.states[first:end]),
        utc_s=newest_utc_s,
        temperature_c=None if place is None else float(temperatures.skin_c[place]),
        temperature_utc_s=None if skin_utc_s is None else min(newest_utc_s, skin_utc_s),
        temperature_valid=bool(len(valid)),
        core_c=_number(temperatures.core_c, place),
        core_sd_c=_number(temperatures.core_sd_c, place),
        flags=int(samples.flags[-1]),
        algorithm_version=minutes.algorithm_version,
    )


def _end_utc_s(samples: Samples) -> int:
    """Return where the minute of the newest sample ends."""
    return math.floor(float(samples.utc_s[-1]) / MINUTE_S + 1) * MINUTE_S


def _number(values: npt.NDArray[np.float64], place: int | None) -> float | None:
    """Return the value there, None where there is none."""
    return None if place is None or math.isnan(values[place]) else float(values[place])


def _newest_known(states: npt.NDArray[np.uint8]) -> State:
    """Return the state of the newest minute that is known, if that is not long ago.

    What comes after the newest sample could be anything, so its own minute is seldom known.
    """
    recent = states[-GAP_MIN:]
    known = recent[recent != State.UNKNOWN]
    return State(int(known[-1])) if len(known) else State.UNKNOWN
