"""What the collector says of itself to those who do not know Bluetooth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CollectorReport:
    """How a collector is that runs in this process.

    Attributes:
        adapter_failure: what the adapter said when it last did not work; "" while it does.
        adapter_failure_count: how often it did not work since the start.
        reset_count: how often it was reset since the start.
        stranger_count: bands on the air of which this computer has no key.
        clock_doubt: what speaks against this computer's clock; "" if nothing does.
        failing: labels of bands that were not read at the last try, each with why.
    """

    adapter_failure: str = ""
    adapter_failure_count: int = 0
    reset_count: int = 0
    stranger_count: int = 0
    clock_doubt: str = ""
    failing: tuple[tuple[str, str], ...] = ()
