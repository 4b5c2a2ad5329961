"""Activity of one interval: how much the pod moved, as one byte of milli-g.

Per window of 12 words (0.96 s at 12.5 Hz) the largest of the three axes' peak-to-peak values,
then the mean over all whole windows. Peak-to-peak ignores gravity, whatever the pod's posture,
and needs no filter; words after the last whole window are left out, at most 11 of them.
"""

from micropython import const

from .lsm6dsox import UG_PER_COUNT
from .native import spread_sum

_WINDOW_WORDS = const(12)
_UG_PER_MG = const(1000)
_ACTIVITY_MG_MAX = const(254)
ACTIVITY_MISSING = const(255)


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
    counts = spread_sum(buffer, window_count, window_words)  # pyright: ignore[reportArgumentType]
    spread_ug = counts * UG_PER_COUNT
    unit = window_count * _UG_PER_MG
    return min((spread_ug + unit // 2) // unit, _ACTIVITY_MG_MAX)
