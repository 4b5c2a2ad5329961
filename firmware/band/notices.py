"""Turns what the band decided into patterns: which message a mother sees, and when it is over."""

from micropython import const

from pouch_protocol import constants as c

from . import contact as states
from . import patterns as p

# Feeds come every two to three hours, and every feed is a chance to put the baby back: after this
# long without contact one was let go by. WHO asks for at least eight hours a day in sessions of an
# hour and more, so a longer silence would cost a session.
_MISSED_S = const(10_800)
# A sensor that fails for so long has not been disturbed for a moment: somebody should look.
_FAULT_S = const(600)

_FAULT_FLAGS = (
    c.FLAG_INFANT_THERMOMETER_FAULT
    | c.FLAG_CAREGIVER_THERMOMETER_FAULT
    | c.FLAG_TOUCH_FAULT
    | c.FLAG_MOTION_FAULT
)
# Somebody feels the motor. Off, or not known, the band may lie on a table.
_WORN = (states.INFANT_ONLY, states.CAREGIVER_ONLY)


class Notices:
    """Says what changed, once each."""

    def __init__(self, signals) -> None:
        """Begin before the first sample.

        Args:
            signals: shows and hides patterns.
        """
        self._signals = signals
        # The last state that was known, and for how long there has been no contact.
        self._known = states.UNKNOWN
        self._without_s = 0
        self._missed = False
        # For how long a sensor has failed; None before the first sample.
        self._fault_s = None
        self._fault_shown = False

    def take(self, flags: int, state: int, events: tuple, reached: bool, dt_s: int) -> None:
        """Take what one sample brought.

        Args:
            flags: of the sample record.
            state: of the contact rule.
            events: EVENT constants, see Decision.take.
            reached: whether the last 24 hours reached the target: then nothing is missed.
            dt_s: seconds since the sample before, 0 for the first one.
        """
        self._tell_faults(flags, dt_s)
        self._tell_contact(state, reached, dt_s)
        for event in events:
            if event == c.EVENT_ALERT_COLD:
                self._signals.show(p.COLD)
            elif event == c.EVENT_ALERT_ESCALATED:
                self._signals.show(p.ESCALATED)
            elif event == c.EVENT_ALERT_CLEARED:
                self._signals.hide(p.COLD)
                self._signals.hide(p.ESCALATED)
            elif event == c.EVENT_TARGET_REACHED:
                self._signals.show(p.TARGET_REACHED)

    def _tell_contact(self, state: int, reached: bool, dt_s: int) -> None:
        self._without_s += dt_s
        if state == states.SSC:
            self._without_s = 0
            self._missed = False
        if state == states.UNKNOWN:
            return
        if state == states.SSC and self._known != states.SSC:
            self._signals.show(p.CONTACT_FOUND)
        elif state != states.SSC and self._known == states.SSC:
            self._signals.show(p.CONTACT_LOST)
        self._known = state
        if self._without_s >= _MISSED_S and state in _WORN and not (self._missed or reached):
            self._missed = True
            self._signals.show(p.CONTACT_MISSED)

    def _tell_faults(self, flags: int, dt_s: int) -> None:
        faulty = flags & _FAULT_FLAGS != 0
        if self._fault_s is None:
            # The accelerometer's first words come with the second sample: it has no say yet.
            self._fault_s = 0
            self._fault_shown = faulty
            self._signals.show(p.FAULT if faulty else p.READY)
        elif not faulty:
            self._fault_s = 0
            if self._fault_shown:
                self._fault_shown = False
                self._signals.hide(p.FAULT)
        else:
            self._fault_s += dt_s
            if self._fault_s >= _FAULT_S and not self._fault_shown:
                self._fault_shown = True
                self._signals.show(p.FAULT)
