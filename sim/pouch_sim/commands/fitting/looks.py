"""What each substate looks like: means and spreads from labelled samples.

The script names the activity, not the substate: a sample goes to the substate that may belong to
its activity and that it fits best, and the substates move to what they were given, a few times
over (hard expectation-maximisation). Medians and median deviations, so that strange samples pull
little.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pouch_host.analysis.emission import channel_values, log_likelihoods
from pouch_host.analysis.parameters import BreathingBand, Parameters
from pouch_host.analysis.samples import Samples, join

from .training import ACTIVITY_NAMES, Labelled

Floats = NDArray[np.float64]

# Which substates an activity of the script may show.
_SUBSTATES = {
    "ssc": ("ssc", "ssc_cold_infant"),
    "cot": ("cot_dry", "cot_damp", "cot_cold_infant"),
    "incubator": ("cot_dry", "cot_damp", "cot_cold_infant"),
    "warmer": ("cot_dry", "cot_damp", "cot_cold_infant"),
    "nappy_change": ("infant_handled",),
    "carried_clothed": ("carried_clothed",),
    "held_clothed": ("held_clothed",),
    "caregiver_alone": ("worn_dry", "worn_on_own_skin", "worn_damp"),
    "table": ("off_dry",),
    "hand": ("off_handled",),
    "washed": ("off_damp", "off_dry"),
    "sun": ("off_dry",),
    "hot_car": ("off_dry",),
    "stove": ("off_dry",),
    "bath": ("off_damp", "off_dry"),
}

_ROUNDS = 8
# Nearer to a change than this a sample shows two states.
_CHANGE_S = 120
_SAMPLES_MIN = 200
# Normal standard deviation for each median deviation; and wards differ more than our worlds do.
_SD_PER_DEVIATION = 1.4826
_WIDER = 1.25
# Spreads are never taken narrower: another ward's pods and infants lie further apart than those
# that are learnt from.
_SD_MIN = {
    "infant_touch_pf": 0.8,
    "caregiver_touch_pf": 0.8,
    "infant_temperature_c": 0.7,
    "difference_c": 0.6,
    "activity": 0.8,
}
# Electrodes of another make differ by a share of what skin adds.
_PF_SHARE_MIN = 0.22
# Set by hand: cloth differs from ward to ward by more than the training shows.
_BY_HAND = {
    ("held_clothed", "infant_touch_pf"),
    ("held_clothed", "infant_temperature_c"),
    ("carried_clothed", "caregiver_touch_pf"),
    ("worn_damp", "infant_touch_pf"),
    ("worn_damp", "caregiver_touch_pf"),
    ("worn_damp", "infant_temperature_c"),
    ("worn_damp", "difference_c"),
}
_BREATH_SD_MIN = 6.0
_BREATH_SAMPLES_MIN = 60
# Spreads beyond which a sample counts no further for how the two bands go together, and how
# closely they may at most: what is behind them differs more in life than in our worlds.
_SPREADS_MAX = 2.0
_CORRELATION_MAX = 0.6
# Whose chest moves the pod in each activity, by the name in the parameters.
BODIES = {
    "both": ("ssc", "carried_clothed"),
    "infant": ("cot", "incubator", "warmer"),
    "caregiver": ("caregiver_alone",),
    "through_cloth": ("held_clothed",),
    "nobody": ("table", "washed", "sun", "hot_car", "stove", "bath"),
    "handled": ("nappy_change", "hand"),
}


@dataclass(frozen=True, eq=False)
class Pool:
    """Samples of all scenarios, away from changes."""

    samples: Samples
    state: NDArray[np.uint8]
    activity: NDArray[np.uint8]


def pooled(runs: Sequence[Labelled], each_max: int, seed: int) -> Pool:
    """Return up to so many samples of each scenario, so that no long one outweighs the others."""
    parts, states, activities = [], [], []
    chance = np.random.default_rng(seed)
    for run in runs:
        clear = np.flatnonzero(run.change_s >= _CHANGE_S)
        if len(clear) > each_max:
            clear = np.sort(chance.choice(clear, each_max, replace=False))
        parts.append(run.samples.take(clear))
        states.append(run.sample_state[clear])
        activities.append(run.sample_activity[clear])
    # `join` sorts by time; what belongs to the samples has to follow.
    order = np.argsort(np.concatenate([part.utc_s for part in parts]), kind="stable")
    return Pool(join(parts), np.concatenate(states)[order], np.concatenate(activities)[order])


def fit_looks(pool: Pool, parameters: Parameters) -> Parameters:
    """Return parameters whose substates look as the samples do."""
    for _ in range(_ROUNDS):
        member = _assigned(pool, parameters)
        parameters = _moved(pool, member, parameters)
    return with_breathing(parameters, fit_breathing(pool, parameters))


def _assigned(pool: Pool, parameters: Parameters) -> NDArray[np.intp]:
    """Return the substate of its true state that each sample fits best."""
    unbounded = replace(parameters, evidence_max=1e9, evidence_dead=0.0)
    fit = log_likelihoods(pool.samples, unbounded) + np.log(parameters.prior)
    allowed = np.array(
        [
            [substate in _SUBSTATES[activity] for substate in parameters.substates]
            for activity in ACTIVITY_NAMES
        ]
    )
    return np.where(allowed[pool.activity], fit, -np.inf).argmax(axis=1)


def _moved(pool: Pool, member: NDArray[np.intp], parameters: Parameters) -> Parameters:
    values = channel_values(pool.samples)
    channels = {}
    for name, channel in parameters.channels.items():
        mean, sd = channel.mean.copy(), channel.sd.copy()
        for substate in range(len(mean)):
            own = values[name][(member == substate) & ~np.isnan(values[name])]
            by_hand = (parameters.substates[substate], name) in _BY_HAND
            if len(own) < _SAMPLES_MIN or by_hand:
                continue
            mean[substate] = np.median(own)
            deviation = _WIDER * _SD_PER_DEVIATION * np.median(np.abs(own - mean[substate]))
            least = _SD_MIN[name]
            if name.endswith("_pf"):
                least = max(least, _PF_SHARE_MIN * mean[substate])
            sd[substate] = max(deviation, least)
        channels[name] = replace(channel, mean=mean, sd=sd)
    return replace(parameters, channels=channels)


def fit_breathing(pool: Pool, parameters: Parameters) -> dict[str, dict[str, list[float]]]:
    """Return mean and spread of both bands at each activity, for each answer to whose chest.

    And how closely the two go together. Where few samples have an activity, the numbers stay as
    they are.
    """
    knots = np.log2(parameters.breathing.activity_mg)
    edges = np.concatenate([[-np.inf], (knots[1:] + knots[:-1]) / 2, [np.inf]])
    place = np.digitize(np.log2(np.maximum(pool.samples.activity_mg, 1.0)), edges) - 1
    found = {}
    for body, activities in BODIES.items():
        member = np.isin(pool.activity, [ACTIVITY_NAMES.index(name) for name in activities])
        kept = parameters.breathing.body_of.index(body)
        table: dict[str, list[float]] = {}
        spreads = []
        for name, values, band in (
            ("adult", pool.samples.breath_adult, parameters.breathing.adult),
            ("infant", pool.samples.breath_infant, parameters.breathing.infant),
        ):
            mean, sd = band.mean[:, kept].copy(), band.sd[:, kept].copy()
            for knot in range(len(knots)):
                own = values[member & (place == knot) & ~np.isnan(values)]
                if len(own) >= _BREATH_SAMPLES_MIN:
                    mean[knot] = np.median(own)
                    deviation = _SD_PER_DEVIATION * np.median(np.abs(own - mean[knot]))
                    sd[knot] = max(_WIDER * deviation, _BREATH_SD_MIN)
            table[f"{name}_mean"] = [round(float(value), 0) for value in mean]
            table[f"{name}_sd"] = [round(float(value), 0) for value in sd]
            spreads.append(
                np.clip((values - mean[place]) / sd[place], -_SPREADS_MAX, _SPREADS_MAX)
            )
        adult, infant = spreads
        table["correlation"] = [
            _correlation(
                adult[member & (place == knot)], infant[member & (place == knot)], kept_as
            )
            for knot, kept_as in enumerate(parameters.breathing.correlation[:, kept])
        ]
        found[body] = table
    return found


def _correlation(adult: Floats, infant: Floats, otherwise: float) -> float:
    """Return how closely the two go together; as it was where too few samples tell."""
    both = ~np.isnan(adult) & ~np.isnan(infant)
    if np.count_nonzero(both) < _BREATH_SAMPLES_MIN or not np.std(adult[both]) * np.std(
        infant[both]
    ):
        return float(otherwise)
    found = np.corrcoef(adult[both], infant[both])[0, 1]
    return round(float(np.clip(found, -_CORRELATION_MAX, _CORRELATION_MAX)), 2)


def with_breathing(parameters: Parameters, found: dict[str, dict[str, list[float]]]) -> Parameters:
    """Return parameters with other breathing."""
    body_of = parameters.breathing.body_of

    def band(old: BreathingBand, name: str) -> BreathingBand:
        return replace(
            old,
            mean=np.array([found[body][f"{name}_mean"] for body in body_of]).T,
            sd=np.array([found[body][f"{name}_sd"] for body in body_of]).T,
        )

    breathing = parameters.breathing
    return replace(
        parameters,
        breathing=replace(
            breathing,
            adult=band(breathing.adult, "adult"),
            infant=band(breathing.infant, "infant"),
            correlation=np.array([found[body]["correlation"] for body in body_of]).T,
        ),
    )
