"""Cloth, cover and room: what stands between skin and air, and the air.

    skin | contact | cloth | still air | room

Thermal resistances are in m2K/W, 0.1 of them to the tog (domain.md 4.2).
"""

import math

import numpy as np
from numpy.typing import NDArray

from .chance import SlowNoise
from .plan import Infant, Room

M2K_PER_W_PER_TOG = 0.1
# Still air around a small flat thing on a body: 60 W/m2 over 7.4 K (domain.md 4.3, bare cot row).
AIR_M2K_PER_W = 0.123

# A small body's effective insulation in tog: 1/I = 0.6/Ib + 0.3/Im + 4.5/G, with Ib of what covers
# it, Im of the mattress and G the girth of its trunk in cm (domain.md 4.2, H12).
_COVERED, _ON_MATTRESS, _EDGE_CM = 0.6, 0.3, 4.5
_MATTRESS_TOG = 6.0
# Air around limbs, and around the infant's chest and head. With them a bare infant loses 7.1 to
# 10.3 W/m2K on the whole and cools with a time constant of some 80 min (domain.md 4.1).
_BODY_AIR_TOG = 0.75
INFANT_AIR_M2K_PER_W = 0.115
# A wrapped infant lies curled: up to 2.5 times the insulation (H12); a third more gives the time
# constant of 200 to 230 min under 2 tog of domain.md 4.1.
_CURLED, _CURLED_FROM_TOG = 0.3, 1.0

# Through cloth an electrode couples as its sealed window of 1 mm plastic does, in series with the
# cloth: 1 tog is some 3.5 mm of cotton at a permittivity of 1.6, against 3. Water in the cloth
# bridges it (domain.md 4.4).
_CLOTH_PER_TOG = 6.6
_DAMP_BRIDGES = 0.92

_HOUR_S, _DAY_S = 3600.0, 86_400.0


def girth_cm(weight_kg: float) -> float:
    """Return the girth of a newborn's trunk: 26 cm at 1.6 kg, growing as lengths do (choice)."""
    return 22.2 * weight_kg ** (1.0 / 3.0)


def area_m2(weight_kg: float) -> float:
    """Return the skin's area: 0.086 m2 at 0.9 kg and 0.150 m2 at 1.8 kg (domain.md 4.1, H5)."""
    return 0.150 * (weight_kg / 1.8) ** 0.8


def mass_j_per_k(infant: Infant) -> float:
    """Return the heat capacity of a whole infant, at 3.47 kJ/kgK (domain.md 4.1)."""
    return infant.weight_kg * 3470.0


def body_m2k_per_w(cover_tog: float, girth: float) -> float:
    """Return the resistance from a body's skin to the room, still air included.

    Args:
        cover_tog: what covers it, 0 for a bare one.
        girth: of its trunk in cm.
    """
    inverse = _COVERED / (cover_tog + _BODY_AIR_TOG) + _ON_MATTRESS / _MATTRESS_TOG
    curled = 1.0 + _CURLED * min(cover_tog / _CURLED_FROM_TOG, 1.0)
    return M2K_PER_W_PER_TOG * curled / (inverse + _EDGE_CM / girth)


def cloth_coupling(tog: NDArray[np.float64], damp: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much of bare skin's capacitance a body adds through cloth, 0 to 1.

    Args:
        tog: of the cloth.
        damp: its wetness, 0 to 1.
    """
    return 1.0 / (1.0 + _CLOTH_PER_TOG * tog * (1.0 - _DAMP_BRIDGES * np.minimum(damp, 1.0)))


class Air:
    """The room's temperature as a function of time."""

    def __init__(self, room: Room, start_hour: float, seed: int, band_index: int) -> None:
        """Take the room; its slow wander is drawn from the seed."""
        self._room = room
        self._start_hour = start_hour
        self._wander = SlowNoise(_HOUR_S, seed, band_index, "room")

    def at(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return degrees Celsius of air and walls at each time in seconds."""
        room = self._room
        hours = self._start_hour + times_s / _HOUR_S - room.warmest_hour
        swing = np.cos(hours * (2.0 * math.pi / 24.0))
        season_c = room.season_c_per_day * times_s / _DAY_S
        wander_c = room.wander_sd_c * self._wander.at(times_s)
        return room.mean_c + room.day_swing_c * swing + season_c + wander_c
