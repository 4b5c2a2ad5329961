"""The band's only clock: time since boot. What UTC a record has, the host works out from anchors.

The band keeps the last time that a host told for one purpose: to know the quiet hours of the day.
"""

import time

# `ticks_ms` wraps after 2^30 ms = 12.4 days; a difference is right up to half of that, so the
# clock has to be read at least every six days. The sampler reads it every few seconds.

_MINUTE_MS = 60_000
_MINUTE_S = 60
_DAY_MIN = 1440


class Clock:
    """Counts milliseconds since boot past the wrap of `ticks_ms`."""

    def __init__(self) -> None:
        """Start at zero now."""
        self._last_ticks = time.ticks_ms()
        self._uptime_ms = 0
        # UTC minutes of the last setting, and the uptime at which it was told.
        self._set_utc_min = None
        self._set_uptime_ms = 0

    def uptime_ms(self) -> int:
        """Return milliseconds since boot; never falls."""
        ticks = time.ticks_ms()
        self._uptime_ms += time.ticks_diff(ticks, self._last_ticks)
        self._last_ticks = ticks
        return self._uptime_ms

    def uptime_cs(self) -> int:
        """Return hundredths of a second since boot, the unit of a record."""
        return self.uptime_ms() // 10

    def set_utc(self, utc_s: int) -> None:
        """Take a host's word for the time of day, until the next one or a restart."""
        self._set_utc_min = utc_s // _MINUTE_S
        self._set_uptime_ms = self.uptime_ms()

    def local_min(self, utc_offset_min: int) -> "int | None":
        """Return the minute of the local day, 0 to 1439; None before any host told the time.

        Args:
            utc_offset_min: local time minus UTC, minutes.
        """
        if self._set_utc_min is None:
            return None
        since_min = (self.uptime_ms() - self._set_uptime_ms) // _MINUTE_MS
        return (self._set_utc_min + since_min + utc_offset_min) % _DAY_MIN

    def wait_ms(self, wait_ms: int) -> None:
        """Stand still, awake; only where nothing else is to run any more."""
        time.sleep_ms(wait_ms)
