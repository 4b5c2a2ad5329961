"""Twin of the TI FDC1004 capacitance-to-digital converter (data sheet SNOSCY5B).

Modelled: four single-ended measurements with CAPDAC offset, single and repeated triggering at
100, 200 and 400 S/s with DONE flags, software reset, both identity registers.

    CONF_MEASn  15-13 CHA   12-10 CHB (100 CAPDAC, 111 none)   9-5 CAPDAC in 3.125 pF   4-0 -
    FDC_CONF    15 RST   11-10 RATE   8 REPEAT   7-4 MEAS_1..4   3-0 DONE_1..4

Errors that a real part has are options: its own clock, and offsets that are uneven.

Refused: differential measurements, the calibration registers, reserved bits and codes, a trigger
of several measurements without REPEAT (8.5.3.2 describes several only with it), every write to a
read-only register and every register that the map (8.6) does not have. Also refused is a result
read too early: after a trigger, before its first measurement since then has ended. A part would
give what an earlier trigger left there. Looking at the DONE flags is allowed at any time, and so
is reading what is left once the measurements have been stopped.
"""

import math
from collections.abc import Callable, Mapping

from .word_registers import WordRegisterDevice

_RESULT_LAST = 0x07
_CONF_MEAS_FIRST = 0x08
_CONF_MEAS_LAST = 0x0B
_FDC_CONF = 0x0C
_CALIBRATION = range(0x0D, 0x15)
_MANUFACTURER_ID = 0xFE
_DEVICE_ID = 0xFF
_IDENTITIES = {_MANUFACTURER_ID: 0x5449, _DEVICE_ID: 0x1004}

_CONF_MEAS_RESET = 0x1C00
_CONF_MEAS_RESERVED = 0x001F
_CHB_CAPDAC = 0b100
_CHB_NONE = 0b111
_CHANNEL_COUNT = 4

_RST = 0x8000
_FDC_RESERVED = 0x7200
_REPEAT = 0x0100
# Microseconds of one measurement by RATE; code 0 is reserved (8.6, FDC_CONF).
_PERIOD_US = {0b01: 10_000, 0b10: 5_000, 0b11: 2_500}

_PF_PER_CAPDAC_STEP = 3.125
_CODES_PER_PF = 1 << 19
# Beyond its input range of +-15 pF the converter clips to the ends of the 24-bit code.
_RANGE_PF = 15.0
_CODE_MIN = -(1 << 23)
_CODE_MAX = (1 << 23) - 1
_PPM = 1_000_000


def _bit(index: int) -> int:
    """Return the DONE bit of a measurement; its MEAS bit lies four higher."""
    return 0b1000 >> index


