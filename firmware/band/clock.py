"""The band's only clock: time since boot. What UTC a record has, the host works out from anchors.

The band keeps the last time that a host told to know the quiet hours of the day, and to tell the
next host what it takes the time for.
"""

import time

# `ticks_ms` wraps after 2^30 ms = 12.4 days; a difference is right up to half of that, so the
# clock has to be read at least every six days. The sampler reads it every few seconds.

_MINUTE_S = 60
_DAY_MIN = 1440


class Clock:
    """Counts milliseconds since boot past the wrap of `ticks_ms`."""

    def __init__(self) -> None:
        """Start at zero now."""
        self._last_ticks = time.ticks_ms()
        self._uptime_ms = 0
        # What the last host told: `(utc_s, utc_ms, round_trip_ms)`, and at which uptime.
        self._told = None
        self._told_uptime_ms = 0

    def uptime_ms(self) -> int:
        """Return milliseconds since boot; never falls."""
        ticks = time.ticks_ms()
        self._uptime_ms += time.ticks_diff(ticks, self._last_ticks)
        self._last_ticks = ticks
        return self._uptime_ms

    def uptime_cs(self) -> int:
        """Return hundredths of a second since boot, the unit of a record."""
        return self.uptime_ms() // 10

    def set_utc(self, utc_s: int, utc_ms: int = 0, round_trip_ms: int = 0) -> None:
        """Take a host's word for the time of day, until the next one or a restart.

        Args:
            utc_s: Unix time, whole seconds.
            utc_ms: and milliseconds.
            round_trip_ms: twice the error it may have.
        """
        self._told = utc_s, utc_ms, round_trip_ms
        self._told_uptime_ms = self.uptime_ms()

    def utc(self) -> "tuple | None":
        """Return what the band takes the time for; None before any host told it.

        Returns:
            `(utc_s, utc_ms, round_trip_ms, uptime_ms when it was told)`. It drifts since then.
        """
        if self._told is None:
            return None
        utc_s, utc_ms, round_trip_ms = self._told
        utc_ms += self.uptime_ms() - self._told_uptime_ms
        return utc_s + utc_ms // 1000, utc_ms % 1000, round_trip_ms, self._told_uptime_ms

    def local_min(self, utc_offset_min: int) -> "int | None":
        """Return the minute of the local day, 0 to 1439; None before any host told the time.

        Args:
            utc_offset_min: local time minus UTC, minutes.
        """
        now = self.utc()
        if now is None:
            return None
        return (now[0] // _MINUTE_S + utc_offset_min) % _DAY_MIN

    def wait_ms(self, wait_ms: int) -> None:
        """Stand still, awake; only where nothing else is to run any more."""
        time.sleep_ms(wait_ms)
