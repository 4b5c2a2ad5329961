"""When to tell a band the time again: often enough for its clock, seldom enough for its log."""

import asyncio

# An anchor an hour bounds the error of a clock that drifts by 50 ppm to 0.2 s, and costs the
# band's log 0.8 % of its room. One at each pull would cost ten times that.
_INTERVAL_S = 3600.0
# Between the two moments, both told by the band, at which it sets its clock and makes the anchor
# lies next to nothing, or an erase of its flash. No other host can have set it so soon after us.
_SAME_CS = 300
_UPTIME_CS_MOD = 1 << 32


class AnchorPlan:
    """Remembers, for each boot of each band, when it was told the time; on the loop's clock."""

    def __init__(self) -> None:
        """Begin with nobody told."""
        # When, and at which uptime of the band.
        self._told: dict[tuple[int, int], tuple[float, int]] = {}

    def due(self, band_id: int, boot_id: int) -> bool:
        """Say whether a band in this boot is to be told now."""
        told = self._told.get((band_id, boot_id))
        return told is None or asyncio.get_running_loop().time() - told[0] >= _INTERVAL_S

    def is_ours(self, band_id: int, boot_id: int, set_uptime_cs: int) -> bool:
        """Say whether the time that a band in this boot has is the one that it was told here.

        Args:
            band_id: the band.
            boot_id: its boot.
            set_uptime_cs: when it was told, by its own account.
        """
        told = self._told.get((band_id, boot_id))
        if told is None:
            return False
        apart_cs = (set_uptime_cs - told[1]) % _UPTIME_CS_MOD
        return min(apart_cs, _UPTIME_CS_MOD - apart_cs) <= _SAME_CS

    def told(self, band_id: int, boot_id: int, uptime_cs: int) -> None:
        """Note that a band has stored the time.

        Args:
            band_id: the band.
            boot_id: its boot.
            uptime_cs: when, by its own account.
        """
        self._told[band_id, boot_id] = asyncio.get_running_loop().time(), uptime_cs

    def forget(self) -> None:
        """Have every band told again: this host's clock was set anew."""
        self._told.clear()
