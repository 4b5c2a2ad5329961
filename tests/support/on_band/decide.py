"""Runs in MicroPython: what the rules decide for samples in a file, one line of numbers each."""

import sys

from band.contact import ContactRule
from band.tally import Tally
from band.touch import TouchBaseline
from band.warmth import WarmthRule

touch = TouchBaseline()
contact = ContactRule(30)
warmth = WarmthRule()
tally = Tally(480)
with open(sys.argv[1]) as samples:
    for line in samples:
        infant_c128, caregiver_c128, infant_pf512, caregiver_pf512 = map(int, line.split())
        fields = {
            "infant_temperature_c128": infant_c128,
            "caregiver_temperature_c128": caregiver_c128,
            "breath_adult": 255,
            "breath_infant": 255,
        }
        touched = touch.update(infant_pf512, caregiver_pf512, 30)
        state = contact.update(fields, touched, 30)
        event = warmth.update(infant_c128, state, touched[0], 30)
        tally.add(contact.contact_s, contact.unknown_s, 30)
        print(state, event, tally.contact_24h_min)
