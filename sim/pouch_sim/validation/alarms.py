r"""Alerts against the true core temperature: what was caught, how late, what rang for nothing.

core     ----\___________________/-----      below the line for ten minutes or more, while
event        |<------------------>|<-30->|    the band is on the infant
alert            |--stands--|                 what stands at any time in there catches it
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .agreement import STATES, share

Flags = NDArray[np.bool_]

LINES_C = (36.5, 36.0)
"""WHO: below 36.5 C is cold stress, below 36.0 C moderate hypothermia."""
HOT_LINE_C = 37.5

_MINUTE_S = 60
_EVENT_MIN = 10
_GRACE_MIN = 30
# A ring is true if the core was that near to the edge of normal, 36.5 or 37.5 C, or beyond it,
# from so long before until so long after: whoever was called looked at an infant that needed it,
# if for less than the alert said.
_NEAR_C = 0.1
_BEFORE_MIN, _AFTER_MIN = 30, 10
_DAY_MIN = 1440
_ON_INFANT = (STATES["ssc"], STATES["infant_only"])


@dataclass(frozen=True, slots=True)
class RungAlert:
    """One physiological alert that rang.

    Attributes:
        utc_s: when.
        end_utc_s: when it was cleared; None if it never was.
        name: its class.
        is_hot: whether it is about warmth, else about cold.
        line_c: the core temperature that it is about; None if it is about something else.
    """

    utc_s: float
    end_utc_s: float | None
    name: str
    is_hot: bool
    line_c: float | None = None


@dataclass
class AlarmTally:
    """What is counted of one or more runs about one line.

    Attributes:
        events: true events.
        caught: those that an alert of cold caught.
        caught_by_own: those that an alert of this line or of a lower one caught.
        delays_min: minutes from the start of each event that was caught.
    """

    events: int = 0
    caught: int = 0
    caught_by_own: int = 0
    delays_min: list[float] = field(default_factory=list)

    def add(self, other: "AlarmTally") -> None:
        """Count another run as well."""
        self.events += other.events
        self.caught += other.caught
        self.caught_by_own += other.caught_by_own
        self.delays_min += other.delays_min


@dataclass
class LineMinutes:
    """Minutes with an estimate of the core, by the truth and by the estimate, about one line.

    Attributes:
        below_both: the core and its estimate are below.
        below_true: only the core is.
        below_said: only the estimate is.
        above_both: neither is.
    """

    below_both: int = 0
    below_true: int = 0
    below_said: int = 0
    above_both: int = 0

    def add(self, other: "LineMinutes") -> None:
        """Count another run as well."""
        self.below_both += other.below_both
        self.below_true += other.below_true
        self.below_said += other.below_said
        self.above_both += other.above_both

    def figures(self) -> dict[str, Any]:
        """Return sensitivity and specificity, None where there is no minute of either kind."""
        below, above = self.below_both + self.below_true, self.below_said + self.above_both
        return {
            "minutes": below + above,
            "minutes_below": below,
            "sensitivity": share(self.below_both, below),
            "specificity": share(self.above_both, above),
        }


@dataclass
class Alarms:
    """What is counted of the alerts of one or more runs.

    Attributes:
        minutes: by line, of the estimate that alerts are made from.
        told: whether there were alerts to score: without an engine there are none.
        lines: by line.
        rung: alerts that rang, by class.
        false: those of them that rang for nothing, by class.
        baby_days: days on which a band was assigned.
    """

    told: bool = False
    lines: dict[float, AlarmTally] = field(
        default_factory=lambda: {line_c: AlarmTally() for line_c in LINES_C}
    )
    minutes: dict[float, LineMinutes] = field(
        default_factory=lambda: {line_c: LineMinutes() for line_c in LINES_C}
    )
    rung: dict[str, int] = field(default_factory=dict)
    false: dict[str, int] = field(default_factory=dict)
    baby_days: float = 0.0

    def add(self, other: "Alarms") -> None:
        """Count another run as well."""
        self.told = self.told or other.told
        for line_c, tally in other.lines.items():
            self.lines[line_c].add(tally)
        for line_c, counted in other.minutes.items():
            self.minutes[line_c].add(counted)
        for mine, others in ((self.rung, other.rung), (self.false, other.false)):
            for name, count in others.items():
                mine[name] = mine.get(name, 0) + count
        self.baby_days += other.baby_days

    def figures(self) -> dict[str, Any]:
        """Return the figures, ready for JSON; None for all where there was nothing to score."""
        main = _of_line(self.lines[LINES_C[0]], told=self.told)
        delays_min = self.lines[LINES_C[0]].delays_min
        false = share(sum(self.false.values()), self.baby_days) if self.told else None
        return {
            "alert_events": main["events"],
            "alert_sensitivity": main["sensitivity"],
            "false_alerts_per_baby_day": false,
            "alert_delay_min": main["delay_min"],
            "alert_delay_min_max": max(delays_min, default=None),
            "baby_days": self.baby_days,
            "alerts_per_baby_day": share(sum(self.rung.values()), self.baby_days)
            if self.told
            else None,
            "alerts_by_class": {
                name: {"rung": count, "false": self.false.get(name, 0)}
                for name, count in sorted(self.rung.items())
            },
            "core_by_line": {
                f"{line_c:.1f}": counted.figures() for line_c, counted in self.minutes.items()
            },
            "alerts_by_line": {
                f"{line_c:.1f}": _of_line(tally, told=self.told)
                for line_c, tally in self.lines.items()
            },
        }


def score(
    first_utc_s: int,
    true_states: NDArray[np.uint8],
    core_c: NDArray[np.float64],
    assigned_minutes: int,
    alerts: Sequence[RungAlert] | None,
    estimated_c: NDArray[np.float64] | None = None,
) -> Alarms:
    """Return what is counted of one run.

    Args:
        first_utc_s: where the first minute of the truth begins.
        true_states: of each minute.
        core_c: true core temperature of each minute.
        assigned_minutes: how long the infant had a band.
        alerts: those that rang; None if nothing could ring.
        estimated_c: the estimate of the core in each minute, NaN where there is none; None if
            nothing was estimated.
    """
    alarms = Alarms(told=alerts is not None, baby_days=assigned_minutes / _DAY_MIN)
    rung = alerts or ()
    on_infant = np.isin(true_states, _ON_INFANT)
    cold = [alert for alert in rung if not alert.is_hot]
    for line_c, tally in alarms.lines.items():
        for first, last in _runs(on_infant & (core_c < line_c)):
            begin_s = first_utc_s + _MINUTE_S * first
            end_s = first_utc_s + _MINUTE_S * (last + 1 + _GRACE_MIN)
            caught = [alert for alert in cold if _stands(alert, begin_s, end_s)]
            own = [one for one in caught if one.line_c is not None and one.line_c <= line_c]
            tally.events += 1
            tally.caught += bool(caught)
            tally.caught_by_own += bool(own)
            if caught:
                rang_s = min(alert.utc_s for alert in caught)
                tally.delays_min.append(max(0.0, (rang_s - begin_s) / _MINUTE_S))
    if estimated_c is not None:
        for line_c, counted in alarms.minutes.items():
            _count_minutes(counted, core_c, estimated_c, line_c)
    for alert in rung:
        alarms.rung[alert.name] = alarms.rung.get(alert.name, 0) + 1
        if not _is_true(alert, first_utc_s, core_c):
            alarms.false[alert.name] = alarms.false.get(alert.name, 0) + 1
    return alarms


def _count_minutes(
    counted: LineMinutes,
    core_c: NDArray[np.float64],
    estimated_c: NDArray[np.float64],
    line_c: float,
) -> None:
    there = ~np.isnan(estimated_c)
    below, said = core_c[there] < line_c, estimated_c[there] < line_c
    counted.below_both += int(np.count_nonzero(below & said))
    counted.below_true += int(np.count_nonzero(below & ~said))
    counted.below_said += int(np.count_nonzero(~below & said))
    counted.above_both += int(np.count_nonzero(~below & ~said))


def _runs(below: Flags) -> list[tuple[int, int]]:
    """Return first and last index of each stretch of ten minutes and more."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], below, [False]]).astype(np.int8)))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(first, end - 1) for first, end in pairs if end - first >= _EVENT_MIN]


def _stands(alert: RungAlert, begin_s: float, end_s: float) -> bool:
    alert_end_s = math.inf if alert.end_utc_s is None else alert.end_utc_s
    return alert.utc_s <= end_s and alert_end_s > begin_s


def _is_true(alert: RungAlert, first_utc_s: int, core_c: NDArray[np.float64]) -> bool:
    minute = math.floor((alert.utc_s - first_utc_s) / _MINUTE_S)
    near_c = core_c[max(0, minute - _BEFORE_MIN) : max(0, minute + _AFTER_MIN + 1)]
    if alert.is_hot:
        return bool((near_c > HOT_LINE_C - _NEAR_C).any())
    return bool((near_c < LINES_C[0] + _NEAR_C).any())


def _of_line(tally: AlarmTally, *, told: bool) -> dict[str, Any]:
    return {
        "events": tally.events,
        "sensitivity": share(tally.caught, tally.events) if told else None,
        "sensitivity_own_line": share(tally.caught_by_own, tally.events) if told else None,
        "delay_min": _median(tally.delays_min),
    }


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None
