"""The script of a plan as curves over time: which act when, night, transfers, and the truth.

The last act goes on for ever, so that a collector may run past the end of the plan.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

from .activities import values
from .day import CAREGIVER_ONLY, INFANT_ONLY, OFF, SSC
from .plan import ACTIVITIES, WorldPlan

# What a code of `state_codes` stands for.
STATES = (SSC, INFANT_ONLY, CAREGIVER_ONLY, OFF)

_HOUR_S = 3600.0
_HOURS_A_DAY = 24.0
_NIGHT_FROM_H, _NIGHT_UNTIL_H = 22.0, 6.0
_US_PER_S = 1_000_000

# Where the infant lies in each activity; only a change of place bares it for a moment.
_PLACES = {
    "ssc": "chest",
    "incubator": "incubator",
    "warmer": "warmer",
    "carried_clothed": "arms",
    "held_clothed": "arms",
    "nappy_change": "bare",
    "bath": "bare",
}
# From cover to cover: undressing, lifting and wrapping (a choice; nurses take one to three
# minutes). It gives the dip of skin on transfer that domain.md 2.2 reports.
_TRANSFER_S = 90.0
# Before SSC the caregiver opens the clothes this long (choice): the chest cools, then warms.
_OPENED_S = 180.0


class Script:
    """One plan's acts on the axis of seconds since the world began."""

    def __init__(self, plan: WorldPlan) -> None:
        """Check the script.

        Raises:
            ValueError: it is empty, does not begin at 0, does not rise, or names an activity,
                caregiver or setting that there is not; the message names the act by its number.
        """
        self.acts = plan.acts
        self.settings = [_checked(plan, number) for number in range(len(plan.acts))]
        if not self.acts or self.acts[0].start_s != 0.0:
            raise ValueError("the script must begin with an act at 0 s")
        self.starts_s = np.array([act.start_s for act in self.acts], dtype=np.float64)
        if np.any(np.diff(self.starts_s) <= 0.0):
            late = int(np.argmax(np.diff(self.starts_s) <= 0.0)) + 1
            raise ValueError(f"act {late} must start after the act before it")
        self._start_hour = plan.start_hour
        self._codes = np.array(
            [STATES.index(ACTIVITIES[act.activity]) for act in self.acts], dtype=np.uint8
        )
        places = [_PLACES.get(act.activity, "cot") for act in self.acts]
        moved = [False] + [before != after for before, after in itertools.pairwise(places)]
        self._moved = np.array(moved)

    def act_numbers(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the number of the act at each time in seconds."""
        return np.searchsorted(self.starts_s, times_s, side="right") - 1

    def column(self, name: str, missing: float = 0.0) -> NDArray[np.float64]:
        """Return one setting of every act; `missing` where its activity does not take it."""
        return np.array([taken.get(name, missing) for taken in self.settings])

    def where(self, *activities: str) -> NDArray[np.bool_]:
        """Return for every act whether it is one of these activities."""
        return np.array([act.activity in activities for act in self.acts])

    def state_codes(self, times_s: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the true state at each time as an index of `STATES`."""
        return self._codes[self.act_numbers(times_s)]

    def ssc_us(self, first_us: int, end_us: int) -> int:
        """Return the true time in SSC between two times, in microseconds."""
        starts_us = [round(act.start_s * _US_PER_S) for act in self.acts]
        ends_us = [*starts_us[1:], max(end_us, starts_us[-1])]
        return sum(
            max(0, min(until_us, end_us) - max(from_us, first_us))
            for from_us, until_us, code in zip(starts_us, ends_us, self._codes, strict=True)
            if STATES[code] == SSC
        )

    def hours(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the local hour of the day, 0 to 24, at each time."""
        return (self._start_hour + times_s / _HOUR_S) % _HOURS_A_DAY

    def night(self, times_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return whether it is night at each time: 22 to 6 h, as the night share counts."""
        hours = self.hours(times_s)
        return (hours >= _NIGHT_FROM_H) | (hours < _NIGHT_UNTIL_H)

    def transfer(self, times_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return whether the infant is just being moved to another place, bare, at each time."""
        numbers = self.act_numbers(times_s)
        return self._moved[numbers] & (times_s - self.starts_s[numbers] < _TRANSFER_S)

    def opened(self, times_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return whether the caregiver's clothes are just being opened for SSC at each time."""
        numbers = self.act_numbers(times_s)
        ends_s = np.append(self.starts_s[1:], np.inf)
        ssc = self.where("ssc")
        follows = np.append(ssc[1:], False) & ~ssc
        return follows[numbers] & (ends_s[numbers] - times_s <= _OPENED_S)


def _checked(plan: WorldPlan, number: int) -> dict[str, float]:
    act = plan.acts[number]
    if not 0 <= act.caregiver < len(plan.caregivers):
        raise ValueError(
            f"act {number} names caregiver {act.caregiver}, the plan has {len(plan.caregivers)}"
        )
    try:
        return values(act)
    except ValueError as error:
        raise ValueError(f"act {number}: {error}") from error
