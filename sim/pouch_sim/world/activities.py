"""The numbers that each activity of a script takes: name, unit, default, range and effect.

One table, so that a scenario file is checked, documented and lived through by the same numbers.
Shares are shares of the activity's time, spent in stretches of seconds to minutes that are drawn
from the seed. 1 tog is 0.1 m2K/W. At night, 22 to 6 h local time, both sleep more than they say.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .plan import ACTIVITIES, Act


@dataclass(frozen=True)
class Setting:
    """One number that an activity takes.

    Attributes:
        default: where a script says nothing.
        low: smallest value that the physics lives through.
        high: largest one.
        unit: of the value, "share" for 0 to 1.
        what: what it does, in a few words.
    """

    default: float
    low: float
    high: float
    unit: str
    what: str


def _share(default: float, what: str) -> Setting:
    return Setting(default, 0.0, 1.0, "share", what)


def _tog(default: float, what: str) -> Setting:
    return Setting(default, 0.0, 15.0, "tog", what)


_CAP = _tog(0.5, "what covers the infant's head")
_TENDED = _share(1.0, "how far cover or heating is taken back for an infant that gets hot")
_LOOSE = _share(0.02, "time in which a face that touches skin touches it only in part")
_OWN_TOUCH = _share(0.02, "time in which the infant's own hand lies on the caregiver face")
_DAMP = _share(0.0, "wetness of the cloth at the untouched face: couples, and cools as it dries")
_INFANT_ASLEEP = _share(0.7, "time in which the infant sleeps, by day")
_CAREGIVER_ASLEEP = _share(0.15, "time in which the caregiver sleeps, by day")
_WALKING = _share(0.1, "waking time in which the caregiver walks")
_ROCKING = _share(0.05, "waking time in which the infant is rocked or swayed")
_FEEDING = _share(0.0, "waking time in which the infant sucks")
_HANDLING = _share(0.03, "time in which somebody handles infant or band")
_BETWEEN = Setting(1.0, 0.1, 10.0, "tog", "cloth between the infant and the caregiver's skin")
_COT_COVER = _tog(3.0, "what covers the infant's body in its cot")

# The band is off both; only the infant in its cot goes on as it was.
_OFF: Mapping[str, Setting] = {"cover_tog": _COT_COVER, "cap_tog": _CAP, "tended": _TENDED}
_HOT_AIR = "air and radiation together, as both faces feel it"

SETTINGS: Mapping[str, Mapping[str, Setting]] = {
    "ssc": {
        "contact": Setting(0.9, 0.3, 1.0, "share", "part of the infant's front on bare skin"),
        "cover_tog": _tog(2.0, "what covers the infant's back"),
        "cap_tog": _tog(0.0, "what covers the infant's head"),
        "tended": _TENDED,
        "loose": _LOOSE,
        "feeding": _share(0.12, _FEEDING.what),
        "walking": _share(0.08, _WALKING.what),
        "rocking": _ROCKING,
        "infant_asleep": _INFANT_ASLEEP,
        "caregiver_asleep": _share(0.2, _CAREGIVER_ASLEEP.what),
    },
    "cot": {
        "cover_tog": _tog(3.0, "what covers the infant's body and the band"),
        "cap_tog": _CAP,
        "tended": _TENDED,
        "damp": _DAMP,
        "prone": _share(0.0, "time in which the infant lies on the band"),
        "own_touch": _OWN_TOUCH,
        "loose": _LOOSE,
        "rocking": _share(0.0, _ROCKING.what),
        "handling": _HANDLING,
        "infant_asleep": _share(0.75, _INFANT_ASLEEP.what),
    },
    "incubator": {
        "air_c": Setting(34.0, 28.0, 39.0, "C", "air and walls of the incubator"),
        "cover_tog": _tog(0.0, "what covers the infant's body and the band"),
        "cap_tog": _tog(0.0, _CAP.what),
        "tended": _TENDED,
        "own_touch": _OWN_TOUCH,
        "loose": _LOOSE,
        "handling": _share(0.05, _HANDLING.what),
        "infant_asleep": _share(0.8, _INFANT_ASLEEP.what),
    },
    "warmer": {
        "servo_c": Setting(36.5, 35.0, 37.5, "C", "chest skin that the heater aims at"),
        "radiant_w_per_m2": Setting(
            250.0, 0.0, 400.0, "W/m2", "most that the heater gives to what lies below it"
        ),
        "own_touch": _OWN_TOUCH,
        "loose": _LOOSE,
        "handling": _share(0.08, _HANDLING.what),
        "infant_asleep": _share(0.75, _INFANT_ASLEEP.what),
    },
    "nappy_change": {
        "cover_tog": _tog(0.5, "what covers the infant's body and the band"),
        "cap_tog": _CAP,
        "own_touch": _share(0.1, _OWN_TOUCH.what),
        "loose": _share(0.1, _LOOSE.what),
        "handling": _share(0.6, _HANDLING.what),
    },
    "carried_clothed": {
        "cover_tog": _tog(3.0, "what covers the infant's back"),
        "cap_tog": _CAP,
        "between_tog": _BETWEEN,
        "tended": _TENDED,
        "damp": _DAMP,
        "loose": _share(0.05, _LOOSE.what),
        "feeding": _FEEDING,
        "walking": _share(0.4, _WALKING.what),
        "rocking": _share(0.25, _ROCKING.what),
        "infant_asleep": _share(0.6, _INFANT_ASLEEP.what),
        "caregiver_asleep": _share(0.0, _CAREGIVER_ASLEEP.what),
    },
    "held_clothed": {
        "cover_tog": _tog(3.0, "what covers the infant's back"),
        "cap_tog": _CAP,
        "between_tog": _BETWEEN,
        "tended": _TENDED,
        "damp": _DAMP,
        "loose": _LOOSE,
        "feeding": _FEEDING,
        "walking": _share(0.25, _WALKING.what),
        "rocking": _share(0.2, _ROCKING.what),
        "infant_asleep": _INFANT_ASLEEP,
        "caregiver_asleep": _share(0.05, _CAREGIVER_ASLEEP.what),
    },
    "caregiver_alone": {
        "clothes_tog": _tog(2.5, "the caregiver's clothes over the band"),
        "self_touch": _share(
            0.0, "time in which the caregiver's own breast or arm lies on the infant face"
        ),
        "damp": _DAMP,
        "loose": _LOOSE,
        "walking": _share(0.25, _WALKING.what),
        "rocking": _share(0.02, "waking time in which the caregiver rocks or sways"),
        "caregiver_asleep": _CAREGIVER_ASLEEP,
        **_OFF,
    },
    "table": {"handling": _share(0.0, "time in which somebody moves the band"), **_OFF},
    "hand": {
        "grip": _share(0.7, "time in which a hand covers a face, each face by itself"),
        "walking": _share(0.2, _WALKING.what),
        "handling": _share(0.5, "time in which somebody moves the band"),
        **_OFF,
    },
    "washed": {
        "damp": _share(0.8, "wetness of both faces at the start; dries in some 20 minutes"),
        "handling": _share(0.1, "time in which somebody moves the band"),
        **_OFF,
    },
    "sun": {"air_c": Setting(42.0, 30.0, 55.0, "C", _HOT_AIR), **_OFF},
    "hot_car": {"air_c": Setting(46.0, 30.0, 60.0, "C", _HOT_AIR), **_OFF},
    "stove": {"air_c": Setting(40.0, 30.0, 60.0, "C", _HOT_AIR), **_OFF},
    "bath": {
        "water_c": Setting(37.0, 32.0, 40.0, "C", "the water"),
        "water_share": _share(0.5, "first part of the activity, in water; then bare, wet, in air"),
    },
}


def values(act: Act) -> dict[str, float]:
    """Return the settings of one act, its own and otherwise the defaults.

    Raises:
        ValueError: the activity is unknown, or does not take a setting, or not this value.
    """
    if act.activity not in ACTIVITIES:
        raise ValueError(f"no activity {act.activity!r}; known are {', '.join(ACTIVITIES)}")
    table = SETTINGS[act.activity]
    for name, value in act.settings.items():
        if name not in table:
            raise ValueError(
                f"{act.activity} takes no setting {name!r}; it takes {', '.join(table)}"
            )
        setting = table[name]
        if not setting.low <= value <= setting.high:
            raise ValueError(
                f"{act.activity}: {name} is {value}, must be {setting.low} to {setting.high} "
                f"{setting.unit}"
            )
    return {name: act.settings.get(name, setting.default) for name, setting in table.items()}
