"""What the physics lives through: the ranges of a plan's people, room and pod.

They are wider than what is usual. Outside of them a step of the heat balance would be too long,
or a formula be asked about what nobody measured.
"""

import math
from collections.abc import Mapping

from .plan import EVENTS, WorldPlan

INFANT_LIMITS: Mapping[str, tuple[float, float]] = {
    "weight_kg": (0.4, 6.0),
    "gestation_weeks": (22.0, 44.0),
    "age_days": (0.0, 120.0),
    "metabolic_w_per_kg": (0.0, 5.0),
    "core_set_c": (34.0, 41.0),
    "start_core_c": (28.0, 42.0),
    "breath_hz": (0.3, 2.0),
    "breath_mg": (0.0, 50.0),
    "restlessness": (0.0, 1.0),
}
CAREGIVER_LIMITS: Mapping[str, tuple[float, float]] = {
    "skin_c": (28.0, 40.0),
    "breath_hz": (0.1, 0.8),
    "breath_mg": (0.0, 80.0),
    "restlessness": (0.0, 1.0),
}
ROOM_LIMITS: Mapping[str, tuple[float, float]] = {
    "mean_c": (0.0, 45.0),
    "day_swing_c": (0.0, 15.0),
    "warmest_hour": (0.0, 24.0),
    "wander_sd_c": (0.0, 3.0),
    "season_c_per_day": (-1.0, 1.0),
    "humidity": (0.0, 1.0),
}
# A face under half a gram would settle within two steps of the heat balance.
POD_LIMITS: Mapping[str, tuple[float, float]] = {
    "resistance_m2k_per_w": (0.01, 0.5),
    "face_mass_g": (0.5, 20.0),
    "dry_pf": (0.0, 20.0),
    "skin_pf": (0.5, 40.0),
    "drift_pf_per_day": (0.0, 5.0),
}


def check(plan: WorldPlan) -> None:
    """Refuse a plan that the physics could not live through.

    Raises:
        ValueError: a number is out of its range, nobody gives care, or an event is unknown; the
            message names it. Scripts are checked by `Script`.
    """
    if not plan.caregivers:
        raise ValueError("the plan has no caregiver; give it one, even where nobody holds")
    if plan.length_s <= 0:
        raise ValueError(f"length_s is {plan.length_s}, must be above 0")
    _check_part("infant", plan.infant, INFANT_LIMITS)
    for number, caregiver in enumerate(plan.caregivers):
        _check_part(f"caregiver {number}", caregiver, CAREGIVER_LIMITS)
    _check_part("room", plan.room, ROOM_LIMITS)
    _check_part("pod", plan.pod, POD_LIMITS)
    for number, event in enumerate(plan.events):
        if event.kind not in EVENTS:
            raise ValueError(f"event {number} is {event.kind!r}; known are {', '.join(EVENTS)}")
        if not 0.0 <= event.amount <= 1.0 or not 0.0 < event.duration_s < math.inf:
            raise ValueError(f"event {number} needs an amount of 0 to 1 and a duration above 0 s")


def _check_part(name: str, part: object, limits: Mapping[str, tuple[float, float]]) -> None:
    for key, (low, high) in limits.items():
        value = getattr(part, key)
        if value is not None and not low <= value <= high:
            raise ValueError(f"{name}: {key} is {value}, must be {low} to {high}")
