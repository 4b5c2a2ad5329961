"""The live decision: integer rules give the same answers on every interpreter."""

from band.config import Config
from band.contact import CAREGIVER_ONLY, OFF, SSC, UNKNOWN, ContactRule
from band.decision import Decision
from band.tally import Tally
from band.touch import TouchBaseline
from band.warmth import WarmthRule
from pouch_protocol import constants as c
from tests.protocol.plain import sample

TOUCHED, DRY = 9 * 512, 2 * 512
STEP_S = 60


class ListRecorder:
    """Keeps what it is told in lists."""

    def __init__(self):
        self.events = []
        self.added = []

    def add_event(self, event, detail=0, value=0):
        self.events.append((event, detail, value))

    def add(self, kind, fields):
        self.added.append((kind, fields))


class Worn:
    """A band's decisions, minute by minute."""

    def __init__(self, target_min=480):
        self.recorder = ListRecorder()
        self.decision = Decision(
            TouchBaseline(), ContactRule(30), WarmthRule(), Tally(target_min), self.recorder
        )
        # One for all samples: garbage is not collected everywhere in the middle of a test.
        self.fields = sample(uptime_cs=0)

    def feel(self, minutes, infant_pf512, caregiver_pf512, c128):
        fields = self.fields
        fields["infant_touch_pf512"] = infant_pf512
        fields["caregiver_touch_pf512"] = caregiver_pf512
        fields["infant_temperature_c128"] = fields["caregiver_temperature_c128"] = c128
        events = ()
        for _ in range(minutes):
            fields["uptime_cs"] += 100 * STEP_S
            events += self.decision.take(fields)
        return events


def test_contact_is_found_counted_and_ended():
    worn = Worn(target_min=15)
    state = worn.decision.contact
    worn.feel(4, DRY, DRY, 3300)
    assert state.state == OFF
    events = worn.feel(20, TOUCHED, TOUCHED, 4690)
    assert (state.state, events) == (SSC, (c.EVENT_TARGET_REACHED,))
    worn.feel(5, DRY, TOUCHED, 4600)
    assert state.state == CAREGIVER_ONLY
    worn.decision.add_tally(12)
    ((kind, tally),) = worn.recorder.added
    assert kind == c.KIND_TALLY
    assert (tally["span_s"], tally["contact_s"], tally["unknown_s"]) == (1680, 1200, 0)
    assert worn.recorder.events == [(c.EVENT_TARGET_REACHED, 0, 15)]


def test_missing_electrodes_are_unknown():
    worn = Worn()
    worn.feel(3, TOUCHED, TOUCHED, 4690)
    worn.feel(5, c.TOUCH_MISSING, c.TOUCH_MISSING, 4690)
    assert worn.decision.contact.state == UNKNOWN
    assert worn.decision.tally.contact_24h_min == 2


def test_cold_infant_is_called_for_after_twenty_minutes():
    worn = Worn()
    # Ten minutes until the thermometer counts, ten below the line of 35.5 C.
    assert worn.feel(20, TOUCHED, DRY, 4512) == ()
    assert worn.feel(1, TOUCHED, DRY, 4512) == (c.EVENT_ALERT_COLD,)
    assert worn.recorder.events == [(c.EVENT_ALERT_COLD, 4512, 3550)]
    assert worn.decision.acknowledge()
    assert not worn.decision.acknowledge()


def test_blinded_band_decides_all_the_same():
    # What it may show is for feedback; see signals.
    settings = Config(1)
    settings.blinded = True
    worn = Worn()
    worn.feel(21, TOUCHED, DRY, 4512)
    assert worn.decision.warmth.is_sounding


def test_sums_of_a_day_fade():
    tally = Tally(480)
    for _ in range(96):
        tally.add(450, 0, 900)
    assert tally.contact_24h_min == 720
    for _ in range(48):
        tally.add(0, 0, 900)
    assert tally.contact_24h_min in (360, 367)
    tally.add(0, 0, 30 * 86_400)
    assert tally.contact_24h_min == 0
