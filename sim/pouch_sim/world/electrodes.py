"""What both electrodes measure: dry pod, skin, cloth, moisture, drift and noise.

    pF = dry (1 + spread) + drift + wander + skin (touch (1 - shield) + film)

Skin comes and goes within a second; what is wet gathers and dries slowly and outlasts contact.
"""

import math
import random
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .bodies import DRY_NOISE_PF, TOUCHED_NOISE_PF
from .chance import SlowNoise
from .contacts import Contacts
from .covers import cloth_coupling
from .moisture import Moisture
from .plan import PodBody
from .script import Script

# Electrodes of one pod and bodies differ by some per cent (choice: printed electrodes, skin).
_SPREAD = 0.05
# Pressure and posture change a touch within minutes, humidity the dry pod within an hour (choices,
# from the noise and drift of textile electrodes, domain.md 4.4).
_TOUCH_WANDER, _TOUCH_WANDER_S = 0.07, 300.0
_DRY_WANDER_PF, _DRY_WANDER_S = 0.05, 3600.0
# Damp cloth over an electrode leads to the body under it; a film on a pod that lies free leads
# nowhere, and one on a pod that is worn elsewhere leads part of the way (choices).
_DAMP_COVER, _DAMP_FREE, _FILM_UNTOUCHED = 0.85, 0.3, 0.5
_DAY_S = 86_400.0


class Electrodes:
    """Both electrodes of one band's world."""

    def __init__(
        self,
        pod: PodBody,
        script: Script,
        contacts: Contacts,
        moisture: Moisture,
        seed: int,
        band_index: int,
    ) -> None:
        """Draw how this pod's electrodes differ from the plan's."""
        draw = random.Random(f"electrodes {seed} {band_index}")
        self._pod = pod
        self._script = script
        self._contacts = contacts
        self._moisture = moisture
        self._dry_pf = [pod.dry_pf * math.exp(draw.gauss(0.0, _SPREAD)) for _ in range(2)]
        self._skin_pf = [pod.skin_pf * math.exp(draw.gauss(0.0, _SPREAD)) for _ in range(2)]
        self._drift = [draw.uniform(-1.0, 1.0) * pod.drift_pf_per_day for _ in range(2)]
        self._touch_wander = [
            SlowNoise(_TOUCH_WANDER_S, seed, band_index, "touch", face) for face in range(2)
        ]
        self._dry_wander = [
            SlowNoise(_DRY_WANDER_S, seed, band_index, "dry", face) for face in range(2)
        ]

    def levels(
        self, face: int, times_s: NDArray[np.float64], on: Mapping[str, NDArray[np.bool_]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return a face's capacitance without noise, and its noise's sd, both in pF.

        Args:
            face: 0 infant, 1 caregiver.
            times_s: seconds since the world began.
            on: the stretches at these instants.
        """
        numbers = self._script.act_numbers(times_s)
        wet = self._moisture.face(face, times_s, numbers)
        touch = self._contacts.touch(face, numbers, on, lambda tog: cloth_coupling(tog, wet.damp))
        contacts = self._contacts.faces[face]
        covered = np.array([contact.cover_tog is not None for contact in contacts])[numbers]
        free = np.array(
            [contact.air > 0.0 and contact.between_tog is None for contact in contacts]
        )
        reach = np.where(covered, _DAMP_COVER, np.where(free[numbers], _DAMP_FREE, 0.0))
        touch = np.maximum(touch, reach * wet.damp)
        direct = np.array([contact.touches_skin for contact in contacts])[numbers]
        film = wet.film * np.where(
            direct, 1.0, np.where(free[numbers], _DAMP_FREE, _FILM_UNTOUCHED)
        )
        touch *= (1.0 - wet.shields) * (1.0 + _TOUCH_WANDER * self._touch_wander[face].at(times_s))
        share = np.maximum(touch, 0.0) + film
        level_pf = (
            self._dry_pf[face]
            + self._drift[face] * times_s / _DAY_S
            + _DRY_WANDER_PF * self._dry_wander[face].at(times_s)
            + self._skin_pf[face] * share
        )
        noise_pf = DRY_NOISE_PF + (TOUCHED_NOISE_PF - DRY_NOISE_PF) * np.minimum(share, 1.0)
        return level_pf, noise_pf
