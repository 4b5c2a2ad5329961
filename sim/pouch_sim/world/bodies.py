"""What each state feels like to the pod: plain numbers, no physics.

Temperatures, time constants and amplitudes are mid-range values of published measurements: rectal
minus trunk skin 0.2 C with the mother and 0.7 C in a cot (Fransson 2005), both from a core of
36.8 C, which gives the 36.0-36.8 C at which skin under contact settles; a pod of a few grams
settling on skin in minutes, adult breathing 0.2-0.4 Hz, infant 0.5-1.5 Hz.
"""

from dataclasses import dataclass

from .day import CAREGIVER_ONLY, INFANT_ONLY, OFF, SSC


@dataclass(frozen=True)
class Feel:
    """One state as the chips meet it.

    Attributes:
        infant_face_c: level that the infant face goes to; None for the room's.
        caregiver_face_c: level that the caregiver face goes to; None for the room's.
        settling_s: time constant of both.
        infant_touch: whether skin touches the infant face.
        caregiver_touch: whether skin touches the caregiver face.
        infant_breath_mg: amplitude of the infant's breathing at the pod.
        adult_breath_mg: amplitude of an adult's.
        movement_share: share of the ten-second slots with movement in them.
    """

    infant_face_c: float | None
    caregiver_face_c: float | None
    settling_s: float
    infant_touch: bool
    caregiver_touch: bool
    infant_breath_mg: float
    adult_breath_mg: float
    movement_share: float


FEELS = {
    SSC: Feel(36.6, 35.2, 240.0, True, True, 6.0, 12.0, 0.06),
    # In the cot, dressed: the outer face loses heat to the room.
    INFANT_ONLY: Feel(36.1, 32.5, 240.0, True, False, 9.0, 0.0, 0.04),
    # The caregiver walks about with the band under clothes; its infant face is against cloth.
    CAREGIVER_ONLY: Feel(33.5, 35.0, 240.0, False, True, 0.0, 14.0, 0.25),
    OFF: Feel(None, None, 375.0, False, False, 0.0, 0.0, 0.0),
}

# Babies differ by some tenths of a degree, both faces each by its own: a normal spread, cut off so
# that a warm ward's baby is never cold by chance alone.
BABY_SD_C = 0.15
BABY_SPREAD_C_MAX = 0.2
# About one in eight keeps its warmth only with its mother: colder by this in the cot.
COLD_BABY_SHARE = 1 / 8
COLD_BABY_C = 0.6

DRY_PF = 2.0
TOUCHED_PF = 9.0
GRAVITY_MG = 1000.0
# The LSM6DSOX's own noise in low-power mode at +-2 g (mechanical characteristics).
SENSOR_NOISE_MG = 1.8
MOVEMENT_MG_MIN, MOVEMENT_MG_MAX = 40.0, 400.0
MOVEMENT_SLOT_US = 10_000_000
INFANT_BREATH_HZ = 0.8
ADULT_BREATH_HZ = 0.25
# Slow swings of skin temperature around its level, and the thermometer's noise after averaging.
WANDER_C = 0.12
WANDER_PERIOD_S = 5800.0
THERMOMETER_NOISE_C = 0.008
DRY_NOISE_PF = 0.04
TOUCHED_NOISE_PF = 0.25
