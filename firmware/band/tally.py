"""Counts contact: for the hourly record, and over the last 24 hours for the light.

The band may not know the time of day, so it has no days: it shows the last 24 hours. They are kept
in buckets of a quarter of an hour:

    | part |  full  |  full  | ... |  full  | now |
      oldest                                  at

Of the oldest bucket the part that is still within 24 hours counts, as if its contact were spread
evenly: that is wrong by less than four minutes, which is less than the light can show.
"""

from array import array

from micropython import const

_BUCKET_S = const(900)
# 24 hours, and the one that is being filled.
_DAY_BUCKETS = const(96)
_BUCKETS = const(97)
_MINUTE_S = const(60)
_DAY_MIN = const(1440)
_U16_MAX = const(0xFFFF)
# A target that was reached counts as missed again only below this, so that the sum, which rises
# and falls by minutes, does not announce it twice.
_MISSED_BELOW_MIN = const(30)
_PARTS = const(8)


class Tally:
    """Sums of contact.

    Attributes:
        target_min: minutes of contact in 24 hours that this infant should have.
    """

    def __init__(self, target_min: int) -> None:
        """Start with nothing counted.

        Args:
            target_min: see the class; may be set anew at any time.
        """
        self.target_min = target_min
        self._buckets = array("H", bytes(2 * _BUCKETS))
        self._total_s = 0
        self._at = 0
        self._at_s = 0
        self._reached = False
        # Since the last take.
        self._span_s = 0
        self._contact_s = 0
        self._unknown_s = 0

    @property
    def contact_24h_min(self) -> int:
        """Whole minutes of contact in the last 24 hours, 0 to 1440."""
        oldest_s = self._buckets[(self._at + 1) % _BUCKETS]
        gone_s = oldest_s * self._at_s // _BUCKET_S
        return min(_DAY_MIN, (self._total_s - gone_s) // _MINUTE_S)

    @property
    def reached(self) -> bool:
        """Whether the last 24 hours reach the target, or did and are not far below."""
        return self._reached

    @property
    def eighths(self) -> int:
        """How many eighths of the target the last 24 hours reached, 0 to 8."""
        return min(_PARTS, self.contact_24h_min * _PARTS // self.target_min)

    def add(self, contact_s: int, unknown_s: int, dt_s: int) -> bool:
        """Count one sample.

        Args:
            contact_s: seconds of contact that it brought.
            unknown_s: seconds of which nothing is known.
            dt_s: seconds since the sample before.

        Returns:
            Whether the target has just been reached.
        """
        self._advance(dt_s)
        self._span_s += dt_s
        self._contact_s += contact_s
        self._unknown_s += unknown_s
        self._buckets[self._at] += contact_s
        self._total_s += contact_s
        return self._reaches()

    def take(self) -> dict:
        """Return the sums since the last take, as fields of a tally record, and begin anew.

        Contact that counts with a delay may not fit a short span: the rest is in the next one.
        """
        span_s = min(self._span_s, _U16_MAX)
        unknown_s = min(self._unknown_s, span_s)
        contact_s = min(self._contact_s, span_s - unknown_s)
        self._contact_s -= contact_s
        self._span_s = self._unknown_s = 0
        return {
            "span_s": span_s,
            "contact_s": contact_s,
            "unknown_s": unknown_s,
            "contact_24h_min": self.contact_24h_min,
        }

    def restore(self, contact_24h_min: int) -> None:
        """Go on after a restart, before anything is added.

        The contact is spread evenly over the last 24 hours, because when it happened is not known
        any more: it fades at the mean pace. How long the band was without power is not known
        either and counts as no time at all; contact since that tally is lost, at most an hour.

        Args:
            contact_24h_min: of the newest tally record.
        """
        each_s, rest = divmod(min(contact_24h_min, _DAY_MIN) * _MINUTE_S, _DAY_BUCKETS)
        for age in range(_DAY_BUCKETS):
            self._buckets[(self._at - 1 - age) % _BUCKETS] = each_s + (age < rest)
        self._total_s = each_s * _DAY_BUCKETS + rest
        self._reached = self.contact_24h_min >= self.target_min

    def _advance(self, dt_s: int) -> None:
        # After a day nothing is left, however long the pause was.
        self._at_s += min(dt_s, _BUCKETS * _BUCKET_S)
        while self._at_s >= _BUCKET_S:
            self._at_s -= _BUCKET_S
            self._at = (self._at + 1) % _BUCKETS
            self._total_s -= self._buckets[self._at]
            self._buckets[self._at] = 0

    def _reaches(self) -> bool:
        contact_min = self.contact_24h_min
        if self._reached:
            self._reached = contact_min > self.target_min - _MISSED_BELOW_MIN
            return False
        self._reached = contact_min >= self.target_min
        return self._reached
