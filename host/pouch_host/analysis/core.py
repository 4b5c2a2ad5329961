"""The core temperature over time: what settled skin says of it, minute by minute.

    skin + gap  =  core            changes slowly: an infant holds heat
                 + disturbance     comes and goes: sweat, milk, a wet nappy, an open blanket
                 + noise

A skin that falls by a degree in five minutes is wet or bare, for no core falls like that; one that
stays down for an hour says that the core is going, too. A Kalman filter keeps both apart: the core
as a random walk, the disturbance as a process that forgets (Ornstein-Uhlenbeck). It looks back
only; the states that choose its minutes do not, see `minutes`.
"""

import math

import numpy as np
import numpy.typing as npt

from .parameters import CoreFilter

Floats = npt.NDArray[np.float64]


def core_over_time(said_c: Floats, rule: CoreFilter) -> tuple[Floats, Floats]:
    """Return the estimate of the core in each minute that says something, and its deviation.

    Args:
        said_c: skin plus gap in each minute, degrees Celsius, NaN where it is not valid; shape
            (minutes,).
        rule: how fast the core and what disturbs the skin may change.

    Returns:
        Core and standard deviation, degrees Celsius, NaN where `said_c` is; shape (minutes,).
    """
    core_c = np.full(len(said_c), np.nan)
    sd_c = np.full(len(said_c), np.nan)
    keep = math.exp(-1.0 / rule.disturbance_min)
    step_core = rule.drift_c**2
    step_disturbance = rule.disturbance_c**2 * (1.0 - keep * keep)
    noise = rule.noise_c**2
    most = rule.start_sd_c**2
    # Mean and covariance of core and disturbance; plain floats, since numpy is slow one by one.
    core, disturbance = rule.start_c, 0.0
    p_core, p_both, p_disturbance = most, 0.0, rule.disturbance_c**2
    for minute, said in enumerate(said_c.tolist()):
        disturbance *= keep
        p_core = min(p_core + step_core, most)
        p_both *= keep
        p_disturbance = p_disturbance * keep * keep + step_disturbance
        if said != said:  # noqa: PLR0124 - NaN, the quick way
            continue
        surprise = said - core - disturbance
        spread = p_core + 2.0 * p_both + p_disturbance + noise
        gain_core = (p_core + p_both) / spread
        gain_disturbance = (p_both + p_disturbance) / spread
        core += gain_core * surprise
        disturbance += gain_disturbance * surprise
        p_core, p_both, p_disturbance = (
            p_core - gain_core * (p_core + p_both),
            p_both - gain_core * (p_both + p_disturbance),
            p_disturbance - gain_disturbance * (p_both + p_disturbance),
        )
        core_c[minute] = core
        sd_c[minute] = math.sqrt(p_core)
    return core_c, sd_c
