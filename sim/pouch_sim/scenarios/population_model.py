"""What the population is like: shares, rates and ranges, and where the two splits differ.

The rates are judgements of what a ward and homes would see, not measurements; where a source has
a figure it stands beside it. Training and held-out draws share every rate, and differ in each
range and each template of a day below: no value of a person, pod or room drawn for one split can
be drawn for the other. Ranges of the held-out split lie between those of training and beyond both
of their ends, so that an analysis that learned only its own examples is found out.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

Intervals = tuple[tuple[float, float], ...]

SPLITS = ("training", "held_out")


def draw_from(chance: random.Random, intervals: Intervals) -> float:
    """Return a number, uniform over the union of the intervals.

    Args:
        chance: where it comes from.
        intervals: lower and upper ends.
    """
    weights = [high - low for low, high in intervals]
    low, high = chance.choices(intervals, weights)[0]
    return chance.uniform(low, high)


# By name of the parameter, for training and for held-out draws. Middle values: domain.md 4.1-4.5.
RANGES: Mapping[str, Mapping[str, Intervals]] = {
    "weight_kg": {
        "training": ((1.0, 1.5), (1.75, 2.6)),
        "held_out": ((0.9, 0.98), (1.55, 1.7), (2.65, 3.0)),
    },
    "infant_breath_hz": {
        "training": ((0.65, 0.8), (0.9, 1.05)),
        "held_out": ((0.55, 0.63), (0.82, 0.88), (1.07, 1.2)),
    },
    "infant_breath_mg": {
        "training": ((4.0, 6.0), (7.0, 9.0)),
        "held_out": ((2.8, 3.8), (6.2, 6.8), (9.2, 11.0)),
    },
    "adult_breath_hz": {
        "training": ((0.22, 0.27), (0.3, 0.34)),
        "held_out": ((0.19, 0.215), (0.275, 0.295), (0.345, 0.38)),
    },
    "adult_breath_mg": {
        "training": ((8.0, 12.0), (14.0, 18.0)),
        "held_out": ((6.0, 7.8), (12.4, 13.6), (18.4, 22.0)),
    },
    "resistance_m2k_per_w": {
        "training": ((0.055, 0.06), (0.066, 0.075)),
        "held_out": ((0.05, 0.054), (0.061, 0.065), (0.076, 0.085)),
    },
    "face_mass_g": {
        "training": ((2.6, 3.2), (3.6, 4.2)),
        "held_out": ((2.0, 2.5), (3.25, 3.55), (4.3, 5.0)),
    },
    "dry_pf": {
        "training": ((1.6, 2.1), (2.4, 3.0)),
        "held_out": ((1.2, 1.55), (2.15, 2.35), (3.1, 3.6)),
    },
    "skin_pf": {
        "training": ((5.5, 7.0), (7.8, 9.0)),
        "held_out": ((4.5, 5.4), (7.1, 7.7), (9.1, 10.5)),
    },
    # Cover as a multiple of what the infant needs (nursing.py), well nursed and badly.
    "cover_of_need": {
        "training": ((1.0, 1.15), (1.3, 1.5)),
        "held_out": ((0.92, 0.98), (1.17, 1.28), (1.55, 1.8)),
    },
    "cold_cover_of_need": {
        "training": ((0.5, 0.6), (0.7, 0.78)),
        "held_out": ((0.45, 0.49), (0.62, 0.68), (0.8, 0.85)),
    },
    "winter_room_c": {
        "training": ((17.5, 19.0), (20.5, 21.5)),
        "held_out": ((16.5, 17.3), (19.2, 20.3), (21.7, 22.5)),
    },
    "mild_room_c": {
        "training": ((23.5, 25.0), (26.2, 27.5)),
        "held_out": ((22.6, 23.3), (25.2, 26.0), (27.6, 28.5)),
    },
    "warm_room_c": {
        "training": ((29.4, 30.4), (31.2, 32.2)),
        "held_out": ((28.6, 29.2), (30.5, 31.1), (32.3, 32.9)),
    },
    "heatwave_room_c": {
        "training": ((33.8, 34.6), (35.4, 36.2)),
        "held_out": ((33.0, 33.7), (34.7, 35.3), (36.3, 37.0)),
    },
}


@dataclass(frozen=True)
class Season:
    """A time of the year.

    Attributes:
        share: of all infants.
        room: the range of its rooms' means.
        swing_c: range of half the difference between day and night.
        month: when it is.
        warm: whether people sweat, and nobody puts a cap on an infant.
    """

    share: float
    room: str
    swing_c: tuple[float, float]
    month: int
    warm: bool


SEASONS = (
    Season(0.2, "winter_room_c", (1.0, 3.0), 1, warm=False),
    Season(0.45, "mild_room_c", (1.0, 3.0), 10, warm=False),
    Season(0.25, "warm_room_c", (1.0, 2.5), 5, warm=True),
    Season(0.1, "heatwave_room_c", (0.5, 2.0), 6, warm=True),
)
# Where no cover keeps a small infant warm in its cot, it lies in an incubator if it wears the band
# on a ward, and otherwise the room is heated to this.
HEATED_ROOM = "mild_room_c"
# Nobody sends a smaller one home.
HOME_KG_MIN = 1.5
CAP_TOG = (0.5, 1.5)
# Cloths that nobody thinks about, in heat too.
COVER_TOG_LEAST = (0.1, 0.5)
# Where one stops to wrap, whatever the infant would need.
COVER_TOG_MOST = (3.5, 5.5)


@dataclass(frozen=True)
class Place:
    """Where an infant is cared for, and so how many hours of SSC it gets (domain.md 3.4).

    Attributes:
        share: of all infants.
        mean_h: range of an infant's mean hours a day.
        worn_by_infant: share of bands that the infant keeps on outside SSC.
        helper: share of infants with a father or grandmother who gives SSC too (+1.9 h [R1]).
    """

    share: float
    mean_h: tuple[float, float]
    worn_by_infant: float
    helper: float


PLACES: Mapping[str, Place] = {
    # Gujarat 2-4.8 h, western India 1.4 h, Haripur 7-8 h "sometimes".
    "home": Place(0.3, (1.4, 6.0), 0.4, 0.5),
    # OMWaNA 8.4 +- 3.5 h.
    "ward": Place(0.42, (5.0, 12.0), 0.7, 0.35),
    # iKMC median 16.9 h (13.0-19.7), Nepal 12.6-15.3 h.
    "ikmc": Place(0.28, (12.0, 19.7), 0.7, 0.6),
}

# No day is outside: the lowest ward mean, and what nursing, meals and washing leave of a day.
DAY_HOURS_MIN, DAY_HOURS_MAX = 1.4, 20.0
# From day to day, of an infant's own mean.
DAY_HOURS_SD_SHARE = 0.12
# Feeding, nappies and meals end a session: the best of days has no more than so many.
SESSIONS_MAX = 10


@dataclass(frozen=True)
class Template:
    """How the sessions of a day lie.

    Attributes:
        session_h: range of the usual length of one.
        first_gap: weight of the time before the first session, against 1 for one between two.
        last_gap: weight of the time after the last.
        gaps: weights of the times between, used in turn.
    """

    session_h: tuple[float, float]
    first_gap: float
    last_gap: float
    gaps: tuple[float, ...]


TEMPLATES: Mapping[str, Mapping[str, Template]] = {
    "training": {
        "even": Template((1.0, 2.5), 1.0, 1.0, (1.0,)),
        "daytime": Template((1.0, 3.0), 4.0, 2.0, (1.0,)),
        "long": Template((2.5, 5.0), 1.0, 1.0, (1.0,)),
    },
    "held_out": {
        "evenings": Template((0.8, 2.0), 6.0, 0.3, (1.0,)),
        "nights": Template((2.0, 6.0), 0.2, 0.2, (1.0, 3.0)),
        "bursts": Template((0.5, 1.3), 2.0, 2.0, (0.3, 0.3, 3.0)),
    },
}

ZONES = {"training": "Asia/Karachi", "held_out": "Africa/Kampala"}

# Shares of infants. Cold ones lie under too little cover and without cap: where it is warm nobody
# gets cold that way. WHO: most newborns at home are below 36.5 C once (domain.md 1.2 [W8]).
COLD_SHARE = 0.15
FEVER_SHARE = 0.04
FEBRILE_CAREGIVER_SHARE = 0.02
# Of infants on a ward below 1.7 kg; the rest lie in cots.
INCUBATOR_SHARE = 0.25
WARMER_SHARE = 0.08
WARM_CARE_KG_MAX = 1.7
# Sessions that a helper gives, where there is one; and of those, such in which the band stays on
# the mother, so that its record has no SSC (domain.md 4.3).
HELPER_SESSIONS = 0.35
BAND_NOT_HANDED_OVER = 0.15
# Cots in which the blanket over the pod is damp.
DAMP_COVER_SHARE = 0.08
# Caregivers wearing the band alone whose own breast, arm or wet pad touches the infant face.
SELF_TOUCH_SHARE = 0.3

# Per infant and day outside SSC, by activity: how often, and minutes from and to.
INTERRUPTIONS: Mapping[str, tuple[float, float, float]] = {
    "nappy_change": (7.0, 4.0, 10.0),
    "carried_clothed": (4.0, 10.0, 40.0),
    "held_clothed": (4.0, 10.0, 40.0),
    "bath": (0.3, 8.0, 20.0),
    "table": (0.8, 10.0, 90.0),
    "hand": (0.4, 2.0, 8.0),
    "washed": (0.15, 5.0, 30.0),
    "sun": (0.03, 20.0, 90.0),
    "hot_car": (0.02, 15.0, 60.0),
    "stove": (0.02, 10.0, 60.0),
}
# Between these local hours, for those that need the day.
DAYLIGHT_H = (7.0, 20.0)
BY_DAYLIGHT = ("bath", "sun", "hot_car")
# Air and radiation at a band in the sun, in a car, near a stove: domain.md 4.3 has 35-50 C.
HOT_AIR_C: Mapping[str, tuple[float, float]] = {
    "sun": (35.0, 47.0),
    "hot_car": (36.0, 52.0),
    "stove": (35.0, 48.0),
}
# Which of them befall a band that the infant keeps on, and one that the caregiver keeps on.
OF_THE_INFANT = (
    "nappy_change", "carried_clothed", "bath", "table", "hand", "washed", "sun", "hot_car",
    "stove",
)  # fmt: skip
OF_THE_CAREGIVER = ("held_clothed", "table", "hand", "washed", "sun", "hot_car", "stove")
# Breaks inside a session: per hour of it, and minutes. Many end before it counts as over (5 min).
BREAKS_PER_HOUR = 0.25
BREAK_MIN = (2.0, 12.0)

# Per infant and day: how often, and minutes until dry. Few wet nappies reach a band on the chest.
EVENT_RATES: Mapping[str, tuple[float, float, float]] = {
    "wet_nappy": (0.5, 15.0, 90.0),
    "milk_leak": (0.5, 20.0, 120.0),
    "sweat": (0.3, 30.0, 180.0),
    "oil": (0.15, 60.0, 240.0),
}
# In a warm room and above people sweat more.
SWEAT_IN_HEAT = 5.0

# Per band and day. One chip in two hundred band-days is more than a sound product would have.
FAULT_RATES: Mapping[str, float] = {
    "chip_stuck": 0.002,
    "chip_absent": 0.002,
    "chip_noise": 0.001,
    "power_cut": 0.02,
    "out_of_range": 0.3,
}
POWER_CUT_MIN = (1.0, 240.0)
OUT_OF_RANGE_MIN = (60.0, 900.0)
# A crystal of an ESP32-C3 module is good to +-10 ppm when new; age and heat double that.
DRIFT_PPM_MAX = 20.0
