"""How long a condition must last: the one timer that every class of alert has.

                beyond for sustain_s
       off ---------------------------------> on
        ^                                      |
        +--------------------------------------+
           clear for clear_s, or not seen for hold_s

Between the line and its margin nothing is known to get better or worse: what was counted begins
anew. What cannot be seen stops the count, and only ends it after a while.
"""

from dataclasses import dataclass
from enum import IntEnum

from .classes import Rule

_NOT_COUNTING = -1


class Side(IntEnum):
    """On which side of its line a condition is."""

    CLEAR = 0
    BETWEEN = 1
    BEYOND = 2


@dataclass(slots=True)
class Watch:
    """Counts how long one condition has been beyond its line, or clear of it.

    Attributes:
        on: the condition stands.
        counted_s: time counted towards the change, below 0 while none is.
    """

    on: bool = False
    counted_s: int = _NOT_COUNTING

    @property
    def is_idle(self) -> bool:
        """Whether it is off and counts nothing."""
        return not self.on and self.counted_s < 0

    def take(self, side: Side, known_s: int, rule: Rule) -> None:
        """Take one minute.

        Args:
            side: where the condition is.
            known_s: seconds since the minute before that count as seen.
            rule: for how long it must last.
        """
        if side is not (Side.CLEAR if self.on else Side.BEYOND):
            self.counted_s = _NOT_COUNTING
            return
        self.counted_s = self.counted_s + known_s if self.counted_s >= 0 else 0
        if self.counted_s >= (rule.clear_s if self.on else rule.sustain_s):
            self.on = not self.on
            self.counted_s = _NOT_COUNTING

    def forget(self) -> None:
        """Drop what was counted."""
        self.counted_s = _NOT_COUNTING

    def end(self) -> None:
        """End the condition without an answer."""
        self.on = False
        self.counted_s = _NOT_COUNTING
