"""What a scenario asks of the world, as plain data: people, room, pod, and a script of activities.

    scenario file --> WorldPlan --> PhysicalWorld (heat, electrodes, motion) --> chips, truth

No chance and no physics here. `scenario.py` makes a plan from a TOML file and `population.py`
draws one from a seed; both refuse what `PhysicalWorld` could not live through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .day import CAREGIVER_ONLY, INFANT_ONLY, OFF, SSC

# What the band and its infant may be doing, and the true state of each. An activity says where the
# band is; where the infant is follows from it.
ACTIVITIES: Mapping[str, str] = {
    "ssc": SSC,  # on the caregiver's bare chest, the band between both
    "cot": INFANT_ONLY,  # dressed and covered in a cot, the band on the infant
    "incubator": INFANT_ONLY,  # in warm air, the band on the infant
    "warmer": INFANT_ONLY,  # under a radiant warmer, the band on the infant
    "nappy_change": INFANT_ONLY,  # half bare and handled, the band on the infant
    "carried_clothed": INFANT_ONLY,  # held, clothes between; the band stays on the infant
    "held_clothed": CAREGIVER_ONLY,  # held, clothes between; the band stays on the caregiver
    "caregiver_alone": CAREGIVER_ONLY,  # the band under the caregiver's clothes, infant in a cot
    "table": OFF,  # the band lies about, the infant in a cot (as for all that follow)
    "hand": OFF,  # the band is carried or played with
    "washed": OFF,  # the band was wiped, or lies in a wet cloth
    "sun": OFF,
    "hot_car": OFF,
    "stove": OFF,
    "bath": OFF,  # the infant is bare and wet
}

# What befalls skin, cloth and electrodes for a while, whatever the activity.
EVENTS = ("wet_nappy", "milk_leak", "sweat", "oil")


@dataclass(frozen=True)
class Infant:
    """One newborn. Defaults are a well preterm infant of 1.6 kg (domain.md 4.1)."""

    weight_kg: float = 1.6
    gestation_weeks: float = 33.0
    age_days: float = 5.0
    metabolic_w_per_kg: float = 2.2
    core_set_c: float = 36.9
    """Core temperature that it defends as far as its metabolism and vessels can."""
    start_core_c: float | None = None
    """Core temperature at the start; None for `core_set_c`."""
    breath_hz: float = 0.8
    breath_mg: float = 6.0
    """Amplitude at a pod on its chest."""
    restlessness: float = 0.05
    """Share of time in which it moves by itself."""


@dataclass(frozen=True)
class Caregiver:
    """Somebody who gives SSC or wears the band."""

    kind: str = "mother"
    """mother, father, grandmother or other."""
    skin_c: float = 35.0
    """Bare chest skin under clothes, at rest. A father's is about 1 C cooler (domain.md 2.2)."""
    breath_hz: float = 0.27
    breath_mg: float = 12.0
    restlessness: float = 0.08


@dataclass(frozen=True)
class Room:
    """Air and walls over the day."""

    mean_c: float = 26.0
    day_swing_c: float = 2.0
    """Half of the difference between the warmest and the coolest hour."""
    warmest_hour: float = 15.0
    wander_sd_c: float = 0.3
    """Slow, random part: doors, people, heating."""
    season_c_per_day: float = 0.0
    """Drift of the mean from day to day."""
    humidity: float = 0.5


@dataclass(frozen=True)
class PodBody:
    """The band's pod as a thing with mass and electrodes (domain.md 4.2, 4.4, 4.5)."""

    resistance_m2k_per_w: float = 0.06
    """Between its two faces."""
    face_mass_g: float = 3.0
    """Of each face: 150 s to settle on skin, 375 s in air."""
    dry_pf: float = 2.0
    skin_pf: float = 7.0
    """What bare skin adds."""
    drift_pf_per_day: float = 0.1


@dataclass(frozen=True)
class Act:
    """One line of a script; it lasts until the next one.

    Attributes:
        start_s: seconds since the world began.
        activity: a key of `ACTIVITIES`.
        caregiver: index into the plan's caregivers; who holds the infant or wears the band.
        settings: numbers that the activity takes, such as cover_tog, air_c, self_touch, walking.
            Those that it takes, and their defaults, stand in `activities.py`.
    """

    start_s: float
    activity: str
    caregiver: int = 0
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """Something wet.

    Attributes:
        start_s: seconds since the world began.
        kind: one of `EVENTS`.
        amount: 0 to 1.
        duration_s: until it has dried or was changed.
    """

    start_s: float
    kind: str
    amount: float = 0.5
    duration_s: float = 3600.0


@dataclass(frozen=True)
class WorldPlan:
    """All that one band's world is made of. The script begins at 0 and covers `length_s`."""

    infant: Infant
    caregivers: tuple[Caregiver, ...]
    room: Room
    pod: PodBody
    acts: tuple[Act, ...]
    events: tuple[Event, ...] = ()
    length_s: int = 86_400
    start_hour: float = 0.0
    """Local hour of the day at which the world begins; the room needs it."""
