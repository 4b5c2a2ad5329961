"""How an infant defends its temperature: metabolism, vessels, evaporation, and those who tend it.

colder than it wants:  metabolism up (brown fat, weaker in small preterms), limbs' vessels shut
hotter than it wants:  metabolism a little down, vessels open, sweat (hardly in preterms)
"""

import math
import random
from dataclasses import dataclass

from .plan import Infant

# Skin counts a tenth as much as core, from where trunk skin is at ease (choice; newborns do answer
# to cooled skin before their core falls).
_SKIN_WEIGHT, _SKIN_AT_EASE_C = 0.1, 35.8
# Metabolism doubles within 0.33 C (choice), as far as there is brown fat: term infants double it,
# 28 weeks manage a third more. The study's range is 1.5 to 3.5 W/kg (domain.md 4.1).
_MORE_PER_C, _LESS_MAX = 3.0, 0.1
_FAT_MIN, _FAT_SPAN, _FAT_FROM_WEEKS, _FAT_WEEKS = 0.35, 0.65, 28.0, 10.0
# Tissue of limbs and back. Preterms hardly shut their vessels (domain.md 2.2, T3).
_LIMBS_W_PER_M2K, _LIMBS_PER_C, _LIMBS_OPEN = 30.0, 60.0, 45.0
_SHUT_TERM, _SHUT_PRETERM, _TERM_WEEKS = 14.0, 26.0, 37.0
# Tissue of the trunk: gives rectal minus trunk skin 0.2 C with the mother and 0.7 C in a cot
# (domain.md 2.1, T1; a published value was not found). Its vessels open a little in the cold
# (domain.md 2.2, T3, T4).
_TRUNK_W_PER_M2K, _TRUNK_OPENS, _COLD_FULL_C = 45.0, 0.2, 1.0
_TRUNK_SPREAD = 0.08
# Through skin and breath, at half humidity: 15 g/kg a day. Below 29 weeks up to seven times as
# much in the first days (domain.md 4.1, H9; the factor is a choice).
_INSENSIBLE_W_PER_M2 = 5.0
_LEAKY_BELOW_WEEKS, _LEAKY_SPAN_WEEKS, _LEAKY_TIMES, _LEAKY_DAYS = 29.0, 4.0, 6.0, 7.0
# Bare and wet: half of what radiation and convection take at 25 C (domain.md 4.1, H10).
_WET_W_PER_M2 = 60.0
_MEAN_HUMIDITY = 0.5
# Sweat of a term infant; preterms have little (choices).
_SWEAT_FROM_C, _SWEAT_PER_C, _SWEAT_TERM, _SWEAT_PRETERM = 0.4, 40.0, 30.0, 15.0
# Whoever tends an infant opens its covers from here on, fully 0.4 C higher, and leaves a third.
_HOT_FROM_C, _HOT_SPAN_C, _HOT_MAX = 0.25, 0.4, 0.7


@dataclass(frozen=True, slots=True)
class Answer:
    """What the infant does at one moment.

    Attributes:
        metabolic_w: heat that it makes.
        limbs_w_per_m2k: conductance of tissue under limbs, back and head.
        trunk_w_per_m2k: of the trunk's.
        too_hot: 0 to 0.7, how far those who tend it take cover away.
    """

    metabolic_w: float
    limbs_w_per_m2k: float
    trunk_w_per_m2k: float
    too_hot: float


class Regulation:
    """One infant's control of its temperature."""

    def __init__(self, infant: Infant, humidity: float, seed: int, band_index: int) -> None:
        """Draw how this infant differs.

        Args:
            infant: the plan's.
            humidity: of the room, 0 to 1.
            seed: seed of the world.
            band_index: which band of it.
        """
        self.infant = infant
        draw = random.Random(f"tissue {seed} {band_index}")
        self._trunk = _TRUNK_W_PER_M2K * math.exp(draw.gauss(0.0, _TRUNK_SPREAD))
        self._basal_w = infant.metabolic_w_per_kg * infant.weight_kg
        ripe = min(max((infant.gestation_weeks - _FAT_FROM_WEEKS) / _FAT_WEEKS, 0.0), 1.0)
        self._more_max = _FAT_MIN + _FAT_SPAN * ripe
        term = infant.gestation_weeks >= _TERM_WEEKS
        self._shut = _SHUT_TERM if term else _SHUT_PRETERM
        self._sweat_max = _SWEAT_TERM if term else _SWEAT_PRETERM
        early = (_LEAKY_BELOW_WEEKS - infant.gestation_weeks) / _LEAKY_SPAN_WEEKS
        leaky = _LEAKY_TIMES * min(max(early, 0.0), 1.0) * math.exp(-infant.age_days / _LEAKY_DAYS)
        self._dryness = max(0.0, (1.0 - humidity) / (1.0 - _MEAN_HUMIDITY))
        self._insensible = _INSENSIBLE_W_PER_M2 * (1.0 + leaky) * self._dryness

    @property
    def start_core_c(self) -> float:
        """Core temperature at the start in C."""
        start_c = self.infant.start_core_c
        return self.infant.core_set_c if start_c is None else start_c

    def at(self, core_c: float, skin_c: float) -> Answer:
        """Return what the infant does at these temperatures in C."""
        hot_c = core_c - self.infant.core_set_c
        feels_c = hot_c + _SKIN_WEIGHT * (skin_c - _SKIN_AT_EASE_C)
        more = min(max(-_MORE_PER_C * feels_c, -_LESS_MAX), self._more_max)
        limbs = min(max(_LIMBS_W_PER_M2K + _LIMBS_PER_C * feels_c, self._shut), _LIMBS_OPEN)
        cold = min(max(-feels_c / _COLD_FULL_C, 0.0), 1.0)
        hot = min(max((hot_c - _HOT_FROM_C) / _HOT_SPAN_C, 0.0), 1.0)
        return Answer(
            self._basal_w * (1.0 + more),
            limbs,
            self._trunk * (1.0 + _TRUNK_OPENS * cold),
            hot * _HOT_MAX,
        )

    def evaporated_w_per_m2(self, core_c: float, wet: float) -> float:
        """Return what evaporates from the whole skin.

        Args:
            core_c: core temperature.
            wet: how wet the skin is, 0 to 1.
        """
        sweat = _SWEAT_PER_C * (core_c - self.infant.core_set_c - _SWEAT_FROM_C)
        return (
            self._insensible
            + min(max(sweat, 0.0), self._sweat_max)
            + wet * _WET_W_PER_M2 * self._dryness
        )
