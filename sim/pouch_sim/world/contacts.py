"""What each face of the pod lies against in each activity, for heat and for touch alike.

    infant face     | pod, R between faces |     caregiver face
    skin, cloth, air                             skin, cloth, cover, air, hand

Conductances are in W/m2K of the face's area; touch is the share of what bare skin adds.
"""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .covers import M2K_PER_W_PER_TOG
from .script import Script

# Dry skin pressed by a band: 6 g settle in 300 s over 4 cm2 (domain.md 4.5).
_SKIN_W_PER_M2K = 50.0
# Face and its half of the edges in free air: 3 g settle in 375 s (domain.md 4.5), which is 8 to 10
# W/m2K over twice the face's area.
_FREE_W_PER_M2K = 20.0
# Cloth pressed between two bodies adds this to its own resistance (choice: two contacts).
_PRESSED_M2K_PER_W = 0.03
# Air that creeps in at the edges of a band held between clothed bodies. With it the infant face
# of a held band reads 33 to 35.5 C (domain.md 4.3).
_CREEP_W_PER_M2K = 3.0
# Breast or arm lie softer than a band's pull; a hand likewise (choices).
_SOFT_W_PER_M2K = 30.0
# A blanket over an untouched electrode, the mattress under it (choices: thick and dry).
_COVER_TOUCH, _MATTRESS_TOUCH = 0.03, 0.12
_SOFT_TOUCH, _INFANT_HAND_TOUCH = 0.9, 0.8
# Damp cloth insulates half as well when soaked (water conducts 20 times as well as air).
_DAMP_THINS = 0.5
# Of a face that lies badly, this much of it touches (choice: a third of the electrode lifts off
# and the rest presses less).
_LOOSE_SHARE = 0.5
# Below an infant that lies on its front.
_MATTRESS_TOG = 4.0
# A hand or breast over a face leaves this much of its way to the air.
_CLOSED_SHARE = 0.2
# Contacts differ by this from act to act: the sd of their logarithm (choice).
_SPREAD = 0.15


@dataclass(frozen=True)
class FaceContact:
    """One face in one act, before chance and wetness change it.

    Attributes:
        infant: conductance to the infant's chest skin.
        caregiver: conductance to the caregiver's chest skin.
        air: conductance to the air without any cover.
        cover_tog: cover between the face and the air; None for a face that has no covered air.
        between_tog: cloth through which a body couples to the electrode; None for no body.
        touch: what touches without cloth, as a share of bare skin.
    """

    infant: float = 0.0
    caregiver: float = 0.0
    air: float = 0.0
    cover_tog: float | None = None
    between_tog: float | None = None
    touch: float = 0.0

    @property
    def touches_skin(self) -> bool:
        """Whether skin lies on the face without cloth."""
        return self.between_tog is None and self.infant + self.caregiver > 0.0


_ON_INFANT = FaceContact(infant=_SKIN_W_PER_M2K, touch=1.0)
_ON_CAREGIVER = FaceContact(caregiver=_SKIN_W_PER_M2K, touch=1.0)
_FREE = FaceContact(air=_FREE_W_PER_M2K)
Faces = tuple[FaceContact, FaceContact]


def _covered(tog: float) -> FaceContact:
    return FaceContact(cover_tog=tog, touch=_COVER_TOUCH if tog else 0.0)


def _through(between_tog: float) -> float:
    return 1.0 / (M2K_PER_W_PER_TOG * between_tog + _PRESSED_M2K_PER_W)


def _carried(taken: Mapping[str, float]) -> Faces:
    between_tog = taken["between_tog"]
    outer = FaceContact(
        caregiver=_through(between_tog), air=_CREEP_W_PER_M2K, between_tog=between_tog
    )
    return _ON_INFANT, outer


def _held(taken: Mapping[str, float]) -> Faces:
    between_tog = taken["between_tog"]
    outer = FaceContact(
        infant=_through(between_tog), air=_CREEP_W_PER_M2K, between_tog=between_tog
    )
    return outer, _ON_CAREGIVER


def _on_infant(taken: Mapping[str, float]) -> Faces:
    return _ON_INFANT, _covered(taken.get("cover_tog", 0.0))


def _alone(taken: Mapping[str, float]) -> Faces:
    return _covered(taken["clothes_tog"]), _ON_CAREGIVER


_OF_ACTIVITY: Mapping[str, Callable[[Mapping[str, float]], Faces]] = {
    "ssc": lambda _: (_ON_INFANT, _ON_CAREGIVER),
    "cot": _on_infant,
    "incubator": _on_infant,
    "warmer": _on_infant,
    "nappy_change": _on_infant,
    "carried_clothed": _carried,
    "held_clothed": _held,
    "caregiver_alone": _alone,
}


