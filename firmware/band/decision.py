"""Joins the rules that decide on the band: sample in; state, events and tallies out.

    sample --> touch --> contact --> tally ---> TALLY, once an hour
                |           |          |
                +-----------+-> warmth +------> EVENT, and to whoever shows it

It records whatever happens, on a blinded band too: whether a mother sees it is for feedback.
"""

from micropython import const

from pouch_protocol import constants as c
from pouch_protocol import records

_U16_MAX = const(0xFFFF)
# Where the newest tally lies: an hour of samples at the shortest interval, and a quarter more.
_LOOK_BACK_RECORDS = const(450)
_READ_RECORDS = const(30)


class Decision:
    """The band's own view of the infant.

    Attributes:
        contact: the ContactRule; its `state` may be shown.
        warmth: the WarmthRule.
        tally: the Tally; its `eighths` may be shown.
        dt_s: seconds from the sample before to the newest one, 0 for the first.
    """

    def __init__(self, touch, contact, warmth, tally, recorder) -> None:
        """Take the rules, new ones each.

        Args:
            touch: the TouchBaseline.
            contact: the ContactRule.
            warmth: the WarmthRule.
            tally: the Tally.
            recorder: writes records.
        """
        self._touch = touch
        self.contact = contact
        self.warmth = warmth
        self.tally = tally
        self._recorder = recorder
        self._last_s = None
        self._alerts = 0
        self.dt_s = 0

    def restore(self, log) -> None:
        """Go on from the newest tally before this boot, if there is one; see Tally.restore.

        Args:
            log: the SegmentLog, before anything is written in this boot.
        """
        record_no = max(log.oldest_record_no, log.next_record_no - _LOOK_BACK_RECORDS)
        contact_24h_min = 0
        while True:
            _, first, data = log.read(record_no, _READ_RECORDS)
            if not data:
                break
            for at in range(0, len(data), c.RECORD_BYTES):
                record = data[at : at + c.RECORD_BYTES]
                number = first + at // c.RECORD_BYTES
                if record[0] == c.KIND_TALLY and records.check(record, log.log_id, number):
                    contact_24h_min = records.LAYOUTS[c.KIND_TALLY].decode(record)[
                        "contact_24h_min"
                    ]
            record_no = first + len(data) // c.RECORD_BYTES
        self.tally.restore(contact_24h_min)

    def take(self, fields: dict) -> tuple:
        """Take one sample, after it was recorded; record what happened.

        Args:
            fields: of the sample record.

        Returns:
            The EVENT constants of what happened, in order; mostly none.
        """
        # Differences of whole seconds since boot: no part of a second is ever lost.
        now_s = fields["uptime_cs"] // c.CS_PER_S
        dt_s = 0 if self._last_s is None else now_s - self._last_s
        self._last_s = now_s
        self.dt_s = dt_s
        touched = self._touch.update(
            _present(fields["infant_touch_pf512"], c.TOUCH_MISSING),
            _present(fields["caregiver_touch_pf512"], c.TOUCH_MISSING),
            dt_s,
        )
        state = self.contact.update(fields, touched, dt_s)
        infant_c128 = _present(fields["infant_temperature_c128"], c.TEMPERATURE_MISSING)
        events = ()
        was_alerting = self.warmth.alerting
        event = self.warmth.update(infant_c128, state, touched[0], dt_s)
        if event is not None:
            self._alerts += self.warmth.alerting and not was_alerting
            self._record_alert(event)
            events = (event,)
        if self.tally.add(self.contact.contact_s, self.contact.unknown_s, dt_s):
            self._recorder.add_event(c.EVENT_TARGET_REACHED, 0, self.tally.contact_24h_min)
            events += (c.EVENT_TARGET_REACHED,)
        return events

    def acknowledge(self) -> bool:
        """Silence an alert that sounds, and record that; tell whether there was one."""
        if not self.warmth.acknowledge():
            return False
        self._recorder.add_event(c.EVENT_ALERT_ACKNOWLEDGED)
        return True

    def add_tally(self, battery_days: int) -> None:
        """Record the sums since the last tally; due every hour.

        Args:
            battery_days: days that the battery will last, 255 if that is not known.
        """
        fields = self.tally.take()
        fields["battery_days"] = battery_days
        fields["alerts"] = min(self._alerts, c.BYTE_MISSING)
        self._alerts = 0
        self._recorder.add(c.KIND_TALLY, fields)

    def _record_alert(self, event: int) -> None:
        # The skin is signed, and the field is not: missing is 0x8000 there.
        skin = self.warmth.skin_c128 & _U16_MAX
        self._recorder.add_event(event, skin, self.warmth.line_c100)


def _present(value: int, missing: int) -> "int | None":
    return None if value == missing else value
