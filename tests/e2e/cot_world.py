"""A world in which a test says what the infant's skin has and when it is in contact."""

import math

from pouch_sim.world.scripted import ScriptedWorld

US_PER_S = 1_000_000
US_PER_H = 3_600_000_000


class CotWorld(ScriptedWorld):
    """An infant in a cot, or in contact, whose skin has the temperature that a test says.

    Args:
        seed: of the motion and the noise.
        skin_c: tells degrees Celsius at an hour.
        in_contact: tells whether the caregiver touches the band at an hour.
    """

    def __init__(self, seed, skin_c, in_contact=lambda _hour: False):
        super().__init__(seed, 0)
        self._skin_c = skin_c
        self._in_contact = in_contact

    def infant_face_temperature_c(self, now_us):
        # A thermometer on a body never stands still.
        sway_c = 0.02 * math.sin(now_us / US_PER_S / 97)
        return self._skin_c(now_us / US_PER_H) + sway_c

    def caregiver_face_temperature_c(self, now_us):
        return self.infant_face_temperature_c(now_us) - 1.0

    def infant_electrode_pf(self, now_us):
        return self._electrode_pf(0, now_us, touched=True)

    def caregiver_electrode_pf(self, now_us):
        return self._electrode_pf(1, now_us, touched=self._in_contact(now_us / US_PER_H))
