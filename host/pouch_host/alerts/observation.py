"""What is known of one infant in one minute: all that an alert may rest on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from math import isfinite, isnan
from typing import Any

import numpy as np
import numpy.typing as npt

from pouch_host.errors import InputError
from pouch_protocol import constants as c

SSC = "ssc"
INFANT_ONLY = "infant_only"
CAREGIVER_ONLY = "caregiver_only"
OFF = "off"
UNKNOWN = "unknown"
STATES = frozenset({SSC, INFANT_ONLY, CAREGIVER_ONLY, OFF, UNKNOWN})
TOUCHING = frozenset({SSC, INFANT_ONLY})
"""States in which the infant face lies on the infant."""

FLAG_CLOCK_UNSET = 0x1_0000
"""The minute's time is bounded by other boots only. Bits 0 to 15 are those of a sample record."""

FAULT_FLAGS = (
    c.FLAG_INFANT_THERMOMETER_FAULT
    | c.FLAG_CAREGIVER_THERMOMETER_FAULT
    | c.FLAG_TOUCH_FAULT
    | c.FLAG_MOTION_FAULT
)
"""Flags of a sensor that does not work; one that was only out of its range is sound."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One minute of one infant, as the analysis sees it when the minute arrives.

    Attributes:
        utc_s: the minute it tells of, Unix seconds.
        received_utc_s: when the host got it, Unix seconds.
        state: one of `STATES`.
        state_probability: how sure the state is, 0 to 1.
        skin_c: chest skin, degrees Celsius. Never axillary.
        temperature_valid: the infant face is touched and the thermometer has settled.
        core_c: estimate of the core, degrees Celsius. The gap between skin and core takes an hour
            to follow a change of state, and the estimate has to allow for that: nothing here does.
        core_sd_c: standard deviation of that estimate, degrees Celsius.
        outer_c: at the caregiver face, degrees Celsius.
        battery_mv: the band's cell, millivolts; None in minutes without a reading.
        flags: of the minute's samples, and FLAG_CLOCK_UNSET.

    Raises:
        InputError: a value is none that could have been measured.
    """

    utc_s: int
    received_utc_s: int
    state: str
    state_probability: float = 1.0
    skin_c: float | None = None
    temperature_valid: bool = False
    core_c: float | None = None
    core_sd_c: float | None = None
    outer_c: float | None = None
    battery_mv: int | None = None
    flags: int = 0

    def __post_init__(self) -> None:
        """Refuse what would compare as false with every line, and so never ring."""
        if self.state not in STATES:
            known = ", ".join(sorted(STATES))
            raise InputError(f"minute {self.utc_s}: state {self.state!r} is none of {known}")
        for name in ("skin_c", "core_c", "core_sd_c", "outer_c", "battery_mv"):
            value = getattr(self, name)
            if value is not None and not isfinite(value):
                raise InputError(f"minute {self.utc_s}: {name} is {value}: give None for unknown")
        if self.core_sd_c is not None and self.core_sd_c < 0:
            raise InputError(f"minute {self.utc_s}: core_sd_c is {self.core_sd_c}, below 0")
        if not 0 <= self.state_probability <= 1:
            raise InputError(
                f"minute {self.utc_s}: state_probability is {self.state_probability}, "
                "not within 0 to 1"
            )

    @property
    def tells_core(self) -> bool:
        """Whether core and doubt are known, from a settled face that lies on the infant."""
        return (
            self.temperature_valid
            and self.state in TOUCHING
            and self.core_c is not None
            and self.core_sd_c is not None
        )

    def values(self) -> dict[str, Any]:
        """Return what is known, by name, for whoever asks why an alert rang."""
        found = {name: getattr(self, name) for name in _TOLD}
        return {name: value for name, value in found.items() if value is not None}


_TOLD = (
    "state", "state_probability", "skin_c", "core_c", "core_sd_c", "outer_c", "battery_mv",
)  # fmt: skip
_COLUMNS = tuple(field.name for field in fields(Observation))


def observations_of(
    columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]],
) -> Iterator[Observation]:
    """Yield observations from columns named as the fields, NaN standing for unknown.

    Args:
        columns: of one length. utc_s, received_utc_s and state are needed.

    Raises:
        InputError: a column is missing, unknown or of another length, or a value cannot be.
    """
    strange = sorted(set(columns) - set(_COLUMNS))
    if strange:
        raise InputError(f"observations have no column {strange[0]}: {', '.join(_COLUMNS)}")
    missing = [name for name in _COLUMNS[:3] if name not in columns]
    if missing:
        raise InputError(f"observations lack the column {missing[0]}")
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise InputError(f"columns of observations differ in length: {sorted(lengths)}")
    names = tuple(columns)
    for row in zip(*(_plain(columns[name]) for name in names), strict=True):
        yield Observation(**dict(zip(names, row, strict=True)))


def _plain(column: Sequence[Any] | npt.NDArray[Any]) -> list[Any]:
    """Return Python's own values, which compare ten times faster than numpy's one by one."""
    values = np.asarray(column).tolist()
    return [None if isinstance(value, float) and isnan(value) else value for value in values]
