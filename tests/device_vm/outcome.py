"""What tests/device/run.py printed at its end, read back."""

import re
from dataclasses import dataclass

_COUNTS = re.compile(r"^device tests: (\d+) run, (\d+) skipped, (\d+) failed$", re.MULTILINE)
_SKIPPED = re.compile(r"^skipped (\d+): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Printed:
    """The sums of a run.

    Attributes:
        run: tests that ran, and did not skip themselves.
        skipped: tests that did.
        failed: tests and files that failed.
        reasons: how many were skipped, by reason.
    """

    run: int
    skipped: int
    failed: int
    reasons: dict

    def figure(self, where):
        """Return the lines to print of it after all tests."""
        sums = f"{self.run} run, {self.skipped} skipped, {self.failed} failed"
        reasons = [f"  skipped {count}: {reason}" for reason, count in self.reasons.items()]
        return "\n".join([f"device tests, {where}: {sums}", *reasons])


def read(output):
    """Return the sums that a run printed; it must have come to its end."""
    (counts,) = _COUNTS.findall(output)
    run, skipped, failed = map(int, counts)
    reasons = {reason: int(count) for count, reason in _SKIPPED.findall(output)}
    assert sum(reasons.values()) == skipped
    return Printed(run, skipped, failed, reasons)
