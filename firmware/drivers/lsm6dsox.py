"""ST LSM6DSOX accelerometer: it fills its FIFO while the processor sleeps (DS12814).

12.5 Hz for 30 s are 375 words of 7 bytes, which take one status read and three bursts. The FIFO
holds 512 words, 41 s: a band with a longer interval must drain more often than it records.

    word   tag (7-3 sensor, 2-1 count, 0 parity)   X low  X high   Y low  Y high   Z low  Z high
"""

from micropython import const

from .fault import BUS, IDENTITY, NOT_READY, SensorFault
from .registers import Registers

_FIFO_CTRL3 = const(0x09)
_FIFO_CTRL4 = const(0x0A)
_WHO_AM_I = const(0x0F)
_CTRL1_XL = const(0x10)
_CTRL3_C = const(0x12)
_CTRL6_C = const(0x15)
_CTRL9_XL = const(0x18)
_FIFO_STATUS1 = const(0x3A)
_FIFO_DATA_OUT_TAG = const(0x78)

_WHO_AM_I_VALUE = const(0x6C)
# Bits of FIFO_STATUS2: the level's two upper bits; 6 FIFO_OVR_IA, filled completely now; and 3
# FIFO_OVR_LATCHED, the same since the last status read. One alone could be missed: a read that is
# disturbed clears the latch unseen.
_LEVEL_HIGH = const(0x03)
_OVERRUN = const(0x48)
_TAG_SENSOR_SHIFT = const(3)
_TAG_ACCELEROMETER = const(2)

_WORD_BYTES = const(7)
# 3 kB of six data bytes each (chapter on the FIFO).
_FIFO_WORDS = const(512)
# 0.061 mg per count at +-2 g (mechanical characteristics, LA_So).
UG_PER_COUNT = const(61)

# 128 words of 7 bytes are 20 ms at 400 kHz: under the 50 ms after which the ESP32 port gives a
# transfer up.
_BURST_WORDS = const(128)

# Written in this order: bypass first, so that words of an earlier life are gone, and the FIFO on
# last. Low power is enough: 1.8 mg of noise against 10 mg of breathing.
_SETUP = (
    (_FIFO_CTRL4, b"\x00"),  # bypass, which empties the FIFO
    (_CTRL3_C, b"\x44"),  # 6 BDU: no half-updated word; 2 IF_INC: addresses count up
    (_CTRL9_XL, b"\xe2"),  # reset value and 1 I3C_disable, as the pod's bus is plain I2C
    (_CTRL6_C, b"\x10"),  # 4 XL_HM_MODE: high-performance mode off
    (_CTRL1_XL, b"\x10"),  # 7-4 ODR 12.5 Hz, 3-2 range +-2 g
    (_FIFO_CTRL3, b"\x01"),  # 7-4 no gyroscope, 3-0 accelerometer at 12.5 Hz
    (_FIFO_CTRL4, b"\x06"),  # 2-0 continuous: the newest words push the oldest out
)


class Lsm6dsox:
    """The accelerometer. After `configure` it works alone; `drain` takes what it collected.

    Attributes:
        overrun: whether words were lost before or in the last `drain`.
    """

    WORD_BYTES = _WORD_BYTES
    # A buffer for more words than the FIFO holds makes no sense.
    FIFO_WORDS = _FIFO_WORDS

    def __init__(self, i2c, address: int = 0x6A) -> None:
        """Hold the chip's place; nothing is sent.

        Args:
            i2c: the board's bus.
            address: 0x6A or 0x6B, as the chip's SA0 is wired.
        """
        self._registers = Registers(i2c, address)
        self._status = bytearray(2)
        self.overrun = False

    def check(self) -> None:
        """Make sure that an LSM6DSOX answers.

        Raises:
            SensorFault: BUS or IDENTITY.
        """
        self._registers.read_into(_WHO_AM_I, memoryview(self._status)[:1])
        if self._status[0] != _WHO_AM_I_VALUE:
            raise SensorFault(IDENTITY)

    def configure(self) -> None:
        """Start collecting at 12.5 Hz with an empty FIFO; seven transfers.

        Raises:
            SensorFault: BUS.
        """
        for register, value in _SETUP:
            self._registers.write(register, value)

    def drain(self, buffer: bytearray) -> int:
        """Move words from the FIFO into a buffer, oldest first; return how many.

        Words that do not fit stay for the next call. A burst that fails may have taken words out
        of the FIFO all the same, so it is not simply repeated: the FIFO is asked again how many
        it holds. Words lost so count as an overrun; if all were, none is returned.

        Args:
            buffer: room for whole words of WORD_BYTES.

        Raises:
            SensorFault: BUS; NOT_READY without a single word, which after a whole interval means
                that the chip lost its settings with its power: call `configure` again; IDENTITY
                if what came out are not accelerometer words.
        """
        self.overrun = False
        waiting = self._waiting()
        if not waiting:
            raise SensorFault(NOT_READY)
        room = len(buffer) // _WORD_BYTES
        word_count = min(waiting, room)
        view = memoryview(buffer)
        first = 0
        failed = False
        while first < word_count:
            last = min(first + _BURST_WORDS, word_count) - 1
            burst = view[first * _WORD_BYTES : (last + 1) * _WORD_BYTES]
            try:
                self._registers.read_once_into(_FIFO_DATA_OUT_TAG, burst)
            except OSError:
                if failed:
                    raise SensorFault(BUS) from None
                failed = True
                left = self._waiting()
                if first + left < waiting:
                    self.overrun = True
                    waiting = first + left
                    word_count = min(waiting, room)
                continue
            failed = False
            for tag in (burst[0], burst[(last - first) * _WORD_BYTES]):
                if tag >> _TAG_SENSOR_SHIFT != _TAG_ACCELEROMETER:
                    raise SensorFault(IDENTITY)
            first = last + 1
        return word_count

    def _waiting(self) -> int:
        """Return how many words the FIFO holds, and note a loss; the chip forgets it with that."""
        status = self._status
        self._registers.read_into(_FIFO_STATUS1, status)
        if status[1] & _OVERRUN:
            self.overrun = True
        return (status[1] & _LEVEL_HIGH) << 8 | status[0]
