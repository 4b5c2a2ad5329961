"""Who knows what time it is: the true time of the simulated world, and each band's own crystal.

True time is a whole number of microseconds since the simulation started. A band never sees it: a
band counts the ticks of its crystal since it booted, and `Crystal` is the one place where the two
are converted. Integers throughout, because floats fall on both sides of an instant after a few
simulated days, and a pacing rule built on them then fires twice or never.
"""

from __future__ import annotations

from collections.abc import Callable

MICROSECONDS_PER_SECOND = 1_000_000
_PPB_PER_PPM = 1_000
_PPB = 1_000_000_000


class TrueTime:
    """The world's clock, read-only: what a perfect watch would show.

    Args:
        read_us: returns true microseconds since the simulation started.
        start_utc_s: Unix seconds at which the simulation started.
    """

    def __init__(self, read_us: Callable[[], int], start_utc_s: int) -> None:
        self._read_us = read_us
        self.start_utc_s = start_utc_s

    @property
    def now_us(self) -> int:
        """True microseconds since the simulation started."""
        return self._read_us()

    @property
    def utc_us(self) -> int:
        """True Unix time in microseconds."""
        return self.start_utc_s * MICROSECONDS_PER_SECOND + self._read_us()

    @property
    def utc_s(self) -> float:
        """True Unix time in seconds."""
        return self.utc_us / MICROSECONDS_PER_SECOND


class Crystal:
    """A band's oscillator: counts its own microseconds from the moment of a boot.

    Args:
        drift_ppm: how fast it runs, in parts per million; positive runs ahead of true time.
        ticks_at_boot_us: what it shows at boot, in microseconds; to come near a wrap of ticks.

    Raises:
        ValueError: a drift of a million parts or more would stop or reverse time.
    """

    def __init__(self, drift_ppm: float = 0.0, ticks_at_boot_us: int = 0) -> None:
        self._drift_ppb = round(drift_ppm * _PPB_PER_PPM)
        if abs(self._drift_ppb) >= _PPB:
            raise ValueError(f"a crystal cannot be off by {drift_ppm} ppm")
        self._ticks_at_boot_us = ticks_at_boot_us
        self._boot_us = 0

    def boot(self, true_us: int) -> None:
        """Restart the count: the band's processor came out of reset at `true_us`."""
        self._boot_us = true_us

    def local_us(self, true_us: int) -> int:
        """Return what the crystal has counted since boot at the true time `true_us`."""
        since_boot_us = true_us - self._boot_us
        drift_us = since_boot_us * self._drift_ppb // _PPB
        return self._ticks_at_boot_us + since_boot_us + drift_us

    def true_us(self, local_us: int) -> int:
        """Return the first true microsecond at which the crystal shows `local_us` or more."""
        rate_ppb = _PPB + self._drift_ppb
        since_boot_us = -(-(local_us - self._ticks_at_boot_us) * _PPB // rate_ppb)
        return self._boot_us + since_boot_us
