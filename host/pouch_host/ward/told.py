"""Which minutes an infant's alerts were told, and which they are to be told next.

    samples    x x x x x x x x x x x     x x x x x x x x x x x x x x x
    told       1 1 1 1 1 1 1 1 1 1 1 0 0 1 1 1 1 1 1 1 1 . . . . . .
                                     |                 |<- 6 min ->|
                  a hole, told when it is filled    newest told

A minute is told once, and only when the samples after it say that contact has not just ended: what
is known of it by then is what an alert may rest on. So the newest minute that is told is seven to
eight minutes older than the newest sample. Minutes without a sample are not told: nothing was
seen, and it may still arrive.
"""

import json
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pouch_host.alerts import Observation, observations_of
from pouch_host.analysis.states import MINUTE_S, State
from pouch_host.analysis.temperature import LEAVING_MIN
from pouch_host.derive import NewestDay
from pouch_host.derive.inputs import span_utc_s
from pouch_host.derive.recent import RecentRecords
from pouch_host.errors import StoreError

Integers = npt.NDArray[np.int64]

# Validity asks for the minutes after it, and the last of these has to be known: for that the
# evidence has to go on for one more. Of minutes told after this 86 of 100 that turn out to be
# valid are; a minute later 87 of 100 would be.
_AFTER_S = (LEAVING_MIN + 1) * MINUTE_S

BEHIND_S = _AFTER_S + 2 * MINUTE_S
"""How much older than the newest sample the newest minute that was told may be, at most."""

TOLD_S = 24 * 3600
"""What arrives later than this is no longer told: nobody acts on yesterday's temperature."""

BEGIN_S = 4 * 3600
"""An infant whose alerts begin is told of this much: an alert ends when unseen for as long."""

_MINUTES = TOLD_S // MINUTE_S

# A clock that is set back by less catches up before anybody would miss an alert for long.
_AHEAD_S = 3600


