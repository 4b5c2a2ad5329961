"""Sweat, milk, urine, oil and bath water: how wet faces, cloth and infant are, as curves of time.

    event   rises in half a minute, then dries until its end
    sweat   gathers over tens of minutes under a touched face, dries when it is free

Everything is a closed form of time, so that any instant can be asked alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .plan import EVENTS, Event, WorldPlan
from .script import Script

_RISE_S = 30.0
# A twentieth of the wetness is left at an event's end.
_DRY_FOLDS = 3.0
# Sweat under a sealed pod: a fifth of what skin adds, after tens of minutes (domain.md 4.4); it
# dries in free air as a thin film does (choice).
_SWEAT_SHARE, _SWEAT_S, _SWEAT_DRIES_S = 0.2, 2400.0, 720.0
_MEAN_HUMIDITY = 0.5
# A wiped pod and a bathed infant dry in some 20 minutes (choice); a towel takes three quarters of
# the water off at once.
_WIPED_DRIES_S, _BATHED_DRIES_S, _TOWEL_LEAVES = 600.0, 900.0, 0.25


@dataclass(frozen=True)
class _Effect:
    """What an event of amount 1 does at its height, per face (infant, caregiver).

    Attributes:
        film: share of bare skin's capacitance that a touched face gains.
        damp: wetness of the cloth at a face that no skin touches.
        cool_w_per_m2: heat that drying takes from the face.
        shields: share of a touch that it takes away.
        body: wetness of the infant's skin, 0 to 1.
    """

    film: tuple[float, float]
    damp: tuple[float, float]
    cool_w_per_m2: tuple[float, float]
    shields: tuple[float, float] = (0.0, 0.0)
    body: float = 0.0


# Choices: films read as much as skin does for 1 to 50 uL (domain.md 4.4, C3); cooling gives the
# drop of 0.5 to 2 C of domain.md 4.3; oil insulates, and lifts the electrode from the skin.
_EFFECTS: Mapping[str, _Effect] = {
    "wet_nappy": _Effect((0.5, 0.1), (0.6, 0.9), (130.0, 40.0), body=0.15),
    "milk_leak": _Effect((0.4, 0.6), (0.9, 0.5), (80.0, 130.0)),
    "sweat": _Effect((0.4, 0.4), (0.5, 0.5), (40.0, 40.0)),
    "oil": _Effect((0.0, 0.0), (0.0, 0.0), (70.0, 20.0), (0.35, 0.2)),
}
assert tuple(_EFFECTS) == EVENTS


@dataclass(frozen=True)
class FaceMoisture:
    """One face at some instants; see `_Effect` for the fields."""

    film: NDArray[np.float64]
    damp: NDArray[np.float64]
    cool_w_per_m2: NDArray[np.float64]
    shields: NDArray[np.float64]


class Moisture:
    """The wetness of one band's world."""

    def __init__(
        self, plan: WorldPlan, script: Script, touched: tuple[list[bool], list[bool]]
    ) -> None:
        """Work out how much sweat each act begins with.

        Args:
            plan: events and the room's humidity.
            script: the acts.
            touched: for each face whether skin touches it in each act.
        """
        self._events = plan.events
        self._script = script
        self._damp = script.column("damp")
        self._wiped = script.where("washed")
        self._humid = plan.room.humidity / _MEAN_HUMIDITY
        self._evaporates = max(0.0, (1.0 - plan.room.humidity) / (1.0 - _MEAN_HUMIDITY))
        self._touched = tuple(np.array(flags) for flags in touched)
        self._sweat_starts = tuple(self._starts(flags) for flags in touched)
        self._water_share = script.column("water_share")
        self._bath = script.where("bath")

    def face(
        self, face: int, times_s: NDArray[np.float64], numbers: NDArray[np.int64]
    ) -> FaceMoisture:
        """Return the wetness of one face: 0 infant, 1 caregiver.

        Args:
            face: which.
            times_s: seconds since the world began.
            numbers: number of the act at each time.
        """
        elapsed_s = times_s - self._script.starts_s[numbers]
        target, fold_s = self._sweat(self._touched[face])
        target, fold_s = target[numbers], fold_s[numbers]
        left = np.exp(-elapsed_s / fold_s)
        film = target + (self._sweat_starts[face][numbers] - target) * left
        damp = np.where(self._touched[face], 0.0, self._damp)[numbers]
        wiped = self._wiped[numbers]
        damp[wiped] *= np.exp(-elapsed_s[wiped] / _WIPED_DRIES_S)
        # A damp cloth or face cools by what evaporates: 60 W/m2 when soaked (choice, as a wet
        # infant's skin loses it, domain.md 4.1).
        cool = damp * 60.0 * self._evaporates
        shields = np.zeros(len(times_s))
        for event in self._events:
            effect = _EFFECTS[event.kind]
            wet = _wetness(event, times_s)
            film += wet * effect.film[face]
            damp += wet * effect.damp[face]
            cool += wet * effect.cool_w_per_m2[face] * self._evaporates
            shields += wet * effect.shields[face]
        return FaceMoisture(film, np.minimum(damp, 1.0), cool, np.minimum(shields, 1.0))

    def body(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how wet the infant's skin is, 0 to 1, at each time."""
        wet = np.zeros(len(times_s))
        for number in np.flatnonzero(self._bath):
            start_s, out_s, end_s = self._bath_times(int(number))
            dried_s = np.clip(times_s - out_s, 0.0, None)
            bathed = np.where(times_s >= start_s, np.exp(-dried_s / _BATHED_DRIES_S), 0.0)
            bathed[times_s >= end_s] *= _TOWEL_LEAVES
            wet = np.maximum(wet, bathed)
        for event in self._events:
            wet += _wetness(event, times_s) * _EFFECTS[event.kind].body
        return np.minimum(wet, 1.0)

    def in_water(
        self, times_s: NDArray[np.float64], numbers: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return whether the infant lies in its bath at each time."""
        inside = np.zeros(len(times_s), dtype=np.bool_)
        for number in np.flatnonzero(self._bath):
            inside |= (numbers == number) & (times_s < self._bath_times(int(number))[1])
        return inside

    def _bath_times(self, number: int) -> tuple[float, float, float]:
        """Return start, end of the water and end of one bath; a last one is half an hour."""
        starts_s = self._script.starts_s
        start_s = float(starts_s[number])
        end_s = float(starts_s[number + 1]) if number + 1 < len(starts_s) else start_s + 1800.0
        return start_s, start_s + (end_s - start_s) * float(self._water_share[number]), end_s

    def _sweat(
        self, touched: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        target = np.where(touched, _SWEAT_SHARE * self._humid, 0.0)
        return target, np.where(touched, _SWEAT_S, _SWEAT_DRIES_S)

    def _starts(self, touched: list[bool]) -> NDArray[np.float64]:
        targets, folds_s = self._sweat(np.array(touched))
        sweat = [0.0]
        lengths_s = np.diff(self._script.starts_s)
        for length_s, target, fold_s in zip(lengths_s, targets, folds_s, strict=False):
            sweat.append(float(target + (sweat[-1] - target) * math.exp(-length_s / fold_s)))
        return np.array(sweat)


def _wetness(event: Event, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the event's course: 0 before it, its amount at its height, nothing long after."""
    elapsed_s = times_s - event.start_s
    rise = np.clip(elapsed_s / _RISE_S, 0.0, 1.0)
    fold_s = max(event.duration_s, 1.0) / _DRY_FOLDS
    return event.amount * rise * np.exp(-np.clip(elapsed_s - _RISE_S, 0.0, None) / fold_s)
