"""What surrounds infant, caregiver and pod: the columns that the heat balance runs on.

Whatever depends only on the script, the room and chance is worked out here for hours at
once, so that the balance itself is a few sums per step.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .chance import SlowNoise
from .contacts import Contacts
from .covers import AIR_M2K_PER_W, INFANT_AIR_M2K_PER_W, M2K_PER_W_PER_TOG, Air
from .moisture import Moisture
from .plan import WorldPlan
from .script import Script

# A heated mattress gives 21 W/m2K (domain.md 4.1, H8): the stand-in for skin on skin.
_SSC_M2K_PER_W = 0.048
# Two bodies held together through cloth: its resistance and two loose contacts (choice).
_ARMS_M2K_PER_W = 0.05
# Water around a body takes heat some ten times as well as air (choice).
_WATER_M2K_PER_W = 0.0125
# Whoever is lifted and wrapped is nearly bare meanwhile and lies badly (choices).
_TRANSFER_COVER, _TRANSFER_CONTACT = 0.2, 0.3
# Adult chest skin keeps its warmth with this conductance to what lies below (choice: vessels
# open, as under a cover); 0.7 C is then lost through 2 tog of clothes at 26 C.
_DEEP_ABOVE_C = 0.7
_DEEP_WANDER_C, _DEEP_WANDER_S = 0.12, 5800.0
_CLOTHES_TOG = 2.0
# The chest opened for SSC.
_BARE_TOG = 0.0
_HAND_C = 32.5
_INFANT_HAND_C = 33.5
# Heads and limbs that lie against the caregiver lose nothing (choices; the bare head then loses
# the 70 W/m2 of domain.md 4.1).
_BODY_OUTSIDE = {"ssc": 0.8, "carried_clothed": 0.8, "held_clothed": 0.8}
_HEAD_OUTSIDE = {"ssc": 0.6, "carried_clothed": 0.8, "held_clothed": 0.8}
# How far the caregiver's chest still loses heat to the room around the infant.
_CHEST_OPEN = {"ssc": 0.0, "carried_clothed": 0.3, "held_clothed": 0.3}


@dataclass(frozen=True)
class Row:
    """Columns of some hours, one value a step. Temperatures in C, resistances in m2K/W."""

    air_c: NDArray[np.float64]
    """Around the infant."""
    cover_tog: NDArray[np.float64]
    chest_cover: NDArray[np.float64]
    chest_air: NDArray[np.float64]
    head_cover: NDArray[np.float64]
    body_outside: NDArray[np.float64]
    head_outside: NDArray[np.float64]
    water: NDArray[np.float64]
    wet: NDArray[np.float64]
    contact: NDArray[np.float64]
    """Of the infant's front to the caregiver's skin, W/m2K."""
    tended: NDArray[np.float64]
    coolable: NDArray[np.float64]
    servo_c: NDArray[np.float64]
    radiant: NDArray[np.float64]
    deep_c: NDArray[np.float64]
    """Below the caregiver's skin."""
    room_c: NDArray[np.float64]
    clothes: NDArray[np.float64]
    chest_open: NDArray[np.float64]
    fresh: NDArray[np.float64]
    """1 where another caregiver begins."""
    pod_air_c: NDArray[np.float64]
    infant_face: tuple[NDArray[np.float64], ...]
    """To infant, caregiver, air and hand in W/m2K, cover flag and cover, source in W/m2."""
    caregiver_face: tuple[NDArray[np.float64], ...]


