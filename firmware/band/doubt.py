"""Values that a sound sensor would not give: always the same one, or ever to and fro.

The chip answers and its values are in range, so its driver cannot know. Both rules were tried on
three weeks of two thermometers on a wearer's wrist, 73,000 values a minute apart: the longest
stretch of one value was two hours (those thermometers have steps eight times as coarse as a
TMP117), and among eight values never two turned round by half a degree.
"""

from micropython import const

# Turns are looked for among so many values, each a bit.
_TURNS_MASK = const(0xFF)


class Still:
    """Tells when a value has stayed exactly the same for too long."""

    def __init__(self, limit_cs: int) -> None:
        """Begin without a value.

        Args:
            limit_cs: how long a value may stay, hundredths of a second.
        """
        self._limit_cs = limit_cs
        self._value = None
        self._since_cs = 0

    def take(self, value, uptime_cs: int) -> bool:
        """Return whether the sensor is stuck.

        Args:
            value: what it gave, or None where that would say nothing: then it begins anew.
            uptime_cs: when.
        """
        if value is None or value != self._value:
            self._value = value
            self._since_cs = uptime_cs
            return False
        return uptime_cs - self._since_cs >= self._limit_cs


class Restless:
    """Tells when a value turns round by too much, too often: noise, not a pod of some grams."""

    def __init__(self, step: int, turns_max: int) -> None:
        """Begin without a value.

        Args:
            step: a turn is a rise and a fall, or a fall and a rise, that are both greater.
            turns_max: so many turns among eight values are allowed.
        """
        self._step = step
        self._turns_max = turns_max
        self._last = None
        self._rise = 0
        self._turns = 0

    def take(self, value) -> bool:
        """Return whether the sensor is noisy.

        Args:
            value: what it gave, or None where there is none; that is passed over.
        """
        if value is None:
            return False
        rise = 0 if self._last is None else value - self._last
        turned = min(abs(rise), abs(self._rise)) > self._step and (rise > 0) != (self._rise > 0)
        self._last = value
        self._rise = rise
        self._turns = (self._turns << 1 | turned) & _TURNS_MASK
        turns = 0
        bits = self._turns
        while bits:
            turns += bits & 1
            bits >>= 1
        return turns > self._turns_max
