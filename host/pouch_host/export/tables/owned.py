"""Bands go with the first infant of an export that wore them, so that each is told once."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pouch_host.export.reading import ReadBand, read_band
from pouch_host.export.selection import Selection
from pouch_host.store import Assignment, Band, Infant

Places = npt.NDArray[np.intp]


def owned_bands(selection: Selection) -> Iterator[tuple[Band, ReadBand]]:
    """Yield the bands whose rows belong into a selection.

    Those that nobody wore come with the ward, if no infant was asked for by name.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        for band in selection.bands_of(look.infant):
            yield band, look.bands[band.band_id]
    if selection.ward and selection.everything_asked:
        for band in selection.bands_of(None):
            until_id = selection.snapshot.cursors.get(band.band_id, 0)
            # No sample is of anybody: an empty span.
            yield band, read_band(selection.store, band.band_id, until_id, 0.0, 0.0)


class Wearers:
    """Who wore a band when, among the infants of an export."""

    def __init__(self, selection: Selection, band_id: int) -> None:
        """Look at the assignments of a band."""
        by_id = {one.infant_id: one for one in selection.chosen}
        self._given: list[tuple[Assignment, Infant | None]] = [
            (one, by_id.get(one.infant_id))
            for one in selection.snapshot.given
            if one.band_id == band_id
        ]

    @property
    def all_chosen(self) -> bool:
        """Whether each of them is in the export."""
        return all(infant is not None for _, infant in self._given)

    def at(self, utc_s: npt.NDArray[np.float64]) -> list[tuple[Infant | None, Places]]:
        """Return which of some moments belong to which infant; None to nobody.

        Moments of an infant that is not in the export are in none of them.
        """
        found: list[tuple[Infant | None, Places]] = []
        free = np.ones(len(utc_s), np.bool_)
        for one, infant in self._given:
            inside = utc_s >= one.from_utc_s
            if one.to_utc_s is not None:
                inside &= utc_s < one.to_utc_s
            free &= ~inside
            if infant is not None and inside.any():
                found.append((infant, np.flatnonzero(inside)))
        if free.any():
            found.append((None, np.flatnonzero(free)))
        return found
