"""The infants of the made ward, and the last days of each: physics, no chance beyond the seed."""

from dataclasses import dataclass
from datetime import date

from pouch_sim.world.plan import Act, Caregiver, Infant, PodBody, Room, WorldPlan

ZONE = "Asia/Karachi"
# 2026-03-02 00:00 in Karachi, a Monday.
START_UTC_S = 1_772_391_600
# Two whole days, and the third until four in the afternoon.
HOURS = 64
NOW_UTC_S = START_UTC_S + HOURS * 3600

_HOUR_S = 3600
_DAY_H = 24
_WARM_COT = {"cover_tog": 5.0, "cap_tog": 1.5}
_BARE_COT = {"cover_tog": 0.8, "cap_tog": 0.0}

# Hours of a usual day: from when the infant is where.
_MUCH = ((0, "ssc"), (3, "cot"), (5, "ssc"), (9, "cot"), (10, "ssc"), (15, "cot"), (19, "ssc"))
_SOME = ((0, "cot"), (6, "ssc"), (9, "cot"), (14, "ssc"), (17, "cot"))
_LITTLE = ((0, "cot"), (11, "ssc"), (12.5, "cot"))


@dataclass(frozen=True)
class Baby:
    """One infant and its band.

    Attributes:
        code: what the ward calls it.
        band_id: of its band; None without one.
        usual: hours of its days, as (hour, activity).
        last: what befalls it in the end, as (hours before now, activity, settings).
        hours: since when it wears it, hours before now.
        silent_h: for how long its band has not been heard, hours.
        room_c: its room.
        weight_g: at admission.
        gestation_days: at birth.
        born_on: local date of birth; None if nobody knows.
        target_h: contact a day.
        battery_mv: of its band.
        metabolic_w_per_kg: heat that it makes.
        caregivers: who had it on the chest, as (since hours before now, who).
    """

    code: str
    band_id: int | None
    usual: tuple = _SOME
    last: tuple = ()
    hours: int = 12
    silent_h: float = 0.0
    room_c: float = 25.0
    weight_g: int = 1700
    gestation_days: int = 238
    born_on: date | None = date(2026, 2, 25)
    target_h: float = 8.0
    battery_mv: int = 3950
    metabolic_w_per_kg: float = 2.2
    caregivers: tuple = ((10, "mother"),)

    @property
    def begin_utc_s(self):
        """Unix time at which its band was put on."""
        return NOW_UTC_S - self.hours * _HOUR_S

    def plan(self):
        """Return what its world is made of, from `begin_utc_s` on."""
        hours = [
            (day * _DAY_H + hour, activity, _WARM_COT if activity == "cot" else {})
            for day in range(-(-HOURS // _DAY_H))
            for hour, activity in self.usual
        ]
        last_from = HOURS - self.last[0][0] if self.last else HOURS
        hours = [one for one in hours if one[0] < last_from]
        hours += [(HOURS - before, activity, settings) for before, activity, settings in self.last]
        begin = HOURS - self.hours
        first = max(number for number, one in enumerate(hours) if one[0] <= begin)
        return WorldPlan(
            infant=Infant(
                weight_kg=self.weight_g / 1000, metabolic_w_per_kg=self.metabolic_w_per_kg
            ),
            caregivers=(Caregiver(),),
            room=Room(mean_c=self.room_c, day_swing_c=1.0),
            pod=PodBody(),
            acts=tuple(
                Act(round(max(0, hour - begin) * _HOUR_S), activity, 0, settings)
                for hour, activity, settings in hours[first:]
            ),
            length_s=self.hours * _HOUR_S,
            start_hour=begin % _DAY_H,
        )


COLD = "bed-2"
COOL = "bed-9"
SILENT = "bed-4"
WELL = "bed-1"
NEW = "bed-8"
SPARE_BAND_ID = 0x0000BEE5

BABIES = (
    Baby(
        WELL, 0x1001, _MUCH, ((2.5, "ssc", {}),), hours=HOURS,
        caregivers=((60, "mother"), (21, "father"), (16, "mother"), (2.4, "grandmother")),
    ),
    Baby(
        COLD, 0x1002, _LITTLE, ((5, "ssc", {}), (1.9, "cot", _BARE_COT)), room_c=22.0,
        weight_g=1450, gestation_days=226, target_h=12.0, hours=HOURS,
    ),
    Baby("bed-3", 0x1003, _SOME, ((3, "ssc", {}), (0.6, "cot", _WARM_COT)), target_h=4.0),
    Baby(SILENT, 0x1004, _MUCH, silent_h=0.9),
    Baby("bed-5", 0x1005, _SOME, ((1.2, "table", {}),), born_on=None),
    Baby("bed-6", 0x1006, _LITTLE, ((2, "ssc", {}), (0.8, "held_clothed", {}))),
    Baby("bed-7", 0x1007, _MUCH, ((1.8, "ssc", {}),), battery_mv=3460, weight_g=1320),
    Baby(NEW, None, weight_g=1880, gestation_days=245),
    Baby(
        COOL, 0x1009, _SOME, ((5, "ssc", {}), (2.1, "cot", {"cover_tog": 2.4, "cap_tog": 0.0})),
        room_c=22.5, weight_g=1600,
    ),
)  # fmt: skip
"""Worst are not first here: the board has to order them."""
