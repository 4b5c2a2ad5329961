"""The band's only clock: time since boot. What UTC it was, the host works out from anchors."""

import time

# `ticks_ms` wraps after 2^30 ms = 12.4 days; a difference is right up to half of that, so the
# clock has to be read at least every six days. The sampler reads it every few seconds.


class Clock:
    """Counts milliseconds since boot past the wrap of `ticks_ms`."""

    def __init__(self) -> None:
        """Start at zero now."""
        self._last_ticks = time.ticks_ms()
        self._uptime_ms = 0

    def uptime_ms(self) -> int:
        """Return milliseconds since boot; never falls."""
        ticks = time.ticks_ms()
        self._uptime_ms += time.ticks_diff(ticks, self._last_ticks)
        self._last_ticks = ticks
        return self._uptime_ms

    def uptime_cs(self) -> int:
        """Return hundredths of a second since boot, the unit of a record."""
        return self.uptime_ms() // 10

    def wait_ms(self, wait_ms: int) -> None:
        """Stand still; only where nothing else is to run any more."""
        time.sleep_ms(wait_ms)
