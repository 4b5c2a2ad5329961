"""The band's rules joined as its application joins them, fed from a simulated world."""

from pouch_protocol import constants as c
from pouch_sim.world.day import DAY_US
from tests.support.firmware import load

contact = load("band.contact")
tally = load("band.tally")
touch = load("band.touch")
warmth = load("band.warmth")

INTERVAL_S = 30
SAMPLES_PER_DAY = 86_400 // INTERVAL_S
TARGET_MIN = 480
_US_PER_S = 1_000_000


def world_samples(world, day_index, offset_us=0):
    """Yield true time and what a sound pod measures, for each sample of a day.

    Each sample is `(now_us, infant_c128, caregiver_c128, infant_pf512, caregiver_pf512)`.
    """
    for number in range(SAMPLES_PER_DAY):
        now_us = day_index * DAY_US + number * INTERVAL_S * _US_PER_S + offset_us
        yield (
            now_us,
            round(world.infant_face_temperature_c(now_us) * c.STEPS_PER_C),
            round(world.caregiver_face_temperature_c(now_us) * c.STEPS_PER_C),
            round(world.infant_electrode_pf(now_us) * c.STEPS_PER_PF),
            round(world.caregiver_electrode_pf(now_us) * c.STEPS_PER_PF),
        )


class LiveBand:
    """One band's decisions.

    Attributes:
        contact_s: all contact counted so far.
        unknown_s: all time of which nothing is known.
        announced: how often the target was reached.
    """

    def __init__(self, contact_module=contact):
        self.touch = touch.TouchBaseline()
        self.contact = contact_module.ContactRule(INTERVAL_S)
        self.warmth = warmth.WarmthRule()
        self.tally = tally.Tally(TARGET_MIN)
        self.contact_s = 0
        self.unknown_s = 0
        self.announced = 0

    def take(self, infant_c128, caregiver_c128, infant_pf512, caregiver_pf512, dt_s=INTERVAL_S):
        """Take one sample; return the contact rule's state and the warmth rule's event."""
        fields = {
            "infant_temperature_c128": infant_c128,
            "caregiver_temperature_c128": caregiver_c128,
            "breath_adult": c.BYTE_MISSING,
            "breath_infant": c.BYTE_MISSING,
        }
        touched = self.touch.update(infant_pf512, caregiver_pf512, dt_s)
        state = self.contact.update(fields, touched, dt_s)
        event = self.warmth.update(infant_c128, state, touched[0], dt_s)
        self.contact_s += self.contact.contact_s
        self.unknown_s += self.contact.unknown_s
        self.announced += self.tally.add(self.contact.contact_s, self.contact.unknown_s, dt_s)
        return state, event
