"""From one minute to the side of each line it is on. None says that the minute cannot tell."""

from collections.abc import Callable
from typing import Any

from .classes import (
    BATTERY_BROKEN_MV,
    CHAINS,
    ROOM_COLD_C,
    SENSITIVE_MAX_C,
    AlertClass,
    AlertFamily,
    Rule,
)
from .observation import (
    CAREGIVER_ONLY,
    FAULT_FLAGS,
    INFANT_ONLY,
    OFF,
    SSC,
    UNKNOWN,
    Observation,
)
from .parameters import AlertParameters
from .trend import CoolingTrend
from .watch import Side

Sides = tuple[Side, ...]

CLEAR: Sides = (Side.CLEAR,)
BETWEEN: Sides = (Side.BETWEEN,)
BEYOND: Sides = (Side.BEYOND,)
_FOUR_CLEAR, _TWO_CLEAR = CLEAR * 4, CLEAR * 2


class Conditions:
    """Looks at minutes in their order. Remembers the trend and the last contact, nothing else."""

    def __init__(self, parameters: AlertParameters) -> None:
        """Begin with nothing known.

        Args:
            parameters: lines, margins and doubts.
        """
        self._parameters = parameters
        rules = parameters.rules
        _cooling, *cold = CHAINS[0]
        self._cold = [_core_side(rules[alert_class]) for alert_class in cold]
        self._heat = [_core_side(rules[alert_class]) for alert_class in CHAINS[1]]
        # Beyond these a core is clear of every line of its side, whatever its doubt.
        self._warm_c = max(_clear_c(rules[alert_class]) for alert_class in cold)
        self._cool_c = min(_clear_c(rules[alert_class]) for alert_class in CHAINS[1])
        self._contact = rules[AlertClass.CONTACT_LOST_COLD]
        self._battery = rules[AlertClass.BATTERY_LOW]
        self.trend = CoolingTrend(rules[AlertClass.COOLING].line or 0.0)
        self._contact_s = 0
        self._minute_utc_s = 0
        self._in_contact = False
        self._contact_utc_s: int | None = None

    def sides(self, minute: Observation, *, contact_lost: bool) -> tuple[Sides | None, ...]:
        """Return the sides of the classes of each chain, but for those that the clock decides.

        Args:
            minute: later than every one before.
            contact_lost: CONTACT_LOST_COLD stands already.
        """
        self._remember_contact(minute)
        cold = heat = None
        core_c, sd_c = minute.core_c, minute.core_sd_c
        # The last two only tell the type checker what tells_core has told already.
        if minute.tells_core and core_c is not None and sd_c is not None:
            cooling = self.trend.take(minute.utc_s, minute.state, core_c)
            cold, heat = (cooling, *_FOUR_CLEAR), _TWO_CLEAR
            if core_c < self._warm_c:
                cold = (cooling, *[side(core_c, sd_c) for side in self._cold])
            if core_c > self._cool_c:
                heat = tuple([side(core_c, sd_c) for side in self._heat])
        else:
            self.trend.reset()
        return (
            cold,
            heat,
            self._contact_lost(minute, standing=contact_lost),
            _band_off(minute),
            BEYOND if minute.state == UNKNOWN else CLEAR,
            BEYOND if minute.flags & FAULT_FLAGS else CLEAR,
            self._battery_low(minute),
        )

    def gravest(self, minute: Observation) -> AlertClass | None:
        """Return the gravest line of the core that a minute is beyond, whatever came before."""
        core_c, sd_c = minute.core_c, minute.core_sd_c
        if not minute.tells_core or core_c is None or sd_c is None:
            return None
        lines = [*zip(CHAINS[0][1:], self._cold, strict=True)]
        lines += zip(CHAINS[1], self._heat, strict=True)
        beyond = [name for name, side in lines if side(core_c, sd_c) is Side.BEYOND]
        return beyond[-1] if beyond else None

    def _remember_contact(self, minute: Observation) -> None:
        step_s = minute.utc_s - self._minute_utc_s
        self._minute_utc_s = minute.utc_s
        if minute.state != SSC:
            self._in_contact = False
            return
        lived = self._in_contact and step_s <= self._parameters.pause_s
        self._contact_s = self._contact_s + step_s if lived else 0
        self._in_contact = True
        if self._contact_s >= self._parameters.contact_min_s:
            self._contact_utc_s = minute.utc_s

    def _contact_lost(self, minute: Observation, *, standing: bool) -> Sides | None:
        if minute.state == SSC:
            return CLEAR
        # On the caregiver the outer face tells of her, and the inner one of her clothes.
        if minute.outer_c is None or minute.state == CAREGIVER_ONLY:
            return None
        on_infant = minute.state == INFANT_ONLY
        line_c = (self._contact.line or 0.0) if on_infant else ROOM_COLD_C
        if minute.outer_c >= line_c + self._contact.margin:
            # Where it is not known what the face touches, warmth may be the infant's own.
            return None if minute.state == UNKNOWN else CLEAR
        if minute.outer_c >= line_c or not (standing or self._remembers(minute.utc_s)):
            return BETWEEN
        return BEYOND

    def _remembers(self, utc_s: int) -> bool:
        last_s = self._contact_utc_s
        return last_s is not None and utc_s - last_s <= self._parameters.contact_memory_s

    def _battery_low(self, minute: Observation) -> Sides | None:
        if minute.battery_mv is None or minute.battery_mv < BATTERY_BROKEN_MV:
            return None
        line_mv = self._battery.line or 0.0
        if minute.battery_mv <= line_mv:
            return BEYOND
        return CLEAR if minute.battery_mv >= line_mv + self._battery.margin else BETWEEN

    def state(self) -> dict[str, Any]:
        """Return all of it as data that JSON takes."""
        return {
            "trend": self.trend.state(),
            "contact_s": self._contact_s,
            "minute_utc_s": self._minute_utc_s,
            "in_contact": self._in_contact,
            "contact_utc_s": self._contact_utc_s,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        last_s = state["contact_utc_s"]
        self.trend.restore(state["trend"])
        self._contact_s = int(state["contact_s"])
        self._minute_utc_s = int(state["minute_utc_s"])
        self._in_contact = bool(state["in_contact"])
        self._contact_utc_s = None if last_s is None else int(last_s)


def _band_off(minute: Observation) -> Sides | None:
    if minute.state == UNKNOWN:
        return None
    return BEYOND if minute.state == OFF else CLEAR


def _clear_c(rule: Rule) -> float:
    """Return a core that is clear of a line even where doubt brings the line nearer."""
    away_c = rule.margin + SENSITIVE_MAX_C
    return (rule.line or 0.0) + (away_c if rule.family is AlertFamily.COLD else -away_c)


def _core_side(rule: Rule) -> Callable[[float, float], Side]:
    """Return what tells the side of a core and its doubt, both in degrees Celsius."""
    # Heat is cold upside down.
    sign = 1.0 if rule.family is AlertFamily.COLD else -1.0
    line = sign * (rule.line or 0.0)
    clear = line + rule.margin
    k_sd, included = rule.k_sd, rule.line_included

    def side(core_c: float, sd_c: float) -> Side:
        height = sign * core_c + max(k_sd * sd_c, -SENSITIVE_MAX_C)
        if height < line or (included and height == line):
            return Side.BEYOND
        return Side.CLEAR if height >= clear else Side.BETWEEN

    return side
