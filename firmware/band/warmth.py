"""When the band calls for a cold infant, and when it stops.

            infant face touched              below the line
    unsure ---------------------> settled ------------------> ALERT_COLD ---> ALERT_ESCALATED
        ^       for 10 min           |        for 10 min          |   30 min       |
        +-- untouched, unknown ------+                            +-- 0.2 C over the line for
            for 2 min, or a gap                                   +-- 10 min, or nothing known
                                                                  v   for 10 min
                                                            ALERT_CLEARED

The thermometer is on chest skin, and what matters is the core. In a cot the core is 0.7 C warmer
than trunk skin, next to the mother 0.2 C (Fransson 2005, 27 term infants); skin under a cover was
within 0.3 C of what it should show for nine tenths of the time (pubmed 11110344, 30 preterm
infants). Which line rings:

    in SSC for an hour      skin 36.0 C = core 36.2 C, and 36.5 C with all of those 0.3 C
    elsewhere               skin 35.5 C = core 36.2 C, likewise

So it rings when the core is below 36.5 C beyond the doubt of the measurement, and 0.2 C before
moderate hypothermia, which begins at 36.0 C and where mortality rises steeply (Mullany 2010).
Healthy skin reads 36.0 to 36.8 C in settled SSC, and 35.3 to 36.0 C in a swaddled infant in a room
at 25 C: of those the coldest ring, for whom skin-to-skin is right too. A line at 36.5 C less the
gap alone (36.3 and 35.8 C) rings for a third of healthy infants in SSC and for most swaddled ones.
Nine of ten infants at home cross 36.5 C one day, and a band that rings for everybody is switched
off. At 36.0 C less the gap (35.8 and 35.3 C) a moderately cold infant whose gap is a little less
than usual would be missed. Milder cold shows on the host's page.

A cool infant in SSC warms by half a degree to one within 10 to 60 minutes. Only after an hour is
its skin so near the core that the higher line is fair; until then the lower one holds.

Above 38.0 C, the line of infection, ALERT_ESCALATED comes at once: the band cannot tell fever from
the sun, and the action is the same, to measure. Skin is not corrected here: the core is warmer.

Acknowledging silences what stands until it clears, but not the escalation after it, and after
four hours an infant who is still cold is called for again.
"""

from micropython import const

from pouch_protocol import constants as c

from .contact import SSC

# Degrees Celsius times 128.
_LINE_SSC_C128 = const(4608)  # 36.0 C
_LINE_C128 = const(4544)  # 35.5 C
_LINE_HOT_C128 = const(4864)  # 38.0 C
# Clear of the line: twice the thermometer's error of 0.1 C.
_CLEAR_C128 = const(26)  # 0.2 C

# Masks of published trials of a chest sensor on newborns: the first 10 minutes after placing it
# were not used (table 1 of doi 10.1038/s41598-022-16051-3).
_SETTLING_S = const(600)
_SUSTAINED_S = const(600)
# One trial checked again 30 minutes after an alarm.
_ESCALATE_S = const(1800)
_SSC_SETTLED_S = const(3600)
# Missing values up to this, from the last good one to the next, stop the timers; longer, and they
# begin anew.
_PAUSE_S = const(120)
# As the touch rule: after such a gap nothing before it counts.
_GAP_S = const(600)
# An alert about an infant whom the band has not felt for so long is of no use.
_LOST_S = const(600)
# Trials with nurses checked temperatures every 4 to 6 hours: no silence is longer.
_SILENCE_S = const(14_400)

_NEVER = const(-1)


