"""How a driver says that its chip gave nothing usable. The sampler turns it into a flag."""

from micropython import const

# Codes of a SensorFault.
BUS = const(1)
IDENTITY = const(2)
NOT_READY = const(3)
RANGE = const(4)


class SensorFault(Exception):
    """A chip failed. Leave its values out of this sample, go on with the other chips.

    Attributes:
        code: BUS (no answer, twice), IDENTITY (another chip answers, or not with what was asked
            for), NOT_READY (no new result), RANGE (the input is beyond what the chip can
            measure).
    """

    def __init__(self, code: int) -> None:
        """Hold the code."""
        super().__init__(code)
        self.code = code
