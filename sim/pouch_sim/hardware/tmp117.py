"""Twin of the TI TMP117 thermometer (data sheet SNOSD82D).

Modelled: temperature result, configuration (one-shot, continuous and shutdown mode, averaging,
conversion cycle, Data_Ready and the alert flags of alert mode), both limits, offset, device id.

    configuration  15 HIGH  14 LOW  13 READY  12 EEPROM_BUSY | 11-10 MOD  9-7 CONV  6-5 AVG
                   4 T/nA   3 POL   2 DR/ALERT   1 SOFT_RESET   0 -

Refused: the EEPROM and its lock (a band must never wear it out), therm mode, soft reset, every
write to a read-only register and every register that the map (7.6) does not have. A result read
while a one-shot conversion runs is refused too: a part would give the one before, and nobody would
notice. Looking whether it is ready is allowed at any time. In continuous mode the newest result is
what one asks for, and -256 C before the first (7.6.1).

Section numbers in this file are the data sheet's. The ALERT pin is not wired on the pod.
"""

import math
from collections.abc import Callable

from .word_registers import WordRegisterDevice

_TEMPERATURE = 0x00
_CONFIGURATION = 0x01
_HIGH_LIMIT = 0x02
_LOW_LIMIT = 0x03
_OFFSET = 0x07
_DEVICE_ID = 0x0F
_EEPROM = (0x04, 0x05, 0x06, 0x08)

_DEVICE_ID_VALUE = 0x0117
_CONFIGURATION_RESET = 0x0220
_HIGH_LIMIT_RESET = 0x6000
_LOW_LIMIT_RESET = -0x8000
# Reads -256 C until the first conversion is complete (7.6.1).
_RESULT_RESET = -0x8000

_FLAG_HIGH = 0x8000
_FLAG_LOW = 0x4000
_FLAG_READY = 0x2000
_WRITABLE = 0x0FEC
_MODE_SHIFT = 10
_MODE_MASK = 0x0C00
_MODE_SHUTDOWN = 0b01
_MODE_ONE_SHOT = 0b11
_THERM_MODE = 0x0010
_SOFT_RESET = 0x0002

# Communication and the first conversion start this long after the supply is good (7.3.1).
_POWER_UP_US = 1_500
# One conversion, typical; parts take 13 to 17.5 ms (6.5), which `clock_error_ppm` stands for.
# AVG = 0 to 3 takes 1, 8, 32 or 64 of them.
_CONVERSION_US = 15_500
_AVERAGES = (1, 8, 32, 64)
# Cycle by CONV and the shortest one by AVG (7.6, configuration register): averaging stretches
# the short cycles.
_CYCLE_US_BY_CONVERSION = (
    15_500,
    125_000,
    250_000,
    500_000,
    1_000_000,
    4_000_000,
    8_000_000,
    16_000_000,
)
_CYCLE_US_BY_AVERAGING = (15_500, 125_000, 500_000, 1_000_000)

# 13 and 17.5 ms of 15.5 ms (6.5).
_CLOCK_ERROR_PPM_MIN = -161_300
_CLOCK_ERROR_PPM_MAX = 129_040
_PPM = 1_000_000

_STEPS_PER_C = 128
_RAW_MIN = -0x8000
_RAW_MAX = 0x7FFF
_WORD = 0xFFFF


