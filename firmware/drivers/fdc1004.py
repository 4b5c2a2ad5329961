"""TI FDC1004 capacitance converter, two electrodes (data sheet SNOSCY5B).

Both electrodes are measured by one trigger in repeat mode, since a single trigger serves one
measurement only (8.5.3); `read` stops the chip, which otherwise draws 0.75 mA. Five transfers
per sample, and three more after power-on or a fault to set the measurements up.

Only the upper 16 bits of each 24-bit result are read: their step of 1/2048 pF is already finer
than the chip's noise of 0.5 fF and than the record's 1/512 pF.
"""

from micropython import const

from .fault import IDENTITY, NOT_READY, RANGE, SensorFault
from .registers import Registers

_MEAS1_MSB = const(0x00)
_MEAS2_MSB = const(0x02)
_CONF_MEAS1 = const(0x08)
_CONF_MEAS2 = const(0x09)
_FDC_CONF = const(0x0C)
_MANUFACTURER_ID = const(0xFE)
_DEVICE_ID = const(0xFF)

_MANUFACTURER_ID_VALUE = const(0x5449)
_DEVICE_ID_VALUE = const(0x1004)

# CONF_MEASn: bits 15-13 positive input (0 = CIN1), 12-10 negative (100 = CAPDAC), 9-5 CAPDAC.
_INFANT_INPUT = const(0x1000)
_CAREGIVER_INPUT = const(0x3000)
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
_PF512_MAX = const(65534)

# Two measurements of 10 ms; the quarter more is for the chip's own oscillator.
_CONVERSION_MS = const(25)
# 4 * 3.125 pF moves the +-15 pF window to -2.5 to 27.5 pF: a dry electrode is near 2 pF, a
# touched one near 9 pF, and milk or sweat adds to that.
_CAPDAC_STEPS = const(4)


class Fdc1004:
    """Both electrodes: `start`, wait CONVERSION_MS, `read`. It sleeps in between."""

    CONVERSION_MS = _CONVERSION_MS

    def __init__(self, i2c, address: int = 0x50, capdac_steps: int = _CAPDAC_STEPS) -> None:
        """Hold the chip's place; nothing is sent.

        Args:
            i2c: the board's bus.
            address: 0x50, the only one the part has.
            capdac_steps: 0 to 31, offset taken off both inputs in steps of 3.125 pF.
        """
        self._registers = Registers(i2c, address)
        self._capdac_steps = capdac_steps
        self._configured = False

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
        """Begin one measurement of both electrodes, after setting them up where needed.

        Raises:
            SensorFault: BUS.
        """
        registers = self._registers
        if not self._configured:
            offset = self._capdac_steps << _CAPDAC_SHIFT
            # A chip left running by a reset of the processor must stop before it is set up.
            registers.write_word(_FDC_CONF, _STOP)
            registers.write_word(_CONF_MEAS1, _INFANT_INPUT | offset)
            registers.write_word(_CONF_MEAS2, _CAREGIVER_INPUT | offset)
        # Until `read` has succeeded the settings are in doubt: the chip may lose its power.
        self._configured = False
        registers.write_word(_FDC_CONF, _RUN_BOTH)

    def read(self) -> tuple:
        """Return infant and caregiver electrode in 1/512 pF, each 0 to 65534; stop the chip.

        After any fault the next `start` sets the chip up anew, in case it lost its power.

        Raises:
            SensorFault: BUS, NOT_READY, or RANGE if an electrode is outside the chip's window.
        """
        registers = self._registers
        done = registers.read_word(_FDC_CONF) & _DONE_BOTH
        infant = registers.read_signed_word(_MEAS1_MSB)
        caregiver = registers.read_signed_word(_MEAS2_MSB)
        registers.write_word(_FDC_CONF, _STOP)
        if done != _DONE_BOTH:
            raise SensorFault(NOT_READY)
        pair = self._pf512(infant), self._pf512(caregiver)
        self._configured = True
        return pair

    def _pf512(self, msb: int) -> int:
        if not -_MSB_RANGE <= msb <= _MSB_RANGE:
            raise SensorFault(RANGE)
        half = _MSB_CODES_PER_PF512 // 2
        pf512 = (msb + half) // _MSB_CODES_PER_PF512
        pf512 += self._capdac_steps * _PF512_PER_CAPDAC_STEP
        return min(max(pf512, 0), _PF512_MAX)
