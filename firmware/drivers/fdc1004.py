"""TI FDC1004 capacitance converter, two electrodes (data sheet SNOSCY5B).

Both electrodes are measured by one trigger in repeat mode, since a single trigger serves one
measurement only (8.5.3.2). `read` stops the chip, which otherwise draws 0.75 mA, and then takes
the results: none can be overwritten between its two words. Each start sets both measurements up
anew: a supply that dips below 3.0 V may reset this chip and leave the processor running, and a
chip with default settings would measure, wrong. Nine transfers per sample.

The converter sees +-15 pF around an offset (CAPDAC) of 0 to 96.9 pF in steps of 3.125 pF. A dry
electrode is near 2 pF, a touched one near 9 pF, one soaked with milk or sweat at 30 to 90 pF. So
each electrode has a window of its own out of five, which overlap by 5 pF and more:

    window        0              1              2              3              4
    offset, pF    12.5           37.5           62.5           87.5           96.9
    from, to   -2.5 to 27.5   22.5 to 52.5   47.5 to 77.5   72.5 to 102.5  81.9 to 111.9

An electrode that leaves its window is moved by one; the overlap keeps it from swinging back. The
windows are few and fixed because the offsets of real parts are uneven where their upper bits
change (some 1.4 pF between 7 and 8 steps, TI E2E 1178477): an electrode that is never soaked is
always measured at the same offset.

Results are read whole, high word before low word, as that clears their DONE flag (8.5.3.4): one
that is left over would pass for the next measurement's. Only the high 16 bits are used: their
step of 1/2048 pF is as fine as the chip's resolution of 0.5 fF and finer than the record's
1/512 pF.
"""

from micropython import const

from .fault import IDENTITY, NOT_READY, SensorFault
from .registers import Registers

_MEAS1_MSB = const(0x00)
_MEAS2_MSB = const(0x02)
_CONF_MEAS1 = const(0x08)
_FDC_CONF = const(0x0C)
_MANUFACTURER_ID = const(0xFE)
_DEVICE_ID = const(0xFF)

_MANUFACTURER_ID_VALUE = const(0x5449)
_DEVICE_ID_VALUE = const(0x1004)

# CONF_MEASn: bits 15-13 positive input (0 = CIN1), 12-10 negative (100 = CAPDAC), 9-5 CAPDAC.
_INPUTS = (0x1000, 0x3000)
_CAPDAC_SHIFT = const(5)
# FDC_CONF: bits 11-10 = 01 for 100 samples/s, bit 8 repeat, bits 7 and 6 measurements 1 and 2.
_RUN_BOTH = const(0x05C0)
_STOP = const(0x0000)
_DONE_BOTH = const(0x000C)

# 24 bits give 2^19 codes per pF, so their upper 16 give 2^11, four per 1/512 pF.
_MSB_CODES_PER_PF512 = const(4)
# Beyond +-15 pF the converter is out of its input range and clips: 15 * 2^11.
_MSB_RANGE = const(30720)
# One CAPDAC step is 3.125 pF = 1600/512 pF.
_PF512_PER_CAPDAC_STEP = const(1600)

# CAPDAC steps of the windows drawn above.
_WINDOWS = (4, 12, 20, 28, 31)
_WINDOW_LAST = const(4)

# Two measurements of 10 ms at 100 samples/s. The data sheet gives that rate no tolerance (7.5);
# the quarter more allows the chip 19 % beside the 5 % of a board that times the wait by an RC
# oscillator.
_CONVERSION_MS = const(25)


class Fdc1004:
    """Both electrodes: `start`, wait CONVERSION_MS, `read`. It sleeps in between.

    Attributes:
        moved: whether the last `read` moved a window. `start` again for the missing value.
    """

    CONVERSION_MS = _CONVERSION_MS
    # From one end of the range to the other.
    MOVES_MAX = _WINDOW_LAST

    def __init__(self, i2c, address: int = 0x50) -> None:
        """Hold the chip's place; nothing is sent.

        Args:
            i2c: the board's bus.
            address: 0x50, the only one the part has.
        """
        self._registers = Registers(i2c, address)
        self._windows = [0, 0]
        # Whether the chip is known to be at rest. A reset of the processor leaves it running.
        self._stopped = False
        self.moved = False

    def check(self) -> None:
        """Make sure that an FDC1004 answers.

        Raises:
            SensorFault: BUS or IDENTITY.
        """
        registers = self._registers
        if (
            registers.read_word(_MANUFACTURER_ID) != _MANUFACTURER_ID_VALUE
            or registers.read_word(_DEVICE_ID) != _DEVICE_ID_VALUE
        ):
            raise SensorFault(IDENTITY)

    def start(self) -> None:
        """Begin one measurement of both electrodes.

        Raises:
            SensorFault: BUS.
        """
        registers = self._registers
        if not self._stopped:
            registers.write_word(_FDC_CONF, _STOP)
        self._stopped = False
        for electrode in (0, 1):
            setting = _INPUTS[electrode] | _WINDOWS[self._windows[electrode]] << _CAPDAC_SHIFT
            registers.write_word(_CONF_MEAS1 + electrode, setting)
        registers.write_word(_FDC_CONF, _RUN_BOTH)

    def read(self) -> tuple:
        """Return infant and caregiver electrode in 1/512 pF, each 0 to 57,280; stop the chip.

        An electrode outside its window is None. Its window has been moved for the next `start`,
        see `moved`, unless it lies outside the chip's range of -2.5 to 111.9 pF.

        Raises:
            SensorFault: BUS; NOT_READY, as after a loss of power.
        """
        registers = self._registers
        self.moved = False
        done = registers.read_word(_FDC_CONF) & _DONE_BOTH
        registers.write_word(_FDC_CONF, _STOP)
        self._stopped = True
        # Also when they are not ready: one of the two may be, and its flag must not stay.
        infant = registers.read_signed_word(_MEAS1_MSB)
        registers.read_word(_MEAS1_MSB + 1)
        caregiver = registers.read_signed_word(_MEAS2_MSB)
        registers.read_word(_MEAS2_MSB + 1)
        if done != _DONE_BOTH:
            raise SensorFault(NOT_READY)
        return self._pf512(0, infant), self._pf512(1, caregiver)

    def _pf512(self, electrode: int, msb: int) -> int | None:
        window = self._windows[electrode]
        if -_MSB_RANGE <= msb <= _MSB_RANGE:
            half = _MSB_CODES_PER_PF512 // 2
            pf512 = (msb + half) // _MSB_CODES_PER_PF512
            pf512 += _WINDOWS[window] * _PF512_PER_CAPDAC_STEP
            return max(pf512, 0)
        aim = window + 1 if msb > 0 else window - 1
        if 0 <= aim <= _WINDOW_LAST:
            self._windows[electrode] = aim
            self.moved = True
        return None
