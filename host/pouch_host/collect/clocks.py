"""Whether this computer's clock can be told to bands: it may be wrong by a year.

A wrong time, once told, becomes an anchor in the log of each band. Bands know the time from other
hosts and from earlier, the store knows when it was last added to, and no clock is right that shows
a time before this program was made: a clock that is contradicted is shown to a person and told to
nobody.

    clock out of all bounds ------------------> doubt, whatever bands say
    bands that know the time -- most agree ---> no doubt, whatever the store says
                             +- else ---------> doubt
    no such band -- the store's newest contact long ago or to come --> doubt

A band that this host has told the time says nothing of it: it would only repeat what it heard. But
when the clock is set anew meanwhile, all that was compared with it before is void, and what such a
band says does count: it remembers the clock as it was.
"""

import asyncio
from dataclasses import dataclass
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
# 2026-01-01, before the first release, and 2100-01-01, before a band's 32 bits of seconds end. A
# clock that was never set shows 1970 or 2000.
_EARLIEST_UTC_S = 1_767_225_600.0
_LATEST_UTC_S = 4_102_444_800.0
_IMPOSSIBLE = ", which cannot be"
_UPTIME_CS_MOD = 1 << 32


@dataclass(frozen=True)
class _Vote:
    """What one band says.

    Attributes:
        agrees: whether it has the time that this host has.
        text: the two times, for a person.
    """

    agrees: bool
    text: str


class ClockJudge:
    """Collects what speaks for and against this host's clock; its own time is the loop's."""

    def __init__(
        self,
        newest_utc_s: float | None = None,
        *,
        trusted: bool = False,
        earliest_utc_s: float = _EARLIEST_UTC_S,
    ) -> None:
        """Begin with what the store knows.

        Args:
            newest_utc_s: time of the store's newest contact with a band; None if there is none.
            trusted: whether a person has looked at the clock and vouches for it, until it is set
                anew.
            earliest_utc_s: no clock is right that shows a time before this; a simulation may play
                in earlier years.
        """
        self._earliest_utc_s = earliest_utc_s
        self._newest_utc_s = newest_utc_s
        self._trusted = trusted
        self._votes: dict[str, _Vote] = {}
        self._now_utc_s: float | None = None
        # This host's clock less the loop's: it jumps when somebody sets the clock.
        self._lead_s: float | None = None

    @property
    def doubt(self) -> str | None:
        """What is wrong with this host's clock, in a sentence; None if nothing speaks against it.

        As of the last `look` or `compare`.
        """
        now_utc_s = self._now_utc_s
        if now_utc_s is not None and not self._earliest_utc_s <= now_utc_s <= _LATEST_UTC_S:
            # No vouching helps: a band cannot be told such a time, or never needs to be.
            return f"this computer's clock says {_text(now_utc_s)}{_IMPOSSIBLE}"
        if self._trusted:
            return None
        if self._votes:
            against = [vote for vote in self._votes.values() if not vote.agrees]
            # One band may have its time from a host that was wrong. As many as agree have not.
            outvoted = 2 * len(against) < len(self._votes)
            return None if outvoted else against[-1].text
        return self._store_doubt()

    def look(self, now_utc_s: float) -> bool:
        """Take note of the clock; call it before bands are compared or told.

        Args:
            now_utc_s: this host's time.

        Returns:
            Whether the clock was set anew since the last look, or the computer has slept: all
            that bands were told before has to be looked at again.
        """
        lead_s = now_utc_s - asyncio.get_running_loop().time()
        jumped = self._lead_s is not None and abs(lead_s - self._lead_s) > _TOLERANCE_S
        self._lead_s, self._now_utc_s = lead_s, now_utc_s
        if jumped:
            self._votes.clear()
            self._trusted = False
        if self.doubt is None:
            # From here on it is known to have been about now: a jump by a year shows.
            self._newest_utc_s = now_utc_s
        return jumped

    def compare(
        self, label: str, told: dict[str, int], now_utc_s: float, round_trip_ms: int
    ) -> None:
        """Take what a band says the time is, if it was told by somebody else.

        Args:
            label: the band's.
            told: fields of its TIME_REPLY.
            now_utc_s: this host's time when that came.
            round_trip_ms: how long the question took.
        """
        self._now_utc_s = now_utc_s
        if told["status"] != c.TIME_SET:
            return
        band_utc_s = told["utc_s"] + told["utc_ms"] / 1000
        age_s = (told["uptime_cs"] - told["set_uptime_cs"]) % _UPTIME_CS_MOD / c.CS_PER_S
        allowed_s = _TOLERANCE_S + _DRIFT * age_s
        allowed_s += (told["round_trip_ms"] + round_trip_ms) / 1000
        agrees = abs(band_utc_s - now_utc_s) <= allowed_s
        text = (
            f"this computer's clock says {_text(now_utc_s)}, and band {label}, by a clock that"
            f" it was told, {_text(band_utc_s)}"
        )
        # Anew, so that the last one is the newest.
        self._votes.pop(label, None)
        self._votes[label] = _Vote(agrees, text)

    def may_tell(self) -> bool:
        """Say whether bands may be told this host's time."""
        return self.doubt is None

    def _store_doubt(self) -> str | None:
        newest_s, now_utc_s = self._newest_utc_s, self._now_utc_s
        if newest_s is None or now_utc_s is None:
            return None
        if -_AHEAD_S_MAX <= now_utc_s - newest_s <= _PAUSE_S_MAX:
            return None
        return (
            f"this computer's clock says {_text(now_utc_s)}, and the store was last added to"
            f" on {_text(newest_s)}"
        )


def clock_hint(doubt: str) -> str:
    """Return what to say of a clock that is in doubt, and what to do."""
    vouch = "" if doubt.endswith(_IMPOSSIBLE) else ", or say --trust-clock"
    return f"{doubt}: no band is told the time; set the clock{vouch}"


def _text(utc_s: float) -> str:
    try:
        return datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError, OSError):
        return "a year that no calendar has"
