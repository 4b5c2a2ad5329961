"""One run's figures before they are put together, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .agreement import Counts
from .alarms import Alarms
from .hours import DayPair

MIXED = "mixed"
"""The situation of infants that are drawn from the population, with all their ordinary days."""


@dataclass(frozen=True, eq=False)
class RivalScore:
    """What another way to decide made of one run.

    Attributes:
        table: minutes by true state and by what it said, see `agreement`.
        errors_h: its confirmed hours of contact minus the true ones, for each day of the run.
    """

    table: Counts
    errors_h: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scored:
    """One run.

    Attributes:
        scenario: its name.
        row: the situation that its file or draw names.
        split: training, held_out or own.
        seed: of everything random; None if nobody wrote it down.
        gear: true for the firmware in its VM, quick for its arithmetic alone.
        algorithm_version: of the analysis.
        table: minutes by true state and by what was said, see `agreement`.
        days: its days.
        alarms: what is counted of its alerts.
        rivals: what other ways to decide made of it, by name; empty if nobody asked.
    """

    scenario: str
    row: str
    split: str
    seed: int | None
    gear: str
    algorithm_version: str
    table: Counts
    days: tuple[DayPair, ...]
    alarms: Alarms
    rivals: Mapping[str, RivalScore] = field(default_factory=dict)

    @property
    def situation(self) -> str:
        """Return the line of a table that it belongs to: the scenario's own where no row is."""
        return self.scenario if self.row == MIXED and self.split == "own" else self.row
