"""Every class of alert in one table: line, gates, how loud, what to do, and why.

Keys in brackets: [T1] Fransson 2005, PMC1721966; [T2] Karlsson 1996, PMC1061178; [T20]
10.1186/s12884-022-04983-7; [V7] BEMPU at JIPMER; [V8] BEMPU in Ghana, McAbee; [V16]
10.1038/s41598-022-16051-3, table 1; [W6] WHO teaching on thermal care; [W7] Mullany 2010, pubmed
20603466; [W8] PMC4546825; [W9] IMCI danger signs, PMC7156088; [H7] pubmed 4081928; [A1] monitor
manual after IEC 60601-1-8; [A4] PMC4456276. [D] is derived by arithmetic, [P] a proposal of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

_MIN_S = 60
_HOUR_S = 3600


class Priority(IntEnum):
    """How loud, by the names of IEC 60601-1-8, which gives no condition a priority itself [A1]."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class AlertFamily(StrEnum):
    """What an alert is about. No family's mute touches another, and none silences a danger."""

    COLD = "cold"
    HEAT = "heat"
    TECHNICAL = "technical"

    @property
    def is_physiological(self) -> bool:
        """Whether it is about the infant, and not about band or link."""
        return self is not AlertFamily.TECHNICAL


class AlertClass(StrEnum):
    """What can be wrong. The words are kept in stores: they are never renamed."""

    COOLING = "cooling"
    COLD = "cold_stress"
    MODERATE_COLD = "moderate_cold"
    DANGER_COLD = "danger_cold"
    SEVERE_COLD = "severe_cold"
    WARM = "warm"
    HOT = "hot"
    CONTACT_LOST_COLD = "contact_lost_cold"
    STALE = "stale"
    BAND_OFF = "band_off"
    SENSOR_FAULT = "sensor_fault"
    BATTERY_LOW = "battery_low"
    CLOCK_UNSET = "clock_unset"
    STATE_UNKNOWN = "state_unknown"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a class stands, when it rings, and what it asks for.

    Attributes:
        family: what may be muted together.
        priority: how loud.
        action: name of the picture that says what to do.
        late_action: the same after it escalated.
        line: what is compared with, in the unit of the class; None where the condition is a state.
        margin: how far on the good side of the line it is clear of it.
        k_sd: how many standard deviations of the core's estimate must lie beyond the line too.
            Above 0 the class is specific, below 0 sensitive.
        line_included: whether the line itself counts as beyond.
        sustain_s: how long beyond the line until it stands.
        clear_s: how long clear of it until it ends.
        quiet_s: how long it is only shown before it rings; None where being raised never rings.
            Where that escalates, the escalation rings.
        escalate_s: how long without recovery until it escalates; None where it does not.
        mute_max_s: longest mute.
        ends_unseen: whether it ends when its condition cannot be seen any more.
    """

    family: AlertFamily
    priority: Priority
    action: str
    late_action: str
    line: float | None = None
    margin: float = 0.0
    k_sd: float = 0.0
    line_included: bool = False
    sustain_s: int = 10 * _MIN_S
    clear_s: int = 10 * _MIN_S
    quiet_s: int | None = 0
    escalate_s: int | None = None
    mute_max_s: int = 4 * _HOUR_S
    ends_unseen: bool = True

    def may_ring(self, *, escalated: bool) -> bool:
        """Tell whether an alert of the class ever rings for what it is now."""
        return self.quiet_s is not None or (escalated and self.escalate_s is not None)


def _of_core(
    family: AlertFamily,
    priority: Priority,
    action: str,
    late_action: str,
    line: float,
    k_sd: float,
    *,
    sustain_s: int = 10 * _MIN_S,
) -> Rule:
    """Return the rule of a line of the core.

    10 minutes beyond it: 10 to 15 [P], since 92 of 100 infants at home read below 36.5 C once
    [W8]. 0.2 C clear of it: twice the thermometer's error of 0.1 C. Escalates after 30 minutes,
    when one trial measured again after an alarm [V8]. A danger is muted no longer than until
    then, what is milder for an hour, and the mildest until the next check, 4 hours [V8].
    """
    mute_max_s = {Priority.HIGH: 30 * _MIN_S, Priority.MEDIUM: _HOUR_S, Priority.LOW: 4 * _HOUR_S}
    return Rule(
        family,
        priority,
        action,
        late_action,
        line=line,
        margin=0.2,
        k_sd=k_sd,
        sustain_s=sustain_s,
        line_included=family is AlertFamily.HEAT and priority is Priority.HIGH,
        escalate_s=30 * _MIN_S,
        mute_max_s=mute_max_s[priority],
    )


def _technical(
    action: str,
    sustain_min: int,
    clear_min: int,
    quiet_min: int | None,
    *,
    line: float | None = None,
    margin: float = 0.0,
    ends_unseen: bool = True,
) -> Rule:
    """Return the rule of a fault: low, no escalation, muted for one long shift of 12 hours [P]."""
    return Rule(
        AlertFamily.TECHNICAL,
        Priority.LOW,
        action,
        action,
        line=line,
        margin=margin,
        sustain_s=sustain_min * _MIN_S,
        clear_s=clear_min * _MIN_S,
        quiet_s=None if quiet_min is None else quiet_min * _MIN_S,
        mute_max_s=12 * _HOUR_S,
        ends_unseen=ends_unseen,
    )


_COLD, _HEAT = AlertFamily.COLD, AlertFamily.HEAT
_LOW, _MEDIUM, _HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH
_TOGETHER, _MEASURE, _CARE = "skin_to_skin_and_cap", "measure_axillary", "seek_care"

RULES: Mapping[AlertClass, Rule] = MappingProxyType(
    {
        # A warning before 36.5 C, the lower edge of normal [W6]. The slope is in trend.py. Shown
        # and never rung: on simulated training days four of five were followed by nothing. What
        # comes after it is COLD, and that rings.
        AlertClass.COOLING: Rule(_COLD, _LOW, _TOGETHER, _TOGETHER, line=36.5, quiet_s=None),
        # Cold stress [W6]. Specific (5 of 6): so many infants cross it that an alert which also
        # rang for the thermometer's doubt would ring for most of a ward, and be switched off. So
        # it also has to last for 20 minutes, twice as long as what is graver.
        AlertClass.COLD: _of_core(
            _COLD, _LOW, _TOGETHER, _MEASURE, 36.5, 1.0, sustain_s=20 * _MIN_S
        ),
        # Moderate hypothermia [W6]: risk of death 4.7 times as high, 1.7 above it [W7]. Even odds.
        AlertClass.MODERATE_COLD: _of_core(_COLD, _MEDIUM, _TOGETHER, _MEASURE, 36.0, 0.0),
        # Danger sign, refer [W9]. Sensitive (7 of 10): missing it costs most, and who is called
        # for nothing has been called already for MODERATE_COLD.
        AlertClass.DANGER_COLD: _of_core(_COLD, _HIGH, _CARE, _CARE, 35.5, -0.5),
        # Severe hypothermia [W6], an emergency: risk of death 23 times as high [W7].
        AlertClass.SEVERE_COLD: _of_core(_COLD, _HIGH, _CARE, _CARE, 32.0, 0.0),
        # Above normal [W6]: mostly too much cloth, so specific as COLD.
        AlertClass.WARM: _of_core(_HEAT, _LOW, "uncover", _MEASURE, 37.5, 1.0),
        # Danger sign, the line included [W9]. Even odds: sun and warmers heat a band as well.
        AlertClass.HOT: _of_core(_HEAT, _HIGH, _CARE, _CARE, 38.0, 0.0),
        # Trunk skin is a late sign: a wrapped infant takes 30 to 60 minutes to lose 0.5 C [D]. The
        # line is the outer face on an infant: 33 C there and 36 C inside are 50 W/m2 through the
        # pod's 0.06 m2K/W, what the chest of a naked newborn loses [H7]. Shown after 15 minutes,
        # which no nappy takes, and never rung: when it rang 30 minutes later, 33 of 41 rings were
        # followed by nothing on simulated days. For the infant whose core falls COLD rings.
        AlertClass.CONTACT_LOST_COLD: Rule(
            _COLD, _LOW, _TOGETHER, _TOGETHER, line=33.0, margin=1.0,
            sustain_s=15 * _MIN_S, quiet_s=None,
        ),
        # Shown at once when `stale_after_s` is over, rings at 30 minutes of age: Nightscout, which
        # watches children's glucose, calls 30 minutes urgent.
        AlertClass.STALE: _technical("find_band", 0, 0, 20, ends_unseen=False),
        # Shown only: care takes a band off for half an hour; a tone for it is one of the 99 % of
        # alarms that nobody can act on [A4].
        AlertClass.BAND_OFF: _technical("put_band_on", 30, 5, None),
        # 20 samples: one bad transfer is nothing, a broken sensor blinds every other alert.
        AlertClass.SENSOR_FAULT: _technical("change_band", 10, 10, 0),
        # 3.5 V: 3 % are left, and only a charger brings 3.6 V (firmware/band/power.py). Readings
        # are smoothed on the band and come by the hour, so one is enough.
        AlertClass.BATTERY_LOW: _technical(
            "charge_band", 0, 0, 0, line=3500, margin=100, ends_unseen=False
        ),
        # The next pull sets the clock; half an hour is several pulls that could not.
        AlertClass.CLOCK_UNSET: _technical("connect_band", 30, 0, None),
        # An honest answer for minutes; for an hour it means that the band sits badly.
        AlertClass.STATE_UNKNOWN: _technical("check_band", 60, 5, None),
    }
)  # fmt: skip

CHAINS: tuple[tuple[AlertClass, ...], ...] = (
    (
        AlertClass.COOLING,
        AlertClass.COLD,
        AlertClass.MODERATE_COLD,
        AlertClass.DANGER_COLD,
        AlertClass.SEVERE_COLD,
    ),
    (AlertClass.WARM, AlertClass.HOT),
    (AlertClass.CONTACT_LOST_COLD,),
    (AlertClass.BAND_OFF,),
    (AlertClass.STATE_UNKNOWN,),
    (AlertClass.SENSOR_FAULT,),
    (AlertClass.BATTERY_LOW,),
    (AlertClass.CLOCK_UNSET,),
    (AlertClass.STALE,),
)
"""Classes of which only the gravest shows, mildest first. A chain shows one alert at a time."""

BATTERY_BROKEN_MV = 2000
"""A cell's circuit cuts off at about 2.4 V: whoever runs and reads less has a broken divider."""

SENSITIVE_MAX_C = 0.25
"""Half the way from 35.5 to 36.0 C: doubt brings a danger's line no nearer to the milder one."""

ROOM_COLD_C = 25.0
"""A free face shows the room. In rooms of 21.7 C four of ten infants in SSC ended cool [T20]."""
