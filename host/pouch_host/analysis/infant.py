"""One infant from samples to days, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import numpy.typing as npt

from .days import TARGET_H, Day, assigned_minutes, daily_hours
from .minutes import MinuteStates, minute_states
from .parameters import Parameters, default_parameters
from .provider import with_providers
from .samples import Samples
from .sessions import Session, ssc_sessions
from .temperature import MinuteTemperatures, minute_temperatures


@dataclass(frozen=True, eq=False)
class InfantAnalysis:
    """All that is derived from one infant's samples.

    Attributes:
        minutes: state of each minute.
        assigned: for each of them whether the infant had a band.
        temperatures: of each minute.
        sessions: by time.
        days: by date.
    """

    minutes: MinuteStates
    assigned: npt.NDArray[np.bool_]
    temperatures: MinuteTemperatures
    sessions: tuple[Session, ...]
    days: tuple[Day, ...]


def analyse(
    samples: Samples,
    first_utc_s: int,
    minutes: int,
    zone: tzinfo,
    *,
    spans: Sequence[tuple[float, float]],
    target_h: float = TARGET_H,
    parameters: Parameters | None = None,
) -> InfantAnalysis:
    """Return everything about some minutes of one infant.

    Args:
        samples: those that belong to the infant, by time.
        first_utc_s: where the first minute begins, a whole minute.
        minutes: how many minutes, up to now.
        zone: where the ward is.
        spans: when the infant had a band, as `(from, to)` in UTC seconds, `to` excluded.
        target_h: hours of contact a day that it is to have.
        parameters: other ones than those that came with this version.
    """
    states = minute_states(samples, first_utc_s, minutes, parameters=parameters)
    return assemble(samples, states, zone, spans=spans, target_h=target_h, parameters=parameters)


def assemble(
    samples: Samples,
    states: MinuteStates,
    zone: tzinfo,
    *,
    spans: Sequence[tuple[float, float]],
    elapsed: int | None = None,
    target_h: float = TARGET_H,
    parameters: Parameters | None = None,
) -> InfantAnalysis:
    """Return what follows from minutes whose states are known already.

    Args:
        samples: as for `analyse`.
        states: of the minutes.
        zone: as for `analyse`.
        spans: likewise.
        elapsed: how many of the minutes are over; later ones count as without a band, but for
            sessions. All of them if None.
        target_h: as for `analyse`.
        parameters: likewise.
    """
    used = parameters or default_parameters()
    assigned = assigned_minutes(states.first_utc_s, len(states), spans)
    temperatures = minute_temperatures(samples, states, parameters=used)
    sessions = with_providers(
        ssc_sessions(states, assigned), states, temperatures, parameters=used
    )
    if elapsed is not None:
        assigned = assigned & (np.arange(len(states)) < elapsed)
    days = daily_hours(
        states,
        assigned,
        zone,
        sessions=sessions,
        temperatures=temperatures,
        target_h=target_h,
        parameters=used,
    )
    return InfantAnalysis(states, assigned, temperatures, sessions, days)