@dataclass(slots=True)
class Told:
    """What an infant's alerts were told.

    Attributes:
        newest_utc_s: the newest minute told, or before which none will be.
        minutes: a bit for each minute of the last day, 1 where it was told; the lowest is the
            newest minute's.
        clock_utc_s: when they were last told anything, the time or a minute.
    """

    newest_utc_s: int
    minutes: int
    clock_utc_s: int

    @classmethod
    def begin(cls, now_utc_s: float) -> "Told":
        """Return where the alerts of an infant begin: what is older counts as told."""
        newest_utc_s = int(now_utc_s - BEGIN_S) // MINUTE_S * MINUTE_S
        return cls(newest_utc_s, (1 << _MINUTES) - 1, int(now_utc_s) - BEGIN_S)

    @classmethod
    def parse(cls, text: str) -> "Told":
        """Return what `text` was made of.

        Raises:
            StoreError: it is damaged.
        """
        try:
            found = json.loads(text)
            return cls(
                int(found["newest_utc_s"]), int(found["minutes"], 16), int(found["clock_utc_s"])
            )
        except (ValueError, TypeError, KeyError) as error:
            raise StoreError(f"what the alerts were told is damaged: {error}") from error

    def text(self) -> str:
        """Return it as text."""
        return json.dumps(
            {
                "newest_utc_s": self.newest_utc_s,
                "minutes": f"{self.minutes:x}",
                "clock_utc_s": self.clock_utc_s,
            }
        )

    def tell(self, utc_s: int) -> None:
        """Note that a minute was told."""
        ahead = (utc_s - self.newest_utc_s) // MINUTE_S
        if ahead > 0:
            self.minutes = (self.minutes << min(ahead, _MINUTES)) & ((1 << _MINUTES) - 1)
            self.newest_utc_s = utc_s
            ahead = 0
        if -ahead < _MINUTES:
            self.minutes |= 1 << -ahead

    def come_back(self, now_utc_s: int) -> None:
        """Take back what was told of a future: the clock was wrong by hours, and was set right.

        Else every minute until then would count as told or too old, and nothing would ring.

        Args:
            now_utc_s: the time.
        """
        ahead = (self.newest_utc_s - now_utc_s) // MINUTE_S
        if ahead * MINUTE_S <= _AHEAD_S:
            return
        # What is older than all that is known counts as told, as at the beginning.
        older = (1 << _MINUTES) - (1 << max(0, _MINUTES - ahead))
        self.minutes = (self.minutes >> min(ahead, _MINUTES)) | older
        self.newest_utc_s -= ahead * MINUTE_S
        self.clock_utc_s = min(self.clock_utc_s, now_utc_s)

    def holds(self, minutes_utc_s: Integers) -> npt.NDArray[np.bool_]:
        """Tell of each minute whether it was told, or is too old to be."""
        raw = self.minutes.to_bytes(_MINUTES // 8, "little")
        bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little").astype(np.bool_)
        behind = (self.newest_utc_s - minutes_utc_s) // MINUTE_S
        found = behind >= _MINUTES
        within = (behind >= 0) & ~found
        found[within] = bits[behind[within]]
        return found


@dataclass(frozen=True, eq=False)
class Minutes:
    """The minutes of an infant that can be told.

    Attributes:
        utc_s: when each begins, rising.
        received_utc_s: when the host had what it takes to tell it.
        columns: what is known of each, named as the fields of an `Observation`.
    """

    utc_s: Integers
    received_utc_s: Integers
    columns: dict[str, npt.NDArray[np.generic]]

    def untold(self, told: Told, now_utc_s: int) -> list[Observation]:
        """Return what was not told yet, by arrival.

        The clock of the alerts never goes back for what arrived a little before it was told the
        time, nor ahead of now for what was stored by a clock that was wrong.
        """
        return self._observations(
            ~told.holds(self.utc_s),
            np.clip(self.received_utc_s, min(told.clock_utc_s, now_utc_s), now_utc_s),
        )

    def again(self, told: Told, now_utc_s: int) -> list[Observation]:
        """Return what was told in the last hours, as it arrived then."""
        chosen = told.holds(self.utc_s) & (self.utc_s > now_utc_s - BEGIN_S)
        return self._observations(chosen, np.minimum(self.received_utc_s, now_utc_s))

    def _observations(
        self, chosen: npt.NDArray[np.bool_], received_utc_s: Integers
    ) -> list[Observation]:
        places = np.flatnonzero(chosen)
        places = places[np.argsort(received_utc_s[places], kind="stable")]
        if not len(places):
            return []
        times = {"utc_s": self.utc_s[places], "received_utc_s": received_utc_s[places]}
        values = {name: column[places] for name, column in self.columns.items()}
        return list(observations_of(times | values))


def minutes_of(day: NewestDay, records: RecentRecords, battery_mv: int | None) -> Minutes:
    """Return the minutes of an infant that can be told.

    Args:
        day: what is known of its last day.
        records: when its samples arrived.
        battery_mv: of its band at the last contact; told with the newest minute.

    Raises:
        StoreError: the store cannot be read.
    """
    first_utc_s, count = day.minutes.first_utc_s, len(day.minutes)
    utc_s, received_utc_s = _arrivals(day, records)
    place = np.floor((utc_s - first_utc_s) / MINUTE_S).astype(np.int64)
    inside = (place >= 0) & (place < count)
    received = np.full(count, -1, np.int64)
    np.maximum.at(received, place[inside], received_utc_s[inside])
    flags = np.zeros(count, np.int64)
    samples = day.inputs.samples
    of_sample = np.floor((samples.utc_s - first_utc_s) / MINUTE_S).astype(np.int64)
    near = (of_sample >= 0) & (of_sample < count)
    np.bitwise_or.at(flags, of_sample[near], samples.flags[near].astype(np.int64))
    begin = first_utc_s + MINUTE_S * np.arange(count, dtype=np.int64)
    # The first sample that says how it went on.
    after = np.searchsorted(utc_s, begin + MINUTE_S + _AFTER_S)
    chosen = np.flatnonzero((received >= 0) & day.assigned & (after < len(utc_s)))
    battery = np.full(len(chosen), None, object)
    battery[-1:] = battery_mv
    told = day.temperatures
    return Minutes(
        begin[chosen],
        np.maximum(received[chosen], received_utc_s[after[chosen]]),
        {
            "state": np.array([State(one).word for one in day.minutes.states[chosen]], object),
            "state_probability": np.nan_to_num(day.minutes.probability[chosen]),
            "skin_c": told.skin_c[chosen],
            "temperature_valid": told.valid[chosen],
            "core_c": told.core_c[chosen],
            "core_sd_c": told.core_sd_c[chosen],
            "outer_c": told.outer_c[chosen],
            "battery_mv": battery,
            "flags": flags[chosen],
        },
    )


def _arrivals(day: NewestDay, records: RecentRecords) -> tuple[npt.NDArray[np.float64], Integers]:
    """Return when the infant's newest samples were taken, and when the host had each."""
    taken, had = [np.empty(0)], [np.empty(0, np.int64)]
    samples_utc_s = day.inputs.samples.utc_s
    # A sample with a wrong clock may lie further ahead.
    last_utc_s = float(samples_utc_s[-1]) if len(samples_utc_s) else -math.inf
    for one in day.inputs.given:
        utc_s, received_utc_s = records.arrivals(one.band_id)
        begin_utc_s, end_utc_s = span_utc_s(one)
        ended = np.searchsorted(utc_s, last_utc_s, side="right")
        part = slice(*np.minimum(np.searchsorted(utc_s, (begin_utc_s, end_utc_s)), ended))
        taken.append(utc_s[part])
        had.append(received_utc_s[part])
    utc_s, received_utc_s = np.concatenate(taken), np.concatenate(had)
    order = np.argsort(utc_s, kind="stable")
    return utc_s[order], received_utc_s[order]
