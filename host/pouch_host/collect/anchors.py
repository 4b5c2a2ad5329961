"""When to tell a band the time again: often enough for its clock, seldom enough for its log."""

import asyncio

# An anchor an hour bounds the error of a clock that drifts by 50 ppm to 0.2 s, and costs the
# band's log 0.8 % of its room. One at each pull would cost ten times that.
_INTERVAL_S = 3600.0


class AnchorPlan:
    """Remembers, for each boot of each band, when it was told the time; on the loop's clock."""

    def __init__(self) -> None:
        """Begin with nobody told."""
        self._told_s: dict[tuple[int, int], float] = {}

    def due(self, band_id: int, boot_id: int) -> bool:
        """Say whether a band in this boot is to be told now."""
        told_s = self._told_s.get((band_id, boot_id))
        return told_s is None or asyncio.get_running_loop().time() - told_s >= _INTERVAL_S

    def was_told(self, band_id: int, boot_id: int) -> bool:
        """Say whether a band in this boot has the time from this host already."""
        return (band_id, boot_id) in self._told_s

    def told(self, band_id: int, boot_id: int) -> None:
        """Note that a band has stored the time."""
        self._told_s[band_id, boot_id] = asyncio.get_running_loop().time()