class WarmthRule:
    """Watches the infant's skin.

    It knows nothing of light, vibration, quiet hours or blinded bands: that is for whoever shows
    its events.

    Attributes:
        alerting: an alert was raised and has not cleared.
        acknowledged: it is to be silent.
        escalated: it asks to measure with a thermometer.
        line_c128: the line that rings now, or that rang, 1/128 C.
        skin_c128: skin at the last event, 1/128 C; TEMPERATURE_MISSING where an alert ended
            because the band lost the infant.
    """

    def __init__(self) -> None:
        """Start with nothing known."""
        self.alerting = False
        self.acknowledged = False
        self.escalated = False
        self.line_c128 = _LINE_C128
        self.skin_c128 = c.TEMPERATURE_MISSING
        # Seconds: face touched, touch unknown since, no valid value since, in SSC.
        self._touched_s = _NEVER
        self._unsure_s = _NEVER
        self._blind_s = _NEVER
        self._ssc_s = 0
        # Which side of the lines the skin is on, how long, and how long clear of them.
        self._hot = False
        self._crossed_s = _NEVER
        self._clear_s = _NEVER
        self._alert_s = 0
        self._silent_s = 0

    @property
    def line_c100(self) -> int:
        """The line in hundredths of a degree, as an event record has it."""
        return self.line_c128 * 100 // c.STEPS_PER_C

    @property
    def is_sounding(self) -> bool:
        """Whether an alert stands that nobody has acknowledged."""
        return self.alerting and not self.acknowledged

    def acknowledge(self) -> bool:
        """Silence the alert until it clears or escalates; tell whether one was sounding."""
        if not self.is_sounding:
            return False
        self.acknowledged = True
        self._silent_s = 0
        return True

    def update(self, infant_c128, state: int, infant_touched, dt_s: int) -> "int | None":
        """Take one sample.

        Args:
            infant_c128: temperature at the infant face, 1/128 C, or None where it is missing.
            state: of the contact rule.
            infant_touched: True, False, or None where that is not known.
            dt_s: seconds since the sample before, 0 for the first one.

        Returns:
            EVENT_ALERT_COLD, EVENT_ALERT_ESCALATED, EVENT_ALERT_CLEARED, or None.
        """
        self._silent_s += dt_s
        self._ssc_s = self._ssc_s + dt_s if state == SSC else 0
        settled = self._is_settled(infant_touched, dt_s)
        if not settled or infant_c128 is None:
            return self._miss(dt_s)
        # Time counts when both of its ends are valid.
        known_s = dt_s if self._blind_s == _NEVER else 0
        if self._blind_s != _NEVER and self._blind_s + dt_s > _PAUSE_S:
            self._crossed_s = _NEVER
            self._clear_s = _NEVER
        self._blind_s = _NEVER
        self._choose_line()
        if self.alerting:
            return self._follow(infant_c128, known_s)
        return self._watch(infant_c128, known_s)

    def _is_settled(self, infant_touched, dt_s: int) -> bool:
        if dt_s > _GAP_S:
            self._touched_s = _NEVER
        if infant_touched is None:
            self._unsure_s = max(self._unsure_s, 0) + dt_s
            return False
        if not infant_touched:
            self._touched_s = _NEVER
        elif self._unsure_s == _NEVER and self._touched_s != _NEVER:
            self._touched_s += dt_s
        elif self._touched_s == _NEVER or self._unsure_s + dt_s > _PAUSE_S:
            self._touched_s = 0
        self._unsure_s = _NEVER
        return self._touched_s >= _SETTLING_S

    def _miss(self, dt_s: int) -> "int | None":
        """Let a sample pass that says nothing of the infant's warmth."""
        self._blind_s = max(self._blind_s, 0) + dt_s
        if self._touched_s == _NEVER:
            self._crossed_s = _NEVER
            self._clear_s = _NEVER
        if self.alerting and self._blind_s >= _LOST_S:
            return self._clear(c.TEMPERATURE_MISSING)
        return None

    def _choose_line(self) -> None:
        if self.alerting and self._hot:
            return
        line_c128 = _LINE_SSC_C128 if self._ssc_s >= _SSC_SETTLED_S else _LINE_C128
        if line_c128 != self.line_c128:
            # An alert must not clear by a change of the line alone: skin follows it in minutes.
            self._clear_s = _NEVER
        self.line_c128 = line_c128

    def _watch(self, skin_c128: int, known_s: int) -> "int | None":
        """Raise an alert when a line has been crossed for long enough."""
        hot = skin_c128 >= _LINE_HOT_C128
        if not hot and skin_c128 >= self.line_c128:
            self._crossed_s = _NEVER
            return None
        if hot != self._hot or self._crossed_s == _NEVER:
            self._hot = hot
            self._crossed_s = 0
            return None
        self._crossed_s += known_s
        if self._crossed_s < _SUSTAINED_S:
            return None
        self.alerting = True
        self.acknowledged = False
        self.escalated = hot
        self._alert_s = 0
        self._clear_s = _NEVER
        self.skin_c128 = skin_c128
        if hot:
            self.line_c128 = _LINE_HOT_C128
            return c.EVENT_ALERT_ESCALATED
        return c.EVENT_ALERT_COLD

    def _follow(self, skin_c128: int, known_s: int) -> "int | None":
        """Clear an alert, escalate it or let it be."""
        self._alert_s += known_s
        over_c128 = self.line_c128 - skin_c128
        if self._hot:
            over_c128 = -over_c128
        if over_c128 <= -_CLEAR_C128:
            self._clear_s = 0 if self._clear_s == _NEVER else self._clear_s + known_s
            return self._clear(skin_c128) if self._clear_s >= _SUSTAINED_S else None
        self._clear_s = _NEVER
        # Between the two lines the infant is getting better, or worse, and neither is known.
        crossed = over_c128 >= 0 if self._hot else over_c128 > 0
        late = not self.escalated and self._alert_s >= _ESCALATE_S
        forgotten = self.acknowledged and self._silent_s >= _SILENCE_S
        if crossed and (late or forgotten):
            self.escalated = True
            self.acknowledged = False
            self.skin_c128 = skin_c128
            return c.EVENT_ALERT_ESCALATED
        return None

    def _clear(self, skin_c128: int) -> int:
        self.alerting = False
        self.acknowledged = False
        self.escalated = False
        self._crossed_s = _NEVER
        self._clear_s = _NEVER
        self.skin_c128 = skin_c128
        return c.EVENT_ALERT_CLEARED