class Climate:
    """The surroundings of one band's world."""

    def __init__(
        self,
        plan: WorldPlan,
        script: Script,
        contacts: Contacts,
        moisture: Moisture,
        seed: int,
        band_index: int,
    ) -> None:
        """Keep what the columns are made of."""
        self._script = script
        self._contacts = contacts
        self._moisture = moisture
        self._air = Air(plan.room, plan.start_hour, seed, band_index)
        self._wander = SlowNoise(_DEEP_WANDER_S, seed, band_index, "caregiver_skin")
        self._act_skin_c = np.array([plan.caregivers[act.caregiver].skin_c for act in plan.acts])
        caregivers = np.array([act.caregiver for act in plan.acts])
        self._changes = np.concatenate(([False], np.diff(caregivers) != 0))
        self._acts = [act.activity for act in plan.acts]

    def row(self, times_s: NDArray[np.float64], on: Mapping[str, NDArray[np.bool_]]) -> Row:
        """Return the columns for evenly spaced instants.

        Args:
            times_s: seconds since the world began.
            on: the stretches at these instants.
        """
        script = self._script
        numbers = script.act_numbers(times_s)
        moved = script.transfer(times_s)
        water = self._moisture.in_water(times_s, numbers)
        room_c = self._air.at(times_s)

        def setting(name: str, missing: float = 0.0) -> NDArray[np.float64]:
            return script.column(name, missing)[numbers]

        bare = np.where(moved, _TRANSFER_COVER, 1.0)
        incubator = script.where("incubator")[numbers]
        own_air_c = setting("air_c", np.nan)
        pod_air_c = np.where(np.isnan(own_air_c), room_c, own_air_c)
        air_c = np.where(incubator & ~moved, pod_air_c, room_c)
        cover_tog = setting("cover_tog") * bare
        wander_c = _DEEP_WANDER_C * self._wander.at(times_s)
        opened = script.opened(times_s)
        clothes_tog = np.where(moved | opened, _BARE_TOG, setting("clothes_tog", _CLOTHES_TOG))
        fresh = self._changes[numbers] & np.concatenate(([True], np.diff(numbers) != 0))
        return Row(
            air_c=np.where(water, setting("water_c"), air_c),
            cover_tog=cover_tog,
            chest_cover=M2K_PER_W_PER_TOG * cover_tog,
            chest_air=np.where(water, _WATER_M2K_PER_W, INFANT_AIR_M2K_PER_W),
            head_cover=M2K_PER_W_PER_TOG * setting("cap_tog") * bare,
            body_outside=self._of_act(_BODY_OUTSIDE, numbers),
            head_outside=self._of_act(_HEAD_OUTSIDE, numbers),
            water=water.astype(np.float64),
            wet=self._moisture.body(times_s),
            contact=self._body_contact(numbers, moved),
            tended=setting("tended"),
            coolable=incubator.astype(np.float64),
            servo_c=setting("servo_c"),
            radiant=np.where(moved, 0.0, setting("radiant_w_per_m2")),
            deep_c=self._act_skin_c[numbers] + _DEEP_ABOVE_C + wander_c,
            room_c=room_c,
            clothes=AIR_M2K_PER_W + M2K_PER_W_PER_TOG * clothes_tog,
            chest_open=np.where(moved, 1.0, self._of_act(_CHEST_OPEN, numbers)),
            fresh=fresh.astype(np.float64),
            pod_air_c=pod_air_c,
            infant_face=self._face(0, times_s, numbers, on),
            caregiver_face=self._face(1, times_s, numbers, on),
        )

    def _of_act(
        self, table: Mapping[str, float], numbers: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        return np.array([table.get(activity, 1.0) for activity in self._acts])[numbers]

    def _body_contact(
        self, numbers: NDArray[np.int64], moved: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Return the conductance between both fronts; cloth between adds its own resistance."""
        script = self._script
        between = M2K_PER_W_PER_TOG * script.column("between_tog")
        conductance = np.where(
            script.where("ssc"),
            script.column("contact") / _SSC_M2K_PER_W,
            np.where(between > 0.0, 1.0 / (between + _ARMS_M2K_PER_W), 0.0),
        )
        return conductance[numbers] * np.where(moved, _TRANSFER_CONTACT, 1.0)

    def _face(
        self,
        face: int,
        times_s: NDArray[np.float64],
        numbers: NDArray[np.int64],
        on: Mapping[str, NDArray[np.bool_]],
    ) -> tuple[NDArray[np.float64], ...]:
        wet = self._moisture.face(face, times_s, numbers)
        curves = self._contacts.curves(face, numbers, on, wet.damp)
        hand_c = np.where(on["own_touch"], _INFANT_HAND_C, _HAND_C)
        alone = self._script.where("caregiver_alone")[numbers]
        curves.cover[alone & self._script.opened(times_s)] = _BARE_TOG
        source = curves.hand * hand_c - wet.cool_w_per_m2
        return (
            curves.infant,
            curves.caregiver,
            curves.air,
            curves.hand,
            curves.covered,
            curves.cover,
            source,
        )
