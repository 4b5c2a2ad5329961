"""The numbers of the analysis, from the one file that documents them: `parameters.toml`."""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from .states import State

Floats = npt.NDArray[np.float64]

METHOD_VERSION = "interval-chain-2"
"""Changes whenever the same records and parameters may give other states or hours."""


@dataclass(frozen=True, eq=False)
class Channel:
    """One measured quantity.

    Attributes:
        weight: of its log likelihood.
        degrees_of_freedom: of Student's t.
        mean: of each substate, shape (substates,).
        sd: spread of each substate, likewise.
    """

    weight: float
    degrees_of_freedom: float
    mean: Floats
    sd: Floats


@dataclass(frozen=True, eq=False)
class BreathingBand:
    """One breathing band, whoever moves the pod.

    Attributes:
        weight: of its log likelihood.
        mean: at each activity for each substate, shape (activities, substates).
        sd: spread, likewise.
    """

    weight: float
    mean: Floats
    sd: Floats


@dataclass(frozen=True, eq=False)
class Breathing:
    """Both breathing bands.

    Attributes:
        activity_mg: the activities at which they are told, rising, shape (activities,).
        degrees_of_freedom: of Student's t.
        body_of: whose chest moves the pod in each substate, by its name in the file.
        adult: the adult's band.
        infant: the infant's.
        correlation: of the two at each activity for each substate, shape (activities, substates).
    """

    activity_mg: Floats
    degrees_of_freedom: float
    body_of: tuple[str, ...]
    adult: BreathingBand
    infant: BreathingBand
    correlation: Floats


@dataclass(frozen=True, slots=True)
class CoreGap:
    """How far the core lies above settled chest skin in one state, degrees Celsius.

    core = skin + offset + per_difference * (skin - outer face)

    Attributes:
        offset_c: where both faces are equally warm.
        per_difference: for each degree between the faces.
        difference_c_min: smaller differences count as this.
        difference_c_max: larger ones count as this.
        usual_difference_c: taken where the outer face was not measured.
        sd_c: standard deviation of what a minute by itself says.
        sd_blind_c: likewise where the outer face was not measured.
    """

    offset_c: float
    per_difference: float
    difference_c_min: float
    difference_c_max: float
    usual_difference_c: float
    sd_c: float
    sd_blind_c: float


@dataclass(frozen=True, slots=True)
class CoreFilter:
    """See `core`.

    Attributes:
        drift_c: how far a core wanders in a minute, standard deviation, degrees Celsius.
        disturbance_min: minutes in which what disturbs the skin fades to a third.
        disturbance_c: how large that is, standard deviation.
        noise_c: of each minute by itself.
        start_c: core of an infant of whom nothing is known.
        start_sd_c: standard deviation of that, and of every core after hours without a reading.
    """

    drift_c: float
    disturbance_min: float
    disturbance_c: float
    noise_c: float
    start_c: float
    start_sd_c: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """How much of a minute's answer may be anything, where a kind of measurement is missing.

    The shares add up, but for those of touch, of which the larger one counts.

    Attributes:
        infant_touch: without touch at the infant face.
        caregiver_touch: without touch at the caregiver face.
        breathing: without either breathing band.
        temperature: without the temperature at the infant face.
        reach_min: minutes before and after a measurement for which its kind is not missing.
    """

    infant_touch: float
    caregiver_touch: float
    breathing: float
    temperature: float
    reach_min: int


@dataclass(frozen=True, slots=True)
class DayBounds:
    """How much further than the minutes themselves the bounds of a day reach.

    Attributes:
        coverage: share of days whose true hours lie inside, as promised.
        edge_min: minutes that each beginning or end of a session may be off.
        share: part of the confirmed (excluded) time that may be wrong without a sign of it.
        hours: and that much a day besides.
    """

    coverage: float
    edge_min: int
    share: float
    hours: float


