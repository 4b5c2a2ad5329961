r"""The heat balance: infant core and chest skin, the caregiver's chest skin, the pod's faces.

    metabolism -> core -> chest skin -> caregiver's skin <- adult below
                   |          |  \               /
                   |          |   infant face = caregiver face      (the pod)
                  body, head  air                   air, cover
                  to the air

Forward Euler in steps of 5 s. The quickest part, a light face, settles in a minute, so a step is
stable and errs by a few hundredths of a degree while something moves, by nothing when it is still.
The pod is too small to change the bodies that it lies on.
"""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from . import covers
from .climate import Row
from .plan import PodBody
from .thermoregulation import Regulation

STEP_S = 5
# Parts of the skin: trunk front, limbs and back, head (a newborn's is a fifth of it).
_CHEST_SHARE, _BODY_SHARE, _HEAD_SHARE = 0.25, 0.55, 0.20
# Skin node: 5 mm of tissue at 3.47 kJ/kgK. With its neighbours it settles in 5 to 15 min under a
# new cover (domain.md 4.5).
_SKIN_J_PER_M2K = 17_000.0
# Adult chest skin, vessels open (choice, see climate.py).
_ADULT_W_PER_M2K = 40.0
# The breast answers a cool infant by up to this, within this time (domain.md 2.2, T19; numbers are
# choices).
_ANSWER_C_MAX, _ANSWER_BELOW_C, _ANSWER_S = 0.8, 36.2, 1200.0
# Area of a face, and heat capacity of its mass: 3 g settle in 150 s at 50 W/m2K (domain.md 4.5).
_FACE_M2 = 4e-4
_FACE_J_PER_GK = 1.0
# Skin and plastic take nearly all long-wave radiation. Back and head lie aslant to it (choices).
_ABSORBED = 0.9
_BODY_TO_HEATER, _HEAD_TO_HEATER = 0.4, 0.5
# A servo heats fully 0.3 C below its aim and not at all as much above it (choice).
_SERVO_BAND_C = 0.3
# Staff turn an incubator down by up to this for a hot infant (choice).
_TURNED_DOWN_C = 4.0
# A heater raises by half what evaporates from the infant below it (choice: 2.5 W/m2 at 100).
_HEATER_DRIES = 0.025
# Skin before the world began.
_START_GAP_C = 0.5


