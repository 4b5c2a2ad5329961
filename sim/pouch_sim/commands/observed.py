"""What the host's own analysis and alerts make of a store: the one seam of `pouch validate`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pouch_host.alerts import (
    RULES,
    AlertClass,
    AlertEvent,
    AlertFamily,
    EventKind,
    observations_of,
    replay,
)
from pouch_host.analysis.days import Day, local_days
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.states import State
from pouch_host.derive import infant_analysis
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_sim.validation.alarms import RungAlert

from .run_files import MINUTE_S

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Observed:
    """What is said of one infant.

    Attributes:
        first_utc_s: where the first minute begins.
        states: of each minute, numbered as in `validation.agreement`.
        probability: how sure each is; NaN where unknown.
        assigned: for each minute whether the infant had a band.
        days: its local days, each with the minutes that it is made of.
        core_c: estimate of the core in each minute, degrees Celsius; NaN where there is none.
        alerts: physiological alerts that rang.
        algorithm_version: of the analysis.
    """

    first_utc_s: int
    states: NDArray[np.uint8]
    probability: NDArray[np.float64]
    assigned: Flags
    days: tuple[tuple[Day, slice], ...]
    core_c: NDArray[np.float64]
    alerts: tuple[RungAlert, ...] | None
    algorithm_version: str


def observed_minutes(store: Store, infant: str, end_utc_s: int) -> Observed:
    """Return states, days and alerts of one infant, worked out anew from its records.

    Args:
        store: where the records are.
        infant: its code.
        end_utc_s: minutes that are not over by then do not count.

    Raises:
        InputError: the infant never had a band, or only later.
        StoreError: the store cannot be read.
    """
    result = infant_analysis(store, end_utc_s, infant)
    minutes = result.minutes
    if not result.assigned.any():
        raise InputError(f"store {store.name}: infant {infant} has no band before the truth ends")
    parts = {
        day: slice(part.start, min(part.stop, len(minutes)))
        for day, _, part in local_days(minutes.first_utc_s, len(minutes), store.zone)
    }
    return Observed(
        minutes.first_utc_s,
        minutes.states,
        minutes.probability,
        result.assigned,
        tuple((day, parts[day.date]) for day in result.days),
        result.temperatures.core_c,
        alerts_of(result),
        minutes.algorithm_version,
    )


def alerts_of(result: InfantAnalysis) -> tuple[RungAlert, ...]:
    """Return the physiological alerts that would have rung, had each minute come when it was over.

    A band that a ward listens to is read within a minute or two of its samples. The states are
    those of the whole record, which knows what came after: close to a change of state an engine
    that runs live may be some minutes later.
    """
    minutes, temperatures = result.minutes, result.temperatures
    utc_s = minutes.first_utc_s + MINUTE_S * np.arange(len(minutes))
    worn = np.flatnonzero(result.assigned)
    columns = {
        "utc_s": utc_s,
        "received_utc_s": utc_s + MINUTE_S,
        "state": np.array([State(state).word for state in minutes.states]),
        "state_probability": np.nan_to_num(minutes.probability),
        "skin_c": temperatures.skin_c,
        "temperature_valid": temperatures.valid,
        "core_c": temperatures.core_c,
        "core_sd_c": temperatures.core_sd_c,
        "outer_c": temperatures.outer_c,
    }
    told = replay(observations_of({name: column[worn] for name, column in columns.items()}))
    return _rung(told)


def _rung(told: list[AlertEvent]) -> tuple[RungAlert, ...]:
    """Return each alert that rang once, however often it did, with its end."""
    ends_utc_s = {event.alert_id: event.utc_s for event in told if event.kind is EventKind.CLEARED}
    rung: dict[int, RungAlert] = {}
    for event in told:
        if event.kind is not EventKind.RANG or event.alert_class is None:
            continue
        rule = RULES[event.alert_class]
        if event.alert_id is None or event.alert_id in rung or not rule.family.is_physiological:
            continue
        about_core = event.alert_class is not AlertClass.CONTACT_LOST_COLD
        rung[event.alert_id] = RungAlert(
            event.told_utc_s,
            ends_utc_s.get(event.alert_id),
            event.alert_class.value,
            rule.family is AlertFamily.HEAT,
            rule.line if about_core else None,
        )
    return tuple(rung.values())
