"""One figure with its interval, or the reason why there is none."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure.

    Attributes:
        value: what was found; None if it cannot be said.
        low: lower end of the 95 % interval; None if it cannot be said.
        high: upper end likewise.
        method: how both were worked out.
        note: why something is missing, or what to keep in mind; "" for nothing.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    note: str = ""

    @property
    def said(self) -> float:
        """Return the value where there has to be one.

        Raises:
            ValueError: it cannot be said; the message is why.
        """
        if self.value is None:
            raise ValueError(self.note)
        return self.value

    @property
    def interval(self) -> tuple[float, float]:
        """Return the interval where there has to be one; likewise."""
        if self.low is None or self.high is None:
            raise ValueError(self.note)
        return self.low, self.high


def absent(note: str, method: str = "") -> Estimate:
    """Return that there is no figure, and why."""
    return Estimate(None, method=method, note=note)


def made(
    value: float,
    interval: tuple[float, float] | None = None,
    *,
    method: str = "",
    note: str = "",
) -> Estimate:
    """Return a figure; one that is no number is told as absent."""
    if not math.isfinite(value):
        return absent(note or "it cannot be worked out from these values", method)
    low, high = interval or (math.nan, math.nan)
    if not (math.isfinite(low) and math.isfinite(high)):
        return Estimate(float(value), method=method, note=note)
    return Estimate(float(value), float(low), float(high), method, note)
