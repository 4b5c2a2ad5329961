"""The minutes of one infant, kept until its days are told, and cut into local days."""

from bisect import bisect_left
from typing import TYPE_CHECKING

from .values import MINUTE_MS

if TYPE_CHECKING:
    import polars as pl

Series = list[float | None]


class Minutes:
    """Temperatures of the minutes of one infant, in the order of time."""

    def __init__(self) -> None:
        self._times_ms: list[int] = []
        self._face_c: Series = []
        self._on_skin: list[bool] = []

    def add(self, frame: "pl.DataFrame") -> None:
        """Keep what a frame of the table `minutes` says of temperature."""
        self._times_ms += frame["time_utc"].dt.epoch("ms").to_list()
        self._face_c += frame["skin_c"].to_list()
        self._on_skin += (frame["temperature_status"] == "valid").to_list()

    def of(self, begin_ms: int, end_ms: int) -> tuple[Series, Series]:
        """Return a value for each minute of a span: of the infant face, and of settled skin.

        A minute before the first band, after the last one or without a measurement is None.

        Args:
            begin_ms: where the span begins, as the frames tell moments.
            end_ms: where it ends.
        """
        count = max(0, (end_ms - begin_ms) // MINUTE_MS)
        face_c: Series = [None] * count
        skin_c: Series = [None] * count
        first, last = (bisect_left(self._times_ms, edge) for edge in (begin_ms, end_ms))
        for place in range(first, last):
            minute = (self._times_ms[place] - begin_ms) // MINUTE_MS
            face_c[minute] = self._face_c[place]
            if self._on_skin[place]:
                skin_c[minute] = self._face_c[place]
        return face_c, skin_c
