"""How strongly the pod moves in an adult's and in an infant's breathing band.

Motion at 12.5 Hz is smoothed and halved to 6.25 Hz. Each 5.12 s the last 10.24 s (64 values, bins
0.0977 Hz apart) give one power per band, summed over the axes, so that the pod's posture does not
matter. An interval's answer is the lower quartile of its windows: a jolt spoils the two windows
that it lies in, and whoever moves most of the time still has quiet quarters.

    adult    bins 2 to 4    half power at 0.14 and 0.44 Hz    rest breathing 12 to 24 a minute
    infant   bins 6 to 15   half power at 0.53 and 1.50 Hz    32 to 90 a minute

The bin between the two counts for neither; a sine well inside one band leaves 1/32 of itself or
less in the other. Bands from domain knowledge: adults breathe at 0.2 to 0.4 Hz, newborns at 0.5 to
1.5 Hz (60 a minute and more is fast, WHO IMCI).

A power is kept as a byte on a logarithmic scale, sixteen steps per doubling of the root mean
square: byte b stands for an acceleration of 0.125 mg * 2^(b / 16) r.m.s., so 16 is 0.25 mg, 64 is
2 mg, 128 is 32 mg. 0 is 0.125 mg or less, 255 is missing. Well inside a band a sine is read up to
3 steps too low. From 125 mg on, far more than a breath, motion is clipped: that is 150 to 170. The
LSM6DSOX's own noise of 1.8 mg at 12.5 Hz shows as about 37 in the adult band and 51 in the infant
band, and one step less in the lower quartile of 30 s.
"""

from array import array

from micropython import const

from .native import band_powers, halve

BREATH_MISSING = const(255)
_BREATH_MAX = const(254)

_WORD_BYTES = const(7)
# Values of one window, and words between windows: half a window, two words a value.
_WINDOW_VALUES = const(64)
_HOP_WORDS = const(64)
# Whole words after which the ring holds its first window.
_FILL_HOPS = const(2)
# Windows of one interval: 300 s make 59.
_WINDOWS_MAX = const(64)

# 127 * sin of 0 to 90 degrees in 16 steps.
_QUARTER = (0, 12, 25, 37, 49, 60, 71, 81, 90, 98, 106, 112, 117, 122, 125, 126, 127)
# 128 * 2^((n + 1/2) / 8): where an eighth of an octave rounds up.
_EIGHTHS = b"\x86\x92\x9f\xae\xbe\xcf\xe1\xf6"
# Eighths of an octave of power at 0.125 mg: a sine of 1 mg r.m.s. gives a power of 3,140.
_ZERO_EIGHTHS = const(45)


def _tables() -> bytes:
    half = _QUARTER + tuple(reversed(_QUARTER[1:16]))
    sine = bytes(128 + value for value in half) + bytes(128 - value for value in half)
    window = bytes((256 - sine[(n + 16) & 63]) // 2 for n in range(_WINDOW_VALUES))
    return sine + window


def _byte(power: int) -> int:
    """Return a power on the scale of the module's docstring."""
    if power <= 0:
        return 0
    eighths = 0
    while power >= 256:  # noqa: PLR2004 - eight bits are as fine as the steps need
        power >>= 1
        eighths += 8
    while power < 128:  # noqa: PLR2004 - as above
        power <<= 1
        eighths -= 8
    eighths += 7 * 8 - _ZERO_EIGHTHS
    for limit in _EIGHTHS:
        eighths += power >= limit
    return min(max(eighths, 0), _BREATH_MAX)


def _lower_quartile(values: bytearray) -> int:
    return sorted(values)[len(values) // 4]


class Breathing:
    """Both bands' powers, carried on from one drain of the accelerometer to the next."""

    def __init__(self) -> None:
        self._tables = _tables()
        # Three axes, and a window to work in.
        self._ring = array("H", bytes(2 * 4 * _WINDOW_VALUES))
        self._state = array("i", (0, 0, 0, 0))
        self._powers = array("i", (0, 0))
        self._adult = bytearray()
        self._infant = bytearray()
        self._hops = 0

    def reset(self) -> None:
        """Forget what was fed: words are missing, what comes next does not join on.

        Windows already worked out stay for `take`.
        """
        for index in range(4):
            self._state[index] = 0
        self._hops = 0

    def feed(self, words: bytearray, word_count: int) -> None:
        """Take drained words, oldest first.

        Args:
            words: as `Lsm6dsox.drain` leaves them, at 12.5 Hz and +-2 g.
            word_count: how many of them count.
        """
        view = memoryview(words)
        first = 0
        while first < word_count:
            left = _HOP_WORDS - (self._state[0] & (_HOP_WORDS - 1))
            count = min(left, word_count - first)
            # Viper turns buffers into the pointers that its annotations name.
            chunk = view[first * _WORD_BYTES : (first + count) * _WORD_BYTES]
            halve(chunk, count, self._ring, self._state)  # pyright: ignore[reportArgumentType]
            first += count
            if count == left:
                self._end_hop()

    def take(self) -> tuple:
        """Return the adult and the infant band since the last call, each 0 to 254.

        Each is 255 while no window of 10.24 s is whole: the first after a start or a gap.
        """
        if not self._adult:
            return BREATH_MISSING, BREATH_MISSING
        taken = _lower_quartile(self._adult), _lower_quartile(self._infant)
        self._adult = bytearray()
        self._infant = bytearray()
        return taken

    def _end_hop(self) -> None:
        self._hops += self._hops < _FILL_HOPS
        if self._hops < _FILL_HOPS or len(self._adult) >= _WINDOWS_MAX:
            return
        oldest = self._state[0] >> 1
        band_powers(self._ring, oldest, self._tables, self._powers)  # pyright: ignore[reportArgumentType]
        self._adult.append(_byte(self._powers[0]))
        self._infant.append(_byte(self._powers[1]))