@dataclass(frozen=True, slots=True)
class ProviderRule:
    """See `provider`.

    Attributes:
        cooler_c: how much cooler another person's chest is than the mother's, degrees Celsius.
        sd_c: spread of a person's chest from session to session.
        sessions_min: settled sessions that it takes to know what is usual.
        mother_prior: share of sessions that are the mother's.
        probability_min: below this the provider is unknown.
    """

    cooler_c: float
    sd_c: float
    sessions_min: int
    mother_prior: float
    probability_min: float


@dataclass(frozen=True, eq=False)
class Parameters:
    """All parameters. Units and reasons stand in the file.

    Attributes:
        version: number of the file and a digest of its numbers, such as "1-3f9c2a10".
        substates: their names.
        state_of: the `State` of each, shape (substates,).
        prior: of each, shape (substates,), sum 1.
        channels: by name of the quantity.
    """

    version: str
    change_per_minute: float
    evidence_max: float
    evidence_dead: float
    block_min: int
    margin_min: int
    probability_min: float
    substates: tuple[str, ...]
    state_of: npt.NDArray[np.uint8]
    prior: Floats
    channels: dict[str, Channel]
    breathing: Breathing
    doubt: Doubt
    core_gap: dict[State, CoreGap]
    core_filter: CoreFilter
    day_bounds: DayBounds
    provider: ProviderRule

    @property
    def algorithm_version(self) -> str:
        """Return what is stored with every result: the method and its parameters."""
        return f"{METHOD_VERSION}/{self.version}"

    def substates_of(self, state: State) -> npt.NDArray[np.bool_]:
        """Tell for each substate whether it belongs to a state."""
        return self.state_of == state


@cache
def default_parameters() -> Parameters:
    """Return the parameters that came with this version."""
    return parse((resources.files("pouch_host.analysis") / "parameters.toml").read_bytes())


def parse(text: bytes) -> Parameters:
    """Return the parameters in the text of such a file.

    Raises:
        KeyError, ValueError: it is not one.
    """
    table = tomllib.loads(text.decode())
    substates: dict[str, dict[str, Any]] = table["substates"]
    prior = np.array([entry["prior"] for entry in substates.values()])
    chain = table["chain"]
    return Parameters(
        version=f"{table['version']}-{_digest(table)}",
        change_per_minute=chain["change_per_minute"],
        evidence_max=chain["evidence_max"],
        evidence_dead=chain["evidence_dead"],
        block_min=chain["block_min"],
        margin_min=chain["margin_min"],
        probability_min=table["decision"]["probability_min"],
        substates=tuple(substates),
        state_of=np.array([State[entry["state"].upper()] for entry in substates.values()], "u1"),
        prior=prior / prior.sum(),
        channels={
            name: Channel(
                weight=entry["weight"],
                degrees_of_freedom=entry["degrees_of_freedom"],
                mean=np.array([substate[name][0] for substate in substates.values()]),
                sd=np.array([substate[name][1] for substate in substates.values()]),
            )
            for name, entry in table["channels"].items()
        },
        breathing=_breathing(table["breathing"], [e["breathing"] for e in substates.values()]),
        doubt=Doubt(**table["doubt"]),
        core_gap={State[name.upper()]: CoreGap(**gap) for name, gap in table["core"].items()},
        core_filter=CoreFilter(**table["core_filter"]),
        day_bounds=DayBounds(**table["day_bounds"]),
        provider=ProviderRule(**table["provider"]),
    )


def _digest(table: dict[str, Any]) -> str:
    """Return a digest of all numbers and names; comments may be mended without a new version."""
    text = json.dumps(table, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _breathing(table: dict[str, Any], body_of: list[str]) -> Breathing:
    def band(name: str) -> BreathingBand:
        return BreathingBand(
            weight=table[f"weight_{name}"],
            mean=np.array([table[body][f"{name}_mean"] for body in body_of]).T,
            sd=np.array([table[body][f"{name}_sd"] for body in body_of]).T,
        )

    return Breathing(
        activity_mg=np.array(table["activity_mg"]),
        degrees_of_freedom=table["degrees_of_freedom"],
        body_of=tuple(body_of),
        adult=band("adult"),
        infant=band("infant"),
        correlation=np.array([table[body]["correlation"] for body in body_of]).T,
    )