def _signed(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word


class Tmp117(WordRegisterDevice):
    """One TMP117. Conversions are worked out when they are asked for, not by timers."""

    def __init__(
        self,
        read_temperature_c: Callable[[int], float],
        *,
        name: str = "TMP117",
        powered_us: int = 0,
        clock_error_ppm: int = 0,
    ) -> None:
        """Place the chip.

        Args:
            read_temperature_c: degrees Celsius at the die, given true time in microseconds. It is
                asked once per conversion, for its middle: averaging over 0.1 s changes nothing
                in a body.
            name: the chip's name, for messages.
            powered_us: true time at which the supply came up.
            clock_error_ppm: how much longer everything takes than typically, -161,000 (13 ms) to
                129,000 (17.5 ms).

        Raises:
            ValueError: a conversion time that the data sheet does not allow.
        """
        if not _CLOCK_ERROR_PPM_MIN <= clock_error_ppm <= _CLOCK_ERROR_PPM_MAX:
            raise ValueError(f"{name} with a clock error of {clock_error_ppm} ppm")
        super().__init__(name)
        self._clock_error_ppm = clock_error_ppm
        self._read_temperature_c = read_temperature_c
        self.power_on(powered_us)

    def power_on(self, now_us: int) -> None:
        """Forget everything and start the continuous conversions of a fresh part."""
        self._configuration = _CONFIGURATION_RESET
        self._flags = 0
        self._result = _RESULT_RESET
        self._high_limit = _HIGH_LIMIT_RESET
        self._low_limit = _LOW_LIMIT_RESET
        self._offset = 0
        self._started_us = now_us + _POWER_UP_US
        self._completed_us = now_us

    def _read_register(self, register: int, now_us: int) -> int:
        self._complete_conversions(now_us)
        if register == _TEMPERATURE:
            # A one-shot that has ended is in shutdown.
            if self._mode() == _MODE_ONE_SHOT:
                raise self._misuse(register, "read before its one-shot conversion has ended")
            self._flags &= ~_FLAG_READY
            return self._result & _WORD
        if register == _CONFIGURATION:
            value = self._configuration | self._flags
            # In alert mode reading clears all three flags (7.4.4.1).
            self._flags = 0
            return value
        if register == _HIGH_LIMIT:
            return self._high_limit & _WORD
        if register == _LOW_LIMIT:
            return self._low_limit & _WORD
        if register == _OFFSET:
            return self._offset & _WORD
        if register == _DEVICE_ID:
            return _DEVICE_ID_VALUE
        if register in _EEPROM:
            raise self._misuse(register, "the EEPROM is not modelled")
        raise self._misuse(register, "read of an unknown register")

    def _write_register(self, register: int, value: int, now_us: int) -> None:
        self._complete_conversions(now_us)
        if register == _CONFIGURATION:
            self._configure(value, now_us)
        elif register == _HIGH_LIMIT:
            self._high_limit = _signed(value)
        elif register == _LOW_LIMIT:
            self._low_limit = _signed(value)
        elif register == _OFFSET:
            self._offset = _signed(value)
        elif register in (_TEMPERATURE, _DEVICE_ID):
            raise self._misuse(register, "write to a read-only register")
        elif register in _EEPROM:
            raise self._misuse(register, "the band must not write the EEPROM")
        else:
            raise self._misuse(register, "write to an unknown register")

    def _configure(self, value: int, now_us: int) -> None:
        if value & _SOFT_RESET:
            raise self._misuse(_CONFIGURATION, "soft reset is not modelled")
        if value & _THERM_MODE:
            raise self._misuse(_CONFIGURATION, "therm mode is not modelled")
        self._configuration = value & _WRITABLE
        self._flags &= ~_FLAG_READY
        # Any write starts the conversion cycle anew and drops a running conversion. That it also
        # clears Data_Ready is this twin's reading: it keeps a stale flag from passing as new.
        self._started_us = now_us
        self._completed_us = now_us

    def _mode(self) -> int:
        return (self._configuration & _MODE_MASK) >> _MODE_SHIFT

    def _active_us(self) -> int:
        return self._timed_us(_CONVERSION_US * _AVERAGES[self._configuration >> 5 & 0b11])

    def _timed_us(self, typical_us: int) -> int:
        return typical_us * (_PPM + self._clock_error_ppm) // _PPM

    def _complete_conversions(self, now_us: int) -> None:
        """Bring result and flags up to date.

        Of several continuous conversions since the last look only the newest is worked out, so
        an alert that a skipped one would have raised is missed.
        """
        mode = self._mode()
        if mode == _MODE_SHUTDOWN:
            return
        completed_us = self._started_us + self._active_us()
        if now_us < completed_us:
            return
        if mode == _MODE_ONE_SHOT:
            self._configuration &= ~_MODE_MASK
            self._configuration |= _MODE_SHUTDOWN << _MODE_SHIFT
        else:
            cycle_us = self._timed_us(
                max(
                    _CYCLE_US_BY_CONVERSION[self._configuration >> 7 & 0b111],
                    _CYCLE_US_BY_AVERAGING[self._configuration >> 5 & 0b11],
                )
            )
            completed_us += (now_us - completed_us) // cycle_us * cycle_us
        if completed_us > self._completed_us:
            self._finish(completed_us)

    def _finish(self, completed_us: int) -> None:
        temperature_c = self._read_temperature_c(completed_us - self._active_us() // 2)
        raw = math.floor(temperature_c * _STEPS_PER_C + 0.5) + self._offset
        self._result = min(max(raw, _RAW_MIN), _RAW_MAX)
        self._completed_us = completed_us
        self._flags |= _FLAG_READY
        if self._result > self._high_limit:
            self._flags |= _FLAG_HIGH
        if self._result < self._low_limit:
            self._flags |= _FLAG_LOW