class Fdc1004(WordRegisterDevice):
    """One FDC1004. Measurements are worked out when they are asked for, not by timers."""

    def __init__(
        self,
        read_pf: Callable[[int, int], float],
        *,
        name: str = "FDC1004",
        powered_us: int = 0,
        clock_error_ppm: int = 0,
        capdac_error_pf: Mapping[int, float] | None = None,
    ) -> None:
        """Place the chip.

        Args:
            read_pf: picofarads between an input and ground, given channel (1 to 4) and true time
                in microseconds. It is asked once per measurement, for its middle.
            name: the chip's name, for messages.
            powered_us: true time at which the supply came up.
            clock_error_ppm: how much longer a measurement takes than it should. The data sheet
                gives no tolerance.
            capdac_error_pf: by number of CAPDAC steps, how much more than that the part takes
                off; a real one may be off by more than a picofarad (TI E2E 1178477).
        """
        super().__init__(name)
        self._read_pf = read_pf
        self._clock_error_ppm = clock_error_ppm
        self._capdac_error_pf = capdac_error_pf or {}
        self.power_on(powered_us)

    def power_on(self, now_us: int) -> None:
        """Forget everything; a fresh part measures nothing."""
        self._configurations = [_CONF_MEAS_RESET] * _CHANNEL_COUNT
        self._codes = [0] * _CHANNEL_COUNT
        self._control = 0
        self._done = 0
        # Results of which both words have been read, which clears DONE.
        self._high_read = 0
        self._started_us = now_us
        self._slots_done = [-1] * _CHANNEL_COUNT

    def _read_register(self, register: int, now_us: int) -> int:
        self._complete_measurements(now_us)
        if register <= _RESULT_LAST:
            return self._read_result(register)
        if register <= _CONF_MEAS_LAST:
            return self._configurations[register - _CONF_MEAS_FIRST]
        if register == _FDC_CONF:
            return self._control | self._done
        if register in _IDENTITIES:
            return _IDENTITIES[register]
        if register in _CALIBRATION:
            raise self._misuse(register, "calibration is not modelled")
        raise self._misuse(register, "read of an unknown register")

    def _read_result(self, register: int) -> int:
        index, low_word = divmod(register, 2)
        if self._control & _bit(index) << 4 and self._slots_done[index] < 0:
            raise self._misuse(register, "read before its measurement has ended")
        code = self._codes[index]
        if not low_word:
            self._high_read |= _bit(index)
            return code >> 8 & 0xFFFF
        if self._high_read & _bit(index):
            self._done &= ~_bit(index)
        return code << 8 & 0xFF00

    def _write_register(self, register: int, value: int, now_us: int) -> None:
        self._complete_measurements(now_us)
        if _CONF_MEAS_FIRST <= register <= _CONF_MEAS_LAST:
            self._configure(register, value)
        elif register == _FDC_CONF:
            self._trigger(value, now_us)
        elif register <= _RESULT_LAST or register in _IDENTITIES:
            raise self._misuse(register, "write to a read-only register")
        elif register in _CALIBRATION:
            raise self._misuse(register, "calibration is not modelled")
        else:
            raise self._misuse(register, "write to an unknown register")

    def _configure(self, register: int, value: int) -> None:
        if value & _CONF_MEAS_RESERVED:
            raise self._misuse(register, "reserved bits written")
        if value >> 13 >= _CHANNEL_COUNT:
            raise self._misuse(register, "CHA is not an input")
        if value >> 10 & 0b111 not in (_CHB_CAPDAC, _CHB_NONE):
            raise self._misuse(register, "CHB is neither CAPDAC nor none")
        if self._control & _bit(register - _CONF_MEAS_FIRST) << 4:
            raise self._misuse(register, "changed while its measurement is enabled")
        self._configurations[register - _CONF_MEAS_FIRST] = value

    def _trigger(self, value: int, now_us: int) -> None:
        if value & _RST:
            self.power_on(now_us)
            return
        if value & _FDC_RESERVED:
            raise self._misuse(_FDC_CONF, "reserved bits written")
        enabled = value >> 4 & 0xF
        if enabled and value >> 10 & 0b11 not in _PERIOD_US:
            raise self._misuse(_FDC_CONF, "RATE 0 is reserved")
        if enabled.bit_count() > 1 and not value & _REPEAT:
            raise self._misuse(_FDC_CONF, "several measurements triggered without REPEAT")
        # The DONE bits are read-only, and stay: the data sheet names nothing that clears them but
        # reading the result. A driver that leaves a result unread finds it done the next time.
        self._control = value & 0xFFF0
        self._started_us = now_us
        self._slots_done = [-1] * _CHANNEL_COUNT

    def _complete_measurements(self, now_us: int) -> None:
        """Bring results and DONE flags up to date: slot after slot, one measurement in each."""
        enabled = [index for index in range(_CHANNEL_COUNT) if self._control & _bit(index) << 4]
        if not enabled:
            return
        period_us = _PERIOD_US[self._control >> 10 & 0b11]
        period_us = period_us * (_PPM + self._clock_error_ppm) // _PPM
        slot_count = (now_us - self._started_us) // period_us
        if not self._control & _REPEAT:
            slot_count = min(slot_count, 1)
        for position, index in enumerate(enabled):
            rounds = (slot_count - position - 1) // len(enabled)
            slot = position + rounds * len(enabled)
            if rounds >= 0 and slot > self._slots_done[index]:
                self._slots_done[index] = slot
                middle_us = self._started_us + slot * period_us + period_us // 2
                self._codes[index] = self._convert(self._configurations[index], middle_us)
                self._done |= _bit(index)
                self._high_read &= ~_bit(index)

    def _convert(self, configuration: int, at_us: int) -> int:
        difference_pf = self._read_pf((configuration >> 13) + 1, at_us)
        if configuration >> 10 & 0b111 == _CHB_CAPDAC:
            steps = configuration >> 5 & 0x1F
            difference_pf -= steps * _PF_PER_CAPDAC_STEP + self._capdac_error_pf.get(steps, 0.0)
        if difference_pf > _RANGE_PF:
            return _CODE_MAX
        if difference_pf < -_RANGE_PF:
            return _CODE_MIN
        return math.floor(difference_pf * _CODES_PER_PF + 0.5)
