"""Whether this computer's clock can be told to bands: it may be wrong by a year.

A wrong time, once told, becomes an anchor in the log of each band. Bands know the time from other
hosts and from earlier, and the store knows when it last heard from somebody: a clock that they
contradict is shown to a person and told to nobody.
"""

from datetime import UTC, datetime

from pouch_protocol import constants as c

# What a band's own clock may drift between two settings: 5 %, as far as the store's time follows.
_DRIFT = 0.05
# Two settings are right to a second at worst (exchange.ROUND_TRIP_MS_MAX), and a person may have
# corrected a computer's clock by a few more.
_TOLERANCE_S = 5.0
# A store that nobody added to for longer is more likely looked at with a wrong clock than opened
# after a pause; and nothing that it holds is from the future.
_PAUSE_S_MAX = 60 * 86_400.0
_AHEAD_S_MAX = 3_600.0


class ClockJudge:
    """Collects what speaks for and against this host's clock."""

    def __init__(self, newest_utc_s: float | None = None, *, trusted: bool = False) -> None:
        """Begin with what the store knows.

        Args:
            newest_utc_s: time of the store's newest contact with a band; None if there is none.
            trusted: whether a person has looked at the clock and vouches for it.
        """
        self._newest_utc_s = newest_utc_s
        self._trusted = trusted
        # By label: seconds that the band is ahead of this host, for bands that disagree.
        self._off_s: dict[str, float] = {}
        self._agreeing: set[str] = set()
        self._store_doubt: str | None = None
        self._example = ""

    @property
    def doubt(self) -> str | None:
        """What speaks against this host's clock, in a sentence; None if nothing does."""
        if self._trusted:
            return None
        if self._off_s or self._agreeing:
            # One band may have its time from a host that was wrong. As many as agree have not.
            return self._example if len(self._off_s) >= len(self._agreeing) else None
        return self._store_doubt

    @property
    def disagreeing(self) -> dict[str, float]:
        """By label: seconds that each band's clock is ahead of this host's, if it is off."""
        return dict(self._off_s)

    def look(self, now_utc_s: float) -> None:
        """Compare the clock with the store's newest contact.

        Args:
            now_utc_s: this host's time.
        """
        newest_s = self._newest_utc_s
        self._store_doubt = None
        if newest_s is not None and not -_AHEAD_S_MAX <= now_utc_s - newest_s <= _PAUSE_S_MAX:
            self._store_doubt = (
                f"this computer's clock says {_text(now_utc_s)}, and the store was last added to"
                f" on {_text(newest_s)}"
            )

    def compare(
        self, label: str, told: dict[str, int], now_utc_s: float, round_trip_ms: int
    ) -> None:
        """Take what a band says the time is, if it was told by somebody.

        Args:
            label: the band's.
            told: fields of its TIME_REPLY.
            now_utc_s: this host's time when that came.
            round_trip_ms: how long the question took.
        """
        self.look(now_utc_s)
        if told["status"] != c.TIME_SET:
            return
        band_utc_s = told["utc_s"] + told["utc_ms"] / 1000
        # A number of 32 bits that was set before it began again says nothing about its age.
        age_s = max(0, told["uptime_cs"] - told["set_uptime_cs"]) / c.CS_PER_S
        allowed_s = _TOLERANCE_S + _DRIFT * age_s
        allowed_s += (told["round_trip_ms"] + round_trip_ms) / 1000
        off_s = band_utc_s - now_utc_s
        if abs(off_s) <= allowed_s:
            self._agreeing.add(label)
            self._off_s.pop(label, None)
            return
        self._agreeing.discard(label)
        self._off_s[label] = off_s
        self._example = (
            f"this computer's clock says {_text(now_utc_s)}, and band {label}, by another clock,"
            f" {_text(band_utc_s)}"
        )

    def may_tell(self) -> bool:
        """Say whether bands may be told this host's time."""
        return self.doubt is None


def _text(utc_s: float) -> str:
    return datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
