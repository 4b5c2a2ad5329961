"""One direction of a connection that loses, repeats, delays and spoils frames, from a seed."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Faults:
    """How often each thing happens to a frame, 0 to 1.

    Attributes:
        lost: it does not arrive.
        repeated: it arrives twice, the second time at once or later.
        late: it arrives behind up to `late_frames_max` others.
        spoilt: a bit, a byte or its end is another one.
    """

    lost: float = 0.0
    repeated: float = 0.0
    late: float = 0.0
    spoilt: float = 0.0
    late_frames_max: int = 4


class FaultyWay:
    """See `sealed_band.CleanWay`; items are frames, or `(channel, frame)`.

    Attributes:
        counts: how often each of the faults was done.
    """

    def __init__(self, faults, seed):
        self._faults = faults
        self._random = random.Random(seed)
        # `[frames to wait, item]` of those that are late.
        self._late = []
        self.counts = dict.fromkeys(("lost", "repeated", "late", "spoilt"), 0)

    def carry(self, item):
        """Return what arrives now: of this frame, and of those that waited."""
        arriving = self._due()
        if self._happens("spoilt"):
            item = self._spoil(item)
        if self._happens("lost"):
            return arriving
        if self._happens("repeated"):
            self._hold(item)
        if self._happens("late"):
            self._hold(item)
        else:
            arriving.insert(0, item)
        return arriving

    def rest(self):
        """Return what waited for frames that do not come any more."""
        held, self._late = self._late, []
        return [item for _, item in held]

    def _happens(self, kind):
        happens = self._random.random() < getattr(self._faults, kind)
        self.counts[kind] += happens
        return happens

    def _hold(self, item):
        self._late.append([self._random.randint(0, self._faults.late_frames_max), item])

    def _due(self):
        for held in self._late:
            held[0] -= 1
        due = [item for wait, item in self._late if wait < 0]
        self._late = [held for held in self._late if held[0] >= 0]
        return due

    def _spoil(self, item):
        if isinstance(item, tuple):
            return item[0], self._spoil(item[1])
        kind = self._random.randrange(4)
        at = self._random.randrange(len(item))
        if kind == 0:
            return item[:at]
        if kind == 1:
            return item + self._random.randbytes(self._random.randint(1, 4))
        other = item[at] ^ (1 << self._random.randrange(8) if kind == 2 else 0xFF)
        return item[:at] + bytes((other,)) + item[at + 1 :]