class HeatBalance:
    """All temperatures of one world, advanced step by step. Read them as attributes in C."""

    def __init__(self, regulation: Regulation, pod: PodBody, mass_j_per_k: float) -> None:
        """Start from the infant's first temperature.

        Args:
            regulation: the infant's own control.
            pod: the pod.
            mass_j_per_k: heat capacity of the whole infant.
        """
        self._regulation = regulation
        area_m2 = covers.area_m2(regulation.infant.weight_kg)
        self._girth_cm = covers.girth_cm(regulation.infant.weight_kg)
        self._area_m2 = area_m2
        self._chest_m2 = _CHEST_SHARE * area_m2
        skin_j_per_k = _SKIN_J_PER_M2K * self._chest_m2
        self._per_skin_j = STEP_S / skin_j_per_k
        self._per_core_j = STEP_S / (mass_j_per_k - skin_j_per_k)
        self._per_face_j = STEP_S * _FACE_M2 / (pod.face_mass_g * _FACE_J_PER_GK)
        self._between = 1.0 / pod.resistance_m2k_per_w
        self.core_c = regulation.start_core_c
        self.skin_c = self.core_c - _START_GAP_C
        self.adult_c = 0.0
        self.infant_face_c = 0.0
        self.caregiver_face_c = 0.0
        self._answer_c = 0.0
        self._started = False

    def run(self, row: Row) -> NDArray[np.float64]:
        """Advance through some hours' columns.

        Returns:
            Array (steps, 5): core, chest skin, caregiver's skin, infant face and caregiver face
            at the beginning of each step, in C.
        """
        seen: list[tuple[float, ...]] = []
        for infant, adult, pod_air_c, face_i, face_c in _rows(row):
            if not self._started:
                self._start(adult, pod_air_c, face_i, face_c)
            elif adult[-1]:
                self.adult_c = _settled_c(adult)
            seen.append(
                (
                    self.core_c,
                    self.skin_c,
                    self.adult_c,
                    self.infant_face_c,
                    self.caregiver_face_c,
                )
            )
            eased, lowered_c, radiant = self._infant_step(infant, adult)
            self._pod_step(pod_air_c - lowered_c, face_i, face_c, eased, radiant)
        return np.array(seen)

    def now(self) -> tuple[float, ...]:
        """Return the five temperatures as they are, in the order of `run`."""
        return (self.core_c, self.skin_c, self.adult_c, self.infant_face_c, self.caregiver_face_c)

    def _infant_step(
        self, infant: tuple[float, ...], adult: tuple[float, ...]
    ) -> tuple[float, float, float]:
        """Advance infant and adult; return cover left, air turned down and heater's W/m2."""
        (
            air_c,
            cover_tog,
            chest_cover,
            chest_air,
            head_cover,
            body_outside,
            head_outside,
            water,
            wet,
            contact,
            tended,
            coolable,
            servo_c,
            radiant,
        ) = infant
        core_c, skin_c = self.core_c, self.skin_c
        own = self._regulation.at(core_c, skin_c)
        eased = 1.0 - tended * own.too_hot
        lowered_c = coolable * tended * own.too_hot * _TURNED_DOWN_C
        air_c -= lowered_c
        if radiant:
            aim = (servo_c + _SERVO_BAND_C - skin_c) / (2.0 * _SERVO_BAND_C)
            radiant *= min(max(aim, 0.0), 1.0)
        sun_c = radiant * _ABSORBED * covers.INFANT_AIR_M2K_PER_W
        tissue = 1.0 / own.limbs_w_per_m2k
        body = chest_air if water else covers.body_m2k_per_w(cover_tog * eased, self._girth_cm)
        lost_w = self._area_m2 * (
            _BODY_SHARE
            * body_outside
            * (core_c - air_c - sun_c * _BODY_TO_HEATER)
            / (tissue + body)
            + _HEAD_SHARE
            * head_outside
            * (core_c - air_c - sun_c * _HEAD_TO_HEATER)
            / (tissue + covers.INFANT_AIR_M2K_PER_W + head_cover * eased)
            + self._regulation.evaporated_w_per_m2(core_c, 0.0 if water else wet)
            + _HEATER_DRIES * radiant
        )
        gained_w = self._chest_m2 * own.trunk_w_per_m2k * (core_c - skin_c)
        if contact:
            chest_w = self._chest_m2 * contact * (skin_c - self.adult_c)
        else:
            chest_w = self._chest_m2 * (skin_c - air_c - sun_c) / (chest_air + chest_cover * eased)
        self.core_c += (own.metabolic_w - lost_w - gained_w) * self._per_core_j
        self.skin_c += (gained_w - chest_w) * self._per_skin_j
        self._adult_step(contact, skin_c, adult)
        return eased, lowered_c, radiant

    def _adult_step(self, contact: float, skin_c: float, adult: tuple[float, ...]) -> None:
        deep_c, room_c, clothes, chest_open, _ = adult
        wanted_c = min(max(_ANSWER_BELOW_C - skin_c, 0.0), _ANSWER_C_MAX) if contact else 0.0
        self._answer_c += (wanted_c - self._answer_c) * (STEP_S / _ANSWER_S)
        flow = (
            _ADULT_W_PER_M2K * (deep_c + self._answer_c - self.adult_c)
            - contact * (self.adult_c - skin_c)
            - chest_open * (self.adult_c - room_c) / clothes
        )
        self.adult_c += flow * (STEP_S / _SKIN_J_PER_M2K)

    def _pod_step(
        self,
        air_c: float,
        face_i: tuple[float, ...],
        face_c: tuple[float, ...],
        eased: float,
        radiant: float,
    ) -> None:
        gain_i, own_i = self._face(face_i, air_c, 1.0)
        gain_c, own_c = self._face(face_c, air_c, eased)
        if radiant:
            gain_c += _ABSORBED * radiant
        infant_c, caregiver_c = self.infant_face_c, self.caregiver_face_c
        across = self._between * (caregiver_c - infant_c)
        self.infant_face_c += (gain_i - own_i * infant_c + across) * self._per_face_j
        self.caregiver_face_c += (gain_c - own_c * caregiver_c - across) * self._per_face_j

    def _face(self, face: tuple[float, ...], air_c: float, eased: float) -> tuple[float, float]:
        """Return what flows into a face at 0 C in W/m2, and its conductance in W/m2K."""
        infant, caregiver, air, hand, covered, cover, source = face
        if covered:
            air += covered / (covers.AIR_M2K_PER_W + cover * eased)
        gain = infant * self.skin_c + caregiver * self.adult_c + air * air_c + source
        return gain, infant + caregiver + air + hand

    def _start(
        self,
        adult: tuple[float, ...],
        air_c: float,
        face_i: tuple[float, ...],
        face_c: tuple[float, ...],
    ) -> None:
        """Begin with skin and pod settled, as if the first act had long gone on."""
        self._started = True
        self.adult_c = _settled_c(adult)
        gain_i, own_i = self._face(face_i, air_c, 1.0)
        gain_c, own_c = self._face(face_c, air_c, 1.0)
        across = self._between
        within = (own_i + across) * (own_c + across) - across * across
        self.infant_face_c = (gain_i * (own_c + across) + gain_c * across) / within
        self.caregiver_face_c = (gain_c * (own_i + across) + gain_i * across) / within


def _settled_c(adult: tuple[float, ...]) -> float:
    """Return chest skin under clothes, without an infant."""
    deep_c, room_c, clothes, _, _ = adult
    return (_ADULT_W_PER_M2K * deep_c + room_c / clothes) / (_ADULT_W_PER_M2K + 1.0 / clothes)


_ADULT_COLUMNS = ("deep_c", "room_c", "clothes", "chest_open", "fresh")


def _rows(
    row: Row,
) -> Iterator[
    tuple[tuple[float, ...], tuple[float, ...], float, tuple[float, ...], tuple[float, ...]]
]:
    """Yield the columns step by step as plain numbers, which Python adds up five times quicker."""
    names = [field.name for field in fields(row)]
    infant = [getattr(row, name).tolist() for name in names[: names.index("deep_c")]]
    adult = [getattr(row, name).tolist() for name in _ADULT_COLUMNS]
    return zip(
        zip(*infant, strict=True),
        zip(*adult, strict=True),
        row.pod_air_c.tolist(),
        zip(*(column.tolist() for column in row.infant_face), strict=True),
        zip(*(column.tolist() for column in row.caregiver_face), strict=True),
        strict=True,
    )
