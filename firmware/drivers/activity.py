"""Activity of one interval: how much the pod moved, as one byte of milli-g.

Per window of 12 words (0.96 s at 12.5 Hz) the largest of the three axes' peak-to-peak values,
then the mean over all whole windows. Peak-to-peak ignores gravity, whatever the pod's posture,
and needs no filter; words after the last whole window are left out, at most 11 of them.
"""

import micropython
from micropython import const

from .lsm6dsox import UG_PER_COUNT

_WINDOW_WORDS = const(12)
_UG_PER_MG = const(1000)
_ACTIVITY_MG_MAX = const(254)
ACTIVITY_MISSING = const(255)


# Native code, because bytecode takes 30 times as long for the 375 words of an interval. Integers
# only, so that every board gives the same byte.
@micropython.viper
def _spread_sum(words: ptr8, window_count: int, window_words: int) -> int:
    """Return the sum over windows of the largest axis' peak-to-peak value, in counts."""
    total = 0
    base = 0
    window = 0
    while window < window_count:
        largest = 0
        axis = 1
        while axis < 7:  # noqa: PLR2004 - low bytes of x, y and z lie at 1, 3 and 5 of 7
            low = 32767
            high = -32768
            at = base + axis
            end = at + window_words * 7
            while at < end:
                value = words[at] | words[at + 1] << 8
                if value > 32767:  # noqa: PLR2004 - two's complement
                    value -= 65536
                if value < low:  # noqa: PLR1730 - min() would make objects
                    low = value
                if value > high:  # noqa: PLR1730 - as above
                    high = value
                at += 7
            if high - low > largest:  # noqa: PLR1730 - as above
                largest = high - low
            axis += 2
        total += largest
        base += window_words * 7
        window += 1
    return total


def activity_mg(buffer: bytearray, word_count: int) -> int:
    """Return the activity of drained FIFO words.

    Args:
        buffer: words as `Lsm6dsox.drain` leaves them, at +-2 g.
        word_count: how many of them count. Fewer than a window are taken as one window.

    Returns:
        Thousandths of g, 0 to 254, where 254 also stands for more; 255 without words.
    """
    if word_count <= 0:
        return ACTIVITY_MISSING
    window_words = min(word_count, _WINDOW_WORDS)
    window_count = word_count // window_words
    # Viper turns the buffer into the pointer that the annotation names.
    counts = _spread_sum(buffer, window_count, window_words)  # pyright: ignore[reportArgumentType]
    spread_ug = counts * UG_PER_COUNT
    unit = window_count * _UG_PER_MG
    return min((spread_ug + unit // 2) // unit, _ACTIVITY_MG_MAX)