def faces(activity: str, taken: Mapping[str, float]) -> Faces:
    """Return what both faces lie against, the infant face first.

    Args:
        activity: a key of `plan.ACTIVITIES`; the pod is free in those in which the band is off.
        taken: its settings, as `activities.values` gives them.
    """
    if activity not in _OF_ACTIVITY:
        return _FREE, _FREE
    return _OF_ACTIVITY[activity](taken)


@dataclass
class FaceCurves:
    """One face over time: arrays of the same length, as `FaceContact`, with chance in it.

    `hand` is the conductance to a hand; `cover` is the cover's resistance in m2K/W and counts
    where `covered` is 1.
    """

    infant: NDArray[np.float64]
    caregiver: NDArray[np.float64]
    air: NDArray[np.float64]
    covered: NDArray[np.float64]
    cover: NDArray[np.float64]
    hand: NDArray[np.float64]


class Contacts:
    """The contacts of one band's world."""

    def __init__(self, script: Script, seed: int, band_index: int) -> None:
        """Draw how well each face lies in each act."""
        self._script = script
        pairs = [
            faces(act.activity, taken)
            for act, taken in zip(script.acts, script.settings, strict=True)
        ]
        self.faces = tuple(
            [
                _varied(pair[face], random.Random(f"contact {seed} {band_index} {number} {face}"))
                for number, pair in enumerate(pairs)
            ]
            for face in range(2)
        )

    def curves(
        self,
        face: int,
        numbers: NDArray[np.int64],
        on: Mapping[str, NDArray[np.bool_]],
        damp: NDArray[np.float64],
    ) -> FaceCurves:
        """Return one face's conductances at some instants.

        Args:
            face: 0 infant, 1 caregiver.
            numbers: number of the act at each instant.
            on: the stretches at each instant.
            damp: wetness of the cloth at the face, 0 to 1, at each instant.
        """
        contacts = self.faces[face]

        def column(values: list[float]) -> NDArray[np.float64]:
            return np.array(values)[numbers]

        thinned = 1.0 - _DAMP_THINS * np.minimum(damp, 1.0)
        curves = FaceCurves(
            infant=column([contact.infant for contact in contacts]),
            caregiver=column([contact.caregiver for contact in contacts]),
            air=column([contact.air for contact in contacts]),
            covered=column([float(contact.cover_tog is not None) for contact in contacts]),
            cover=column([M2K_PER_W_PER_TOG * (contact.cover_tog or 0.0) for contact in contacts])
            * thinned,
            hand=np.zeros(len(numbers)),
        )
        loose = on["loose_infant" if face == 0 else "loose_caregiver"]
        for touched in (curves.infant, curves.caregiver):
            touched[loose] *= _LOOSE_SHARE
        if face == 0:
            curves.caregiver[on["self_touch"]] = _SOFT_W_PER_M2K
            held = on["grip_infant"]
            _close(curves, on["self_touch"] | held)
        else:
            held = on["own_touch"] | on["grip_caregiver"]
            _close(curves, held)
            curves.cover[on["prone"]] = M2K_PER_W_PER_TOG * _MATTRESS_TOG
        curves.hand[held] = _SOFT_W_PER_M2K
        return curves

    def touch(
        self,
        face: int,
        numbers: NDArray[np.int64],
        on: Mapping[str, NDArray[np.bool_]],
        coupled: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Return what touches one face as a share of bare skin, without moisture.

        Args:
            face: 0 infant, 1 caregiver.
            numbers: number of the act at each instant.
            on: the stretches at each instant.
            coupled: gives the coupling of a body through so many tog at each instant.
        """
        contacts = self.faces[face]
        touch = np.array([contact.touch for contact in contacts])[numbers]
        between = np.array([_or_nan(contact.between_tog) for contact in contacts])[numbers]
        touch = np.where(np.isnan(between), touch, coupled(np.nan_to_num(between)))
        touch[on["loose_infant" if face == 0 else "loose_caregiver"]] *= _LOOSE_SHARE
        if face == 0:
            touch[on["self_touch"]] = _SOFT_TOUCH
            touch[on["grip_infant"]] = 1.0
        else:
            touch[on["prone"]] = _MATTRESS_TOUCH
            touch[on["own_touch"]] = _INFANT_HAND_TOUCH
            touch[on["grip_caregiver"]] = 1.0
        return touch


def _close(curves: FaceCurves, closed: NDArray[np.bool_]) -> None:
    curves.air[closed] *= _CLOSED_SHARE
    curves.covered[closed] *= _CLOSED_SHARE


def _varied(contact: FaceContact, draw: random.Random) -> FaceContact:
    factor = math.exp(draw.gauss(0.0, _SPREAD))
    return replace(
        contact,
        infant=contact.infant * factor,
        caregiver=contact.caregiver * factor,
        touch=contact.touch * math.exp(draw.gauss(0.0, _SPREAD / 2.0)),
    )


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
