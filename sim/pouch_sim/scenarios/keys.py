"""Every key of a scenario file: type, unit, default, range and what it does.

One list serves `load`, which refuses what is not in it, and docs/SCENARIOS.md, which a test holds
against it. Defaults are those of the dataclasses that the values go into. Settings of activities
are not here: they stand in `pouch_sim.world.activities`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from pouch_protocol import constants as c
from pouch_sim.hardware.boards import BOARDS
from pouch_sim.world.limits import CAREGIVER_LIMITS, INFANT_LIMITS, POD_LIMITS, ROOM_LIMITS
from pouch_sim.world.plan import (
    ACTIVITIES,
    EVENTS,
    Caregiver,
    Event,
    Infant,
    PodBody,
    Room,
)
from pouch_sim.world.surroundings import ALL_CHIPS

from .scenario import SPLITS, Band, Link, Scenario

# Types as the documents name them.
NUMBER, WHOLE, TEXT, YES_NO = "number", "whole number", "text", "true or false"
TIME, DATE_TIME, ZONE = "HH:MM or HH:MM:SS", "local date and time", "IANA time zone"

# A key without default has to be given, but for those that mean something by being absent.
REQUIRED = object()

# The longest run: a month of KMC follow-up (28 days) with days to spare.
LENGTH_H_MAX = 744.0

ROWS: Mapping[str, str] = {
    "ssc_settled": "SSC of a warm infant, settled: both faces touched, small and slow difference",
    "ssc_start_cool": "SSC that begins with a cool infant: its side warms like a fever",
    "cot_swaddled_25c": "dressed and covered in a cot at 25 C, the band left on the infant",
    "cot_tight_4tog": "as above under 4 tog: the outer face is as warm as a cool mother",
    "cot_hot_room": "in a cot in a room of 33 to 37 C: by temperature the same as SSC",
    "ssc_hot_room": "SSC in a room of 33 to 37 C: no heat flows between the faces",
    "held_clothed": "held with cloth between, the band on the caregiver",
    "carried_clothed": "held with cloth between, the band on the infant",
    "caregiver_alone": "the caregiver alone wears the band under clothes",
    "caregiver_alone_self_touch": "as above, with her own skin or a wet pad on the infant face",
    "table": "the band lies about",
    "sun": "the band lies in the sun",
    "hot_car": "the band lies in a hot car",
    "stove": "the band lies near a stove",
    "radiant_warmer": "the infant under a radiant warmer: the outer face is the warmer one",
    "incubator": "the infant in an incubator",
    "father": "SSC with the father, whose side is about 1 C cooler",
    "grandmother": "SSC with the grandmother, and handing over",
    "twins": "one of two infants who share their caregivers; one file and band each",
    "wet_nappy": "a wet nappy that reaches the band",
    "milk_leak": "milk that leaks onto the band",
    "sweat": "sweat between skin and band",
    "oil": "oil massage, the band put on again over it",
    "damp_blanket_cot": "a damp blanket on the outer face in a cot fakes the caregiver's touch",
    "bath_and_transfer": "a bath, and skin that is cool after each transfer",
    "cold_room_contact_lost": "SSC ends in a cold room with bad cover: the infant gets cold",
    "cooling_slowly": "an infant that slowly cools in a cot",
    "fever": "an infant with fever",
    "night_winter": "a winter night: both asleep, little motion",
    "heatwave_day": "a day of a heatwave",
    "ward_day_mixed": "an ordinary day on a ward",
    "mixed": "anything else",
}

FAULT_KINDS: Mapping[str, str] = {
    "chip_absent": "a chip does not answer any more",
    "chip_stuck": "a chip answers for ever what it measured then",
    "chip_beyond": "the input of a chip is beyond its range",
    "chip_noise": "the input of a chip is noisy during the whole run: give amount, not at",
    "bus_stuck": "the bus of the chips is held low for a while",
    "power_cut": "the band loses its power and starts again when it comes back",
    "out_of_range": "the collector does not hear the band: either was carried away",
    "packet_loss": "more packets are lost for a while: give amount",
}


@dataclass(frozen=True)
class Key:
    """One key of a table.

    Attributes:
        name: as it is written.
        what: what it does.
        kind: one of the types above.
        unit: of a number, empty for none.
        default: REQUIRED, None for nothing, or a value.
        low: smallest number.
        high: largest number.
        choices: the texts that it may be, empty for any.
    """

    name: str
    what: str
    kind: str = NUMBER
    unit: str = ""
    default: Any = REQUIRED
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()


def _of(plain: type, *keys: Key) -> tuple[Key, ...]:
    """Return the keys with the defaults of the dataclass that they fill."""
    defaults = {field.name: field.default for field in fields(plain)}
    return tuple(replace(key, default=defaults[key.name]) for key in keys)


def _within(limits: Mapping[str, tuple[float, float]], plain: type, *keys: Key) -> tuple[Key, ...]:
    """Return the keys with such defaults, and the ranges that the physics lives through."""
    return tuple(
        replace(key, low=limits[key.name][0], high=limits[key.name][1])
        for key in _of(plain, *keys)
    )


_CHIPS = tuple(sorted(ALL_CHIPS))
_AT = Key("at", "time after the start, of its day; below 24:00", TIME)
_DAY = Key("day", "whole days of 24 h after the start", WHOLE, "d", 0, 0, 30)

HEAD = (
    Key("title", "one line for people", TEXT),
    Key("row", "the situation that it shows, one of those under What is shipped", TEXT, "",
        "mixed", choices=tuple(ROWS)),
    Key("split", "whether an analysis may learn from it", TEXT, "", "own", choices=SPLITS),
    Key("zone", "where it happens", ZONE),
    Key("start", "when it begins, as 2026-01-31T06:00:00", DATE_TIME),
    Key("length_h", "how long it lasts", NUMBER, "h", 24.0, 0.5, LENGTH_H_MAX),
    Key("repeat_days", "script and events of day 0 come again every day", YES_NO, "", False),
    Key("jitter_min", "how far the seed moves each start; below half of the shortest act", NUMBER,
        "min", 0.0, 0.0, 60.0),
    *_of(
        Scenario,
        Key("seed", "for all chance, where the command line gives none", WHOLE, "", 1, 0,
            2**31 - 1),
        Key("band_index", "tells infants of one seed apart, such as twins", WHOLE, "", 0, 0, 999),
    ),
)  # fmt: skip

INFANT = _within(
    INFANT_LIMITS,
    Infant,
    Key("weight_kg", "its weight", NUMBER, "kg"),
    Key("gestation_weeks", "at birth", NUMBER, "weeks"),
    Key("age_days", "since birth", NUMBER, "d"),
    Key("metabolic_w_per_kg", "heat that it makes at rest", NUMBER, "W/kg"),
    Key("core_set_c", "core temperature that it defends; 38 and more is fever", NUMBER, "C"),
    Key("start_core_c", "core temperature at the start; without it core_set_c", NUMBER, "C"),
    Key("breath_hz", "breaths per second", NUMBER, "Hz"),
    Key("breath_mg", "amplitude of breathing at a pod on its chest", NUMBER, "mg"),
    Key("restlessness", "share of time in which it moves by itself"),
)

CAREGIVER = (
    Key("kind", "who it is; without it the name of the table, else other", TEXT, "", None,
        choices=("mother", "father", "grandmother", "other")),
    Key("skin_c", "bare chest skin under clothes, at rest; without it by kind", NUMBER, "C", None,
        *CAREGIVER_LIMITS["skin_c"]),
    *_within(
        CAREGIVER_LIMITS,
        Caregiver,
        Key("breath_hz", "breaths per second", NUMBER, "Hz"),
        Key("breath_mg", "amplitude of breathing at the pod", NUMBER, "mg"),
        Key("restlessness", "share of time in which he or she moves"),
    ),
)  # fmt: skip

ROOM = _within(
    ROOM_LIMITS,
    Room,
    Key("mean_c", "air and walls over the day", NUMBER, "C"),
    Key("day_swing_c", "half of the difference between warmest and coolest hour", NUMBER, "C"),
    Key("warmest_hour", "local hour of the day", NUMBER, "h"),
    Key("wander_sd_c", "slow, random part: doors, people, heating", NUMBER, "C"),
    Key("season_c_per_day", "drift of the mean from day to day", NUMBER, "C/d"),
    Key("humidity", "relative, as a share"),
)

POD = _within(
    POD_LIMITS,
    PodBody,
    Key("resistance_m2k_per_w", "between its two faces", NUMBER, "m2K/W"),
    Key("face_mass_g", "of each face; a heavy one is slow", NUMBER, "g"),
    Key("dry_pf", "capacitance of an electrode that nobody touches", NUMBER, "pF"),
    Key("skin_pf", "what bare skin adds", NUMBER, "pF"),
    Key("drift_pf_per_day", "slow change of dry_pf", NUMBER, "pF/d"),
)

BAND = _of(
    Band,
    Key("interval_s", "between two samples", WHOLE, "s", low=c.INTERVAL_S_MIN,
        high=c.INTERVAL_S_MAX),
    Key("worn_by", "who keeps it on outside SSC, as set on the band", TEXT,
        choices=("infant", "caregiver")),
    Key("drift_ppm", "how much its clock runs fast", NUMBER, "ppm", low=-50_000.0, high=50_000.0),
    Key("radio_plan", "how often its radio is on", TEXT, choices=("default", "slow")),
    Key("board", "what it is built on", TEXT, choices=tuple(BOARDS)),
    Key("battery_mah", "capacity of its cell; without it a constant voltage", WHOLE, "mAh",
        low=20, high=5000),
    Key("battery_percent", "charge of the cell at the start", WHOLE, "%", low=1, high=100),
)  # fmt: skip

LINK = _of(
    Link,
    Key("pull_every_min", "between two rounds of the collector", NUMBER, "min", low=5.0,
        high=10_080.0),
    Key("packet_loss", "chance that one packet is lost", NUMBER, "", low=0.0, high=0.9),
)  # fmt: skip

LINE = (
    _AT,
    _DAY,
    Key("do", "the activity, until the next line", TEXT, choices=tuple(ACTIVITIES)),
    Key("with", "name of the caregiver who holds the infant or wears the band", TEXT, "", None),
)

EVENT = (
    _AT,
    _DAY,
    Key("kind", "what is wet", TEXT, choices=EVENTS),
    Key("amount", "how wet", NUMBER, "", next(f.default for f in fields(Event)
        if f.name == "amount"), 0.0, 1.0),
    Key("duration_min", "until it has dried or was changed", NUMBER, "min", 60.0, 1.0, 1440.0),
)  # fmt: skip

FAULT = (
    Key("at", _AT.what, TIME, "", "00:00"),
    _DAY,
    Key("kind", "what breaks; the table below", TEXT, choices=tuple(FAULT_KINDS)),
    Key("chip", "which, for the kinds that begin with chip_", TEXT, "", None, choices=_CHIPS),
    Key("amount", "chip_noise: standard deviation in C, pF or mg; packet_loss: chance up to 0.9",
        NUMBER, "", None, 0.0, 1000.0),
    Key("duration_min", "for bus_stuck, power_cut, out_of_range and packet_loss", NUMBER, "min",
        None, 0.1, 10_080.0),
)  # fmt: skip

# By the header of the table in the file; HEAD is what stands before any header.
TABLES: Mapping[str, tuple[Key, ...]] = {
    "infant": INFANT,
    "caregivers": CAREGIVER,
    "room": ROOM,
    "pod": POD,
    "band": BAND,
    "link": LINK,
    "script": LINE,
    "event": EVENT,
    "fault": FAULT,
}
