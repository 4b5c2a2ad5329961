"""One printed line of a benchmark."""

from dataclasses import dataclass

# From here on, decimals are noise.
_WHOLE_FROM = 100


@dataclass(frozen=True)
class Figure:
    """A measured number.

    Attributes:
        name: what was measured.
        value: the number.
        unit: its unit; "x" for a ratio.
    """

    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        """Return the line."""
        digits = 0 if self.value >= _WHOLE_FROM or self.value == int(self.value) else 2
        return f"{self.name:<60}{self.value:>14,.{digits}f} {self.unit}".rstrip()
