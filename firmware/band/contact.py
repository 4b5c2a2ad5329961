"""What the band takes for skin-to-skin contact while it happens, to show it and to count it.

    sample --> what is seen --- for one minute ----> state
                    |           (two to leave SSC)
                    +--> contact_s, unknown_s: what the time since the last sample counts as

The state is calm, so that a light does not flicker at every slip of the band. What is counted is
strict: only time in which contact is seen, and only if it lasts for a minute; that minute is then
counted with it. So the delays cost no hours, and neither a short touch of both faces nor the time
in which the state is held counts as contact. Unknown is never counted as contact.

This is what the mother is shown. The hours that count are the host's.
"""

from micropython import const

from pouch_protocol import constants as c

UNKNOWN = const(0)
SSC = const(1)
INFANT_ONLY = const(2)
CAREGIVER_ONLY = const(3)
OFF = const(4)

# Contact of some seconds is handling. The host asks for whole minutes too.
_ENTER_S = const(60)
# A slip during a feed or a turn is over within two minutes; feedback on it would only disturb.
_LEAVE_S = const(120)
# Without samples for two intervals nobody knows what happened; short intervals get a minute.
_GAP_INTERVALS = const(2)
_GAP_S_MIN = const(60)

# A touched face is as warm as living skin under cloth, by the host's lines: below 28 C is no
# trunk skin (severe hypothermia begins at 32 C in the core), above 42 C no fever.
_SKIN_C128_MIN = const(3584)
_SKIN_C128_MAX = const(5376)

# A breathing band that shows a body: twice the amplitude of the accelerometer's own noise, which
# is 37 in the adult and 51 in the infant band; 16 steps double it (drivers/breathing.py).
_BREATH_ADULT = const(53)
_BREATH_INFANT = const(67)

_TOUCHED = {
    (True, True): SSC,
    (True, False): INFANT_ONLY,
    (False, True): CAREGIVER_ONLY,
    (False, False): OFF,
}


class ContactRule:
    """Follows who touches the band.

    Attributes:
        state: UNKNOWN, SSC, INFANT_ONLY, CAREGIVER_ONLY or OFF, as it may be shown.
        contact_s: seconds that the last update found to be contact. More than its own where a
            contact has just lasted long enough to count.
        unknown_s: seconds of the last update of which nothing is known.
    """

    def __init__(self, interval_s: int, breath_required: bool = False) -> None:
        """Start with nothing known.

        Args:
            interval_s: seconds between samples.
            breath_required: whether both faces touched are contact only while an adult's and an
                infant's breathing are felt, or cannot be measured. Without one of them it is
                unknown then. Off until the bands' levels are known from people.
        """
        self.state = UNKNOWN
        self.contact_s = 0
        self.unknown_s = 0
        self._gap_s = max(_GAP_S_MIN, _GAP_INTERVALS * interval_s)
        self._breath_required = breath_required
        # What the last sample showed, for how long that, and for how long not the state.
        self._seen = UNKNOWN
        self._seen_s = 0
        self._away_s = 0
        # Contact that is seen and too short to count yet.
        self._pending_s = 0

    def update(self, fields: dict, touched: tuple, dt_s: int) -> int:
        """Take one sample; return the state.

        Args:
            fields: of the sample record.
            touched: whether the infant and the caregiver face are touched: True, False, or None
                where that is not known.
            dt_s: seconds since the sample before, 0 for the first one.
        """
        seen = self._judge(fields, touched)
        if dt_s > self._gap_s:
            self.state = UNKNOWN
            self._seen = UNKNOWN
            self._pending_s = 0
            self.contact_s = 0
            self.unknown_s = dt_s
            self._follow(seen, 0)
            return self.state
        self._follow(seen, dt_s)
        self._count(dt_s)
        return self.state

    def _judge(self, fields: dict, touched: tuple) -> int:
        """Return what one sample shows by itself."""
        if None in touched or not self._is_plausible(fields, touched):
            return UNKNOWN
        seen = _TOUCHED[touched]
        if seen == SSC and self._breath_required and _lacks_breath(fields):
            return UNKNOWN
        return seen

    def _is_plausible(self, fields: dict, touched: tuple) -> bool:
        """Tell whether each touched face is as warm as skin; a missing temperature is not."""
        infant_c128 = fields["infant_temperature_c128"]
        caregiver_c128 = fields["caregiver_temperature_c128"]
        return (not touched[0] or _SKIN_C128_MIN <= infant_c128 <= _SKIN_C128_MAX) and (
            not touched[1] or _SKIN_C128_MIN <= caregiver_c128 <= _SKIN_C128_MAX
        )

    def _follow(self, seen: int, dt_s: int) -> None:
        """Let the state follow what is seen."""
        self._away_s = 0 if self._seen == self.state else self._away_s + dt_s
        self._seen_s = self._seen_s + dt_s if seen == self._seen else 0
        self._seen = seen
        if seen == self.state:
            return
        limit_s = _LEAVE_S if self.state == SSC and seen != UNKNOWN else _ENTER_S
        if self._away_s >= limit_s:
            # Something else for long, but no one thing: that is not known.
            self.state = seen if self._seen_s >= _ENTER_S else UNKNOWN

    def _count(self, dt_s: int) -> None:
        self.contact_s = 0
        self.unknown_s = dt_s if self._seen == UNKNOWN else 0
        if self._seen != SSC:
            self._pending_s = 0
            return
        self._pending_s += dt_s
        if self.state == SSC:
            self.contact_s = self._pending_s
            self._pending_s = 0


def _lacks_breath(fields: dict) -> bool:
    """Tell whether one of the two bodies is not felt to breathe, where that is measured."""
    adult, infant = fields["breath_adult"], fields["breath_infant"]
    if c.BYTE_MISSING in (adult, infant):
        return False
    return adult < _BREATH_ADULT or infant < _BREATH_INFANT
