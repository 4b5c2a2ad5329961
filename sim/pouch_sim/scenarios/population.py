"""Draws infants and their days from the population of `population_model`."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pouch_sim.world.plan import Act, Caregiver, Event, Infant, PodBody, Room

from . import nursing
from . import population_model as model
from .loading import SKIN_C_BY_KIND
from .population_day import Habits, draw_day
from .population_model import Place, Season, draw_from
from .scenario import Band, Fault, Link, Scenario

_DAY_S = 86_400
_MINUTE_S = 60.0
_DAYS_MAX = 31
_YEAR = 2026
_HELPERS = ("father", "grandmother")
_CHIPS = ("caregiver_thermometer", "infant_thermometer", "motion", "touch")
# Standard deviation of a noisy chip's input: C, C, mg, pF.
_NOISE = {"caregiver_thermometer": 0.3, "infant_thermometer": 0.3, "motion": 60.0, "touch": 1.5}


def draw(seed: int, index: int, *, days: int, split: str) -> Scenario:
    """Return one infant's days, from local midnight on.

    The same arguments always give the same scenario. Held-out draws differ from training in the
    ranges `population_model.RANGES` (weight, breathing of both, the pod's body and electrodes,
    cover, room), which have no value in common; in the templates of a day, of which none serves
    both; and in zone. They share all shares and rates.

    Args:
        seed: of the population.
        index: which infant of it.
        days: how many days of 24 h, 1 to 31.
        split: training or held_out.

    Raises:
        ValueError: no such split, or a number of days outside the limits.
    """
    if split not in model.SPLITS:
        raise ValueError(f"no split {split!r}; there are {', '.join(model.SPLITS)}")
    if not 1 <= days <= _DAYS_MAX:
        raise ValueError(f"{days} days; give 1 to {_DAYS_MAX}")
    return _Drawing(seed, index, days, split).scenario()


def _cot_is_too_cold(infant: Infant, air_c: float) -> bool:
    return nursing.needed_tog(infant, air_c, model.CAP_TOG[1]) is None


class _Drawing:
    """One infant while it is drawn. The order of its methods' draws is part of the result."""

    def __init__(self, seed: int, index: int, days: int, split: str) -> None:
        self._label = f"population {split} {seed} {index}"
        self._seed, self._index, self._days, self._split = seed, index, days, split
        self._chance = random.Random(self._label)
        self._season = self._pick_season()
        self._place_name, self._place = self._pick_place()
        self._cold = self._chance.random() < model.COLD_SHARE
        self._fever = self._chance.random() < model.FEVER_SHARE
        self._worn_by_infant = self._chance.random() < self._place.worn_by_infant

    def scenario(self) -> Scenario:
        infant = self._infant()
        names, caregivers = self._caregivers()
        room, pod = self._room(infant), self._pod()
        habits = self._habits(infant, room, len(names))
        band = Band(
            worn_by="infant" if self._worn_by_infant else "caregiver",
            drift_ppm=round(self._chance.uniform(-model.DRIFT_PPM_MAX, model.DRIFT_PPM_MAX), 1),
        )
        return Scenario(
            name=f"{self._split}-{self._seed}-{self._index:04d}",
            title=f"drawn: {self._place_name}, {infant.weight_kg:.2f} kg, "
            f"{room.mean_c:.1f} C, about {habits.mean_h:.1f} h of SSC a day",
            row="mixed",
            split=self._split,
            zone=model.ZONES[self._split],
            start=datetime(_YEAR, self._season.month, 1 + self._chance.randrange(27)),  # noqa: DTZ001 - local, beside its zone
            length_s=self._days * _DAY_S,
            seed=self._seed,
            band_index=self._index,
            infant=infant,
            caregiver_names=names,
            caregivers=caregivers,
            room=room,
            pod=pod,
            acts=self._acts(habits),
            events=self._events(),
            band=band,
            link=Link(),
            faults=self._faults(),
        )

    def _range(self, name: str) -> float:
        return draw_from(self._chance, model.RANGES[name][self._split])

    def _pick_season(self) -> Season:
        weights = [season.share for season in model.SEASONS]
        return self._chance.choices(model.SEASONS, weights)[0]

    def _pick_place(self) -> tuple[str, Place]:
        weights = [place.share for place in model.PLACES.values()]
        return self._chance.choices(list(model.PLACES.items()), weights)[0]

    def _infant(self) -> Infant:
        chance = self._chance
        weight_kg = self._range("weight_kg")
        while self._place_name == "home" and weight_kg < model.HOME_KG_MIN:
            weight_kg = self._range("weight_kg")
        infant = Infant(
            weight_kg=weight_kg,
            # About the usual weight for gestation: 32 weeks 1.7 kg, 37 weeks 2.8 kg.
            gestation_weeks=min(max(24.5 + 4.5 * weight_kg + chance.gauss(0.0, 1.0), 26.0), 41.0),
            age_days=chance.uniform(1.0, 21.0),
            metabolic_w_per_kg=chance.uniform(1.9, 2.8),
            core_set_c=chance.gauss(36.9, 0.1),
            breath_hz=self._range("infant_breath_hz"),
            breath_mg=self._range("infant_breath_mg"),
            restlessness=chance.uniform(0.03, 0.09),
        )
        if self._cold:
            infant = replace(infant, metabolic_w_per_kg=chance.uniform(1.6, 1.9))
        if self._fever:
            infant = replace(infant, core_set_c=chance.uniform(38.1, 39.2))
        return infant

    def _caregivers(self) -> tuple[tuple[str, ...], tuple[Caregiver, ...]]:
        names = ["mother"]
        if self._chance.random() < self._place.helper:
            names.append(self._chance.choice(_HELPERS))
        people = []
        for name in names:
            skin_c = SKIN_C_BY_KIND[name] + self._chance.gauss(0.0, 0.35)
            if self._chance.random() < model.FEBRILE_CAREGIVER_SHARE:
                skin_c += 1.5
            people.append(
                Caregiver(
                    kind=name,
                    skin_c=skin_c,
                    breath_hz=self._range("adult_breath_hz"),
                    breath_mg=self._range("adult_breath_mg"),
                    restlessness=self._chance.uniform(0.05, 0.12),
                )
            )
        return tuple(names), tuple(people)

    def _room(self, infant: Infant) -> Room:
        swing_c = self._chance.uniform(*self._season.swing_c)
        mean_c = self._range(self._season.room)
        heated_c = self._range(model.HEATED_ROOM)
        if mean_c < heated_c and _cot_is_too_cold(infant, mean_c - swing_c):
            if self._place_name == "home" or not self._worn_by_infant:
                mean_c = heated_c
            # Nothing but an incubator holds a small one even then, and it wears its band there.
            if _cot_is_too_cold(infant, mean_c - swing_c):
                self._worn_by_infant = True
        return Room(
            mean_c=mean_c,
            day_swing_c=swing_c,
            warmest_hour=self._chance.uniform(13.5, 16.5),
            wander_sd_c=self._chance.uniform(0.2, 0.5),
            season_c_per_day=self._chance.uniform(-0.1, 0.1),
            humidity=self._chance.uniform(0.3, 0.75),
        )

    def _pod(self) -> PodBody:
        return PodBody(
            resistance_m2k_per_w=self._range("resistance_m2k_per_w"),
            face_mass_g=self._range("face_mass_g"),
            dry_pf=self._range("dry_pf"),
            skin_pf=self._range("skin_pf"),
            drift_pf_per_day=self._chance.uniform(0.02, 0.25),
        )

    def _habits(self, infant: Infant, room: Room, caregiver_count: int) -> Habits:
        chance = self._chance
        cover = self._cover(infant, room)
        damp = chance.uniform(0.2, 0.9) if chance.random() < model.DAMP_COVER_SHARE else 0.0
        rest, settings = "cot", {**cover, "damp": damp}
        air_c = nursing.incubator_c(infant) + chance.uniform(-0.3, 0.5)
        which = chance.random()
        small = self._place_name != "home" and infant.weight_kg < model.WARM_CARE_KG_MAX
        if _cot_is_too_cold(infant, room.mean_c - room.day_swing_c) or (
            small and which < model.INCUBATOR_SHARE
        ):
            rest, settings = "incubator", {"air_c": air_c}
        elif small and which < model.INCUBATOR_SHARE + model.WARMER_SHARE:
            rest, settings = "warmer", {}
        alone = dict(cover)
        if chance.random() < model.SELF_TOUCH_SHARE:
            alone["self_touch"] = chance.uniform(0.1, 0.8)
        return Habits(
            split=self._split,
            mean_h=chance.uniform(*self._place.mean_h),
            worn_by_infant=self._worn_by_infant,
            rest=rest,
            rest_settings=settings,
            cover=cover,
            helpers=tuple(range(1, caregiver_count)),
            skin_settings={
                **cover,
                "contact": chance.uniform(0.75, 1.0),
                "feeding": chance.uniform(0.05, 0.2),
            },
            alone_settings=alone,
        )

    def _cover(self, infant: Infant, room: Room) -> dict[str, float]:
        """Return what covers the infant: enough for the room, or for a cold one too little."""
        chance = self._chance
        least_tog = chance.uniform(*model.COVER_TOG_LEAST)
        most_tog = chance.uniform(*model.COVER_TOG_MOST)
        cap_tog = chance.uniform(*model.CAP_TOG)
        if self._season.warm:
            cap_tog = 0.0
        needed = nursing.needed_tog(infant, room.mean_c - room.day_swing_c, cap_tog)
        well, badly = self._range("cover_of_need"), self._range("cold_cover_of_need")
        cover_tog = (nursing.COVER_TOG_MAX if needed is None else needed) * (
            badly if self._cold else well
        )
        return {
            "cover_tog": min(max(cover_tog, least_tog), most_tog),
            "cap_tog": 0.0 if self._cold else cap_tog,
        }

    def _acts(self, habits: Habits) -> tuple[Act, ...]:
        acts: list[Act] = []
        for day in range(self._days):
            chance = random.Random(f"{self._label} day {day}")
            drawn = draw_day(habits, chance, float(day * _DAY_S))
            if acts and replace(drawn[0], start_s=acts[-1].start_s) == acts[-1]:
                drawn = drawn[1:]
            acts += drawn
        return tuple(acts)

    def _events(self) -> tuple[Event, ...]:
        chance = random.Random(f"{self._label} events")
        events = []
        for kind, (per_day, low_min, high_min) in model.EVENT_RATES.items():
            rate = per_day * (
                model.SWEAT_IN_HEAT if kind == "sweat" and self._season.warm else 1.0
            )
            for start_s in self._times(chance, rate):
                duration_s = chance.uniform(low_min, high_min) * _MINUTE_S
                events.append(Event(start_s, kind, chance.uniform(0.2, 1.0), duration_s))
        return tuple(sorted(events, key=lambda event: event.start_s))

    def _times(self, chance: random.Random, per_day: float) -> Sequence[float]:
        """Return times at which something happens that does so at a rate, by chance alone."""
        times = []
        at_days = chance.expovariate(per_day)
        while at_days < self._days:
            times.append(float(int(at_days * _DAY_S)))
            at_days += chance.expovariate(per_day)
        return times

    def _faults(self) -> tuple[Fault, ...]:
        chance = random.Random(f"{self._label} faults")
        lengths_min = {"power_cut": model.POWER_CUT_MIN, "out_of_range": model.OUT_OF_RANGE_MIN}
        faults = []
        for kind, per_day in model.FAULT_RATES.items():
            for start_s in self._times(chance, per_day):
                if kind in lengths_min:
                    duration_s = chance.uniform(*lengths_min[kind]) * _MINUTE_S
                    faults.append(Fault(start_s, kind, duration_s=duration_s))
                elif kind == "chip_noise":
                    chip = chance.choice(_CHIPS)
                    faults.append(Fault(0.0, kind, chip, _NOISE[chip]))
                else:
                    faults.append(Fault(start_s, kind, chance.choice(_CHIPS)))
        return tuple(sorted(faults, key=lambda fault: fault.start_s))
