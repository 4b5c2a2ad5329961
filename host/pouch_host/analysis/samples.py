"""Samples in units of people, each with its time and the stretch of time that it speaks for.

A sample speaks for the time half-way to its neighbours, if they are held and nothing between them
is missing. At an edge it speaks for half of the shortest interval a band can have: how far it
really reached is not known there. So a lost record makes time unknown, and never lets a sample
speak for more than it did.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from pouch_protocol import constants as c

from .clock_fit import RATE_ERROR_MAX, BootClock

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Neighbours further apart than the longest interval, by an oscillator 5 percent slow, are not
# neighbours: the band stood still between them.
_NEIGHBOUR_S_MAX = c.INTERVAL_S_MAX * (1 + RATE_ERROR_MAX)
# On a clock that runs fast even those are nearer than they say, and without one of them the other
# must not speak for more than with it.
_EDGE_S = c.INTERVAL_S_MIN / 2 * (1 - RATE_ERROR_MAX)

# A sampler may be late by a part of its interval; a missing sample is a whole one.
_NEIGHBOUR_INTERVALS = 1.5


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of one band or infant, by time. NaN says: not measured, or by a faulty sensor.

    Attributes:
        utc_s: when each was taken.
        begin_utc_s: it speaks for the time from here ...
        end_utc_s: ... up to here.
        infant_temperature_c: skin at the infant face, degrees Celsius.
        caregiver_temperature_c: skin at the caregiver face, degrees Celsius.
        infant_touch_pf: capacitance at the infant face, picofarad.
        caregiver_touch_pf: capacitance at the caregiver face, picofarad.
        activity_mg: how much the pod moved since the sample before, thousandths of g.
        breath_adult: movement in an adult's breathing band, 16 steps per doubling (SPEC.md 3).
        breath_infant: movement in an infant's breathing band, likewise.
        flags: as the band set them.
    """

    utc_s: Floats
    begin_utc_s: Floats
    end_utc_s: Floats
    infant_temperature_c: Floats
    caregiver_temperature_c: Floats
    infant_touch_pf: Floats
    caregiver_touch_pf: Floats
    activity_mg: Floats
    breath_adult: Floats
    breath_infant: Floats
    flags: npt.NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.utc_s)

    def between(self, from_utc_s: float, to_utc_s: float) -> "Samples":
        """Return the samples taken from one moment up to, but without, another.

        None of them then speaks for time outside.
        """
        first, last = np.searchsorted(self.utc_s, (from_utc_s, to_utc_s))
        part = {f.name: getattr(self, f.name)[first:last] for f in fields(self)}
        part["begin_utc_s"] = np.maximum(part["begin_utc_s"], from_utc_s)
        part["end_utc_s"] = np.minimum(part["end_utc_s"], to_utc_s)
        return Samples(**part)

    def take(self, chosen: npt.NDArray[Any]) -> "Samples":
        """Return some of the samples, by index or by flags; none reaches further than before."""
        return Samples(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


def convert(
    raw: npt.NDArray[np.void], sample_no: Integers, record_no: Integers, clock: BootClock
) -> Samples:
    """Return the samples of one boot in units of people.

    Args:
        raw: sample records, as an array with the fields of the protocol's layout.
        sample_no: record number of each.
        record_no: numbers of all records of the boot that are held, of any kind, rising.
        clock: the boot's clock. Without anchors no sample is returned: it has no time.
    """
    if not clock.anchored:
        return join([])
    utc_s = clock.utc_s(raw["uptime_cs"] / c.CS_PER_S)
    begin_utc_s, end_utc_s = _reach(utc_s, sample_no, record_no)
    flags = raw["flags"]
    return Samples(
        utc_s=utc_s,
        begin_utc_s=begin_utc_s,
        end_utc_s=end_utc_s,
        infant_temperature_c=_temperature_c(
            raw["infant_temperature_c128"], flags & c.FLAG_INFANT_THERMOMETER_FAULT
        ),
        caregiver_temperature_c=_temperature_c(
            raw["caregiver_temperature_c128"], flags & c.FLAG_CAREGIVER_THERMOMETER_FAULT
        ),
        infant_touch_pf=_touch_pf(raw["infant_touch_pf512"], flags),
        caregiver_touch_pf=_touch_pf(raw["caregiver_touch_pf512"], flags),
        activity_mg=_byte(raw["activity_mg"], flags),
        breath_adult=_byte(raw["breath_adult"], flags),
        breath_infant=_byte(raw["breath_infant"], flags),
        flags=flags,
    )


def from_columns(
    utc_s: npt.ArrayLike, *, interval_s: float, **columns: npt.ArrayLike | None
) -> Samples:
    """Return samples that came with times of their own and without record numbers.

    Args:
        utc_s: when each was taken, rising, shape (n,).
        interval_s: what the device samples at. Two samples further apart than one and a half of
            it are no neighbours: something between them is missing.
        columns: any of the measured columns of `Samples`, shape (n,); one that is absent or None
            was not measured.

    Raises:
        ValueError: times do not rise, or a column is unknown or of another length.
    """
    times = np.asarray(utc_s, np.float64)
    names = [f.name for f in fields(Samples)][3:-1]
    unknown = sorted(set(columns) - set(names))
    if unknown:
        raise ValueError(f"no column is called {unknown[0]}; there are {', '.join(names)}")
    if np.any(np.diff(times) <= 0):
        raise ValueError("the times of the samples have to rise")
    near = np.diff(times) <= _NEIGHBOUR_INTERVALS * interval_s
    begin, end = _reached(times, near)
    values = {}
    for name in names:
        column = columns.get(name)
        values[name] = np.full(len(times), np.nan) if column is None else np.array(column, float)
        if values[name].shape != times.shape:
            raise ValueError(f"column {name} has not one value for each time")
    return Samples(times, begin, end, **values, flags=np.zeros(len(times), np.uint16))


def join(parts: list[Samples]) -> Samples:
    """Return all samples of several parts, by time."""
    if not parts:
        empty = np.empty(0)
        return Samples(*[empty] * (len(fields(Samples)) - 1), flags=np.empty(0, np.uint16))
    order = np.argsort(np.concatenate([part.utc_s for part in parts]), kind="stable")
    return Samples(
        **{
            f.name: np.concatenate([getattr(part, f.name) for part in parts])[order]
            for f in fields(Samples)
        }
    )


def _reach(utc_s: Floats, sample_no: Integers, record_no: Integers) -> tuple[Floats, Floats]:
    place = np.searchsorted(record_no, sample_no)
    gapless = np.diff(sample_no) == np.diff(place)
    return _reached(utc_s, gapless & (np.diff(utc_s) <= _NEIGHBOUR_S_MAX))


def _reached(utc_s: Floats, near: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    middle = (utc_s[:-1] + utc_s[1:]) / 2
    begin, end = utc_s - _EDGE_S, utc_s + _EDGE_S
    begin[1:] = np.where(near, middle, begin[1:])
    end[:-1] = np.where(near, middle, end[:-1])
    return begin, end


def _temperature_c(raw: npt.NDArray[np.int16], fault: npt.NDArray[np.integer[Any]]) -> Floats:
    missing = (raw == c.TEMPERATURE_MISSING) | (fault != 0)
    return np.where(missing, np.nan, raw / c.STEPS_PER_C)


def _touch_pf(raw: npt.NDArray[np.uint16], flags: npt.NDArray[np.uint16]) -> Floats:
    missing = (raw == c.TOUCH_MISSING) | ((flags & c.FLAG_TOUCH_FAULT) != 0)
    return np.where(missing, np.nan, raw / c.STEPS_PER_PF)


def _byte(raw: npt.NDArray[np.uint8], flags: npt.NDArray[np.uint16]) -> Floats:
    missing = (raw == c.BYTE_MISSING) | ((flags & c.FLAG_MOTION_FAULT) != 0)
    return np.where(missing, np.nan, raw.astype(np.float64))
