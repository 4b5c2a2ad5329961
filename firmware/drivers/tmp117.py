"""TI TMP117 thermometer, one-shot (data sheet SNOSD82D). Three transfers per sample."""

from micropython import const

from .fault import IDENTITY, NOT_READY, RANGE, SensorFault
from .registers import Registers

_TEMPERATURE = const(0x00)
_CONFIGURATION = const(0x01)
_DEVICE_ID = const(0x0F)

_DEVICE_ID_VALUE = const(0x0117)
# Bits 11-10 MOD = 11, one shot; bits 6-5 AVG = 01, eight conversions averaged.
_ONE_SHOT_8 = const(0x0C20)
_READY = const(0x2000)
# The result register's content before any conversion, -256 C (7.6, Temp_Result).
_NO_RESULT = const(-32768)

# What the part is made for, -55 to 150 C (6.3): beyond it the result means nothing.
_C128_MIN = const(-7040)
_C128_MAX = const(19200)

# Eight conversions of 13 to 17.5 ms, typically 15.5 (6.5), make at most 140 ms; 5 % more because
# the board may time the wait by an RC oscillator. Eight averages bring the noise down to about one
# step of 1/128 C (8.2.2.1); more would only cost charge.
_CONVERSION_MS = const(148)


class Tmp117:
    """One thermometer: `start`, wait CONVERSION_MS, `read`. It sleeps in between."""

    CONVERSION_MS = _CONVERSION_MS

    def __init__(self, i2c, address: int) -> None:
        """Hold the chip's place; nothing is sent.

        Args:
            i2c: the board's bus.
            address: 0x48 to 0x4B, as the chip's ADD0 is wired.
        """
        self._registers = Registers(i2c, address)

    def check(self) -> None:
        """Make sure that a TMP117 answers.

        Raises:
            SensorFault: BUS or IDENTITY.
        """
        # The upper four bits of the register are the revision.
        if self._registers.read_word(_DEVICE_ID) & 0x0FFF != _DEVICE_ID_VALUE:
            raise SensorFault(IDENTITY)

    def start(self) -> None:
        """Begin one measurement.

        Raises:
            SensorFault: BUS.
        """
        self._registers.write_word(_CONFIGURATION, _ONE_SHOT_8)

    def read(self) -> int:
        """Return the temperature in 1/128 degrees Celsius, -7040 to 19200.

        Raises:
            SensorFault: BUS; NOT_READY if no measurement has ended since the last read, or if a
                disturbance hid its flag, which reading clears (7.6, Data_Ready); RANGE if the
                result lies beyond what the part can measure.
        """
        if not self._registers.read_word(_CONFIGURATION) & _READY:
            raise SensorFault(NOT_READY)
        temperature_c128 = self._registers.read_signed_word(_TEMPERATURE)
        if temperature_c128 == _NO_RESULT:
            raise SensorFault(NOT_READY)
        if not _C128_MIN <= temperature_c128 <= _C128_MAX:
            raise SensorFault(RANGE)
        return temperature_c128
