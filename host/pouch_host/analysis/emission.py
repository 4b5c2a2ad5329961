"""How well a sample fits each state: log likelihoods over touch, temperatures and motion.

    sample --> per channel: Student's t around what the state would show --> weighted sum
           --> relative to the best state, small differences taken as none, large ones bounded

A state of the band is split where the same state looks different: a cot with a dry or a damp
blanket, a band that the caregiver wears with its inner face on cloth or on her own skin. Without
that a damp blanket would be improbable again with each sample, though it lies there all night.

Only the sample itself is looked at, nothing before or after it: what is lost then changes
nothing but its own minute's evidence. What takes time to tell apart is the chain's to sum up.
"""

import numpy as np
import numpy.typing as npt

from .parameters import Breathing, Parameters
from .samples import Samples

Floats = npt.NDArray[np.float64]

# How far one breathing band moves what is expected of the other, in spreads at most: what a few
# strange breaths do beyond that nobody has seen.
_ADULT_SPREADS_MAX = 2.0

# Where breathing was measured and activity was not, it is taken to be calm, and doubted.
_CALM_MG = 16.0
_DOUBT = 2.0


def log_likelihoods(samples: Samples, parameters: Parameters) -> Floats:
    """Return how well each sample fits each substate.

    A channel that was not measured says nothing of any state.

    Args:
        samples: by time.
        parameters: what each substate looks like.

    Returns:
        Shape (samples, substates), between -evidence_max and 0; 0 is the best fit.
    """
    total = np.zeros((len(samples), len(parameters.substates)))
    if not len(samples):
        return total
    for name, value in channel_values(samples).items():
        channel = parameters.channels[name]
        z = (value[:, np.newaxis] - channel.mean) / channel.sd
        said = _student(z, channel.sd, channel.degrees_of_freedom)
        # What was not measured is NaN, and says nothing.
        total += channel.weight * np.nan_to_num(said)
    _add_breathing(total, samples, parameters.breathing)
    return _bounded(total, parameters)


def channel_values(samples: Samples) -> dict[str, Floats]:
    """Return what is looked at, by the name of its channel, shape (samples,) each; NaN: missing.

    `difference_c` is infant face minus caregiver face, `activity` the binary logarithm of mg.
    """
    return {
        "infant_touch_pf": samples.infant_touch_pf,
        "caregiver_touch_pf": samples.caregiver_touch_pf,
        "infant_temperature_c": samples.infant_temperature_c,
        "difference_c": samples.infant_temperature_c - samples.caregiver_temperature_c,
        "activity": np.log2(np.maximum(samples.activity_mg, 1.0)),
    }


def measured_groups(samples: Samples) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which samples have anything of a kind, by its name in `Doubt`; shape (samples,)."""
    breathed = ~np.isnan(samples.breath_adult) | ~np.isnan(samples.breath_infant)
    return {
        "infant_touch": ~np.isnan(samples.infant_touch_pf),
        "caregiver_touch": ~np.isnan(samples.caregiver_touch_pf),
        "breathing": breathed,
        "temperature": ~np.isnan(samples.infant_temperature_c),
    }


def _add_breathing(total: Floats, samples: Samples, breathing: Breathing) -> None:
    """Add what both breathing bands say at the activity of each sample.

    The infant's band is read beside the adult's: overtones of deep breaths, and all movement,
    reach both. So a caregiver alone who breathes deeply is no infant.
    """
    calm = np.isnan(samples.activity_mg)
    place, share = _between(breathing.activity_mg, np.where(calm, _CALM_MG, samples.activity_mg))
    doubt = np.where(calm, _DOUBT, 1.0)[:, np.newaxis]

    def at_activity(table: Floats) -> Floats:
        return table[place] + share * (table[place + 1] - table[place])

    adult, infant = breathing.adult, breathing.infant
    adult_sd, infant_sd = at_activity(adult.sd) * doubt, at_activity(infant.sd) * doubt
    adult_z = (samples.breath_adult[:, np.newaxis] - at_activity(adult.mean)) / adult_sd
    infant_z = (samples.breath_infant[:, np.newaxis] - at_activity(infant.mean)) / infant_sd
    correlation = at_activity(breathing.correlation)
    correlation[np.isnan(samples.breath_adult)] = 0.0
    left = np.sqrt(1.0 - correlation**2)
    moved = np.clip(np.nan_to_num(adult_z), -_ADULT_SPREADS_MAX, _ADULT_SPREADS_MAX)
    infant_z = (infant_z - correlation * moved) / left
    dof = breathing.degrees_of_freedom
    # What was not measured is NaN throughout, and says nothing.
    total += adult.weight * np.nan_to_num(_student(adult_z, adult_sd, dof))
    total += infant.weight * np.nan_to_num(_student(infant_z, infant_sd * left, dof))


def _between(knots: Floats, values: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return the knot below each value, and how far it is to the next one on a log scale."""
    scale = np.log2(knots)
    at = np.clip(np.log2(np.maximum(values, 1.0)), scale[0], scale[-1])
    place = np.clip(np.searchsorted(scale, at, side="right") - 1, 0, len(knots) - 2)
    share = (at - scale[place]) / (scale[place + 1] - scale[place])
    return place, share[:, np.newaxis]


def _student(z: Floats, sd: Floats, dof: float) -> Floats:
    """Return log densities of Student's t but for a constant, shape (samples, substates)."""
    return -(dof + 1) / 2 * np.log1p(z**2 / dof) - np.log(sd)


def _bounded(total: Floats, parameters: Parameters) -> Floats:
    relative = total - total.max(axis=1, keepdims=True)
    relative = np.minimum(0.0, relative + parameters.evidence_dead)
    return np.maximum(relative, -parameters.evidence_max)
