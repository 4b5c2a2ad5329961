"""Twin of the ST LSM6DSOX accelerometer and its FIFO (data sheet DS12814).

Modelled: identity, the accelerometer's output rates from 12.5 to 104 Hz and its four ranges,
high-performance and low-power mode, software reset, register auto-increment, and the FIFO in
bypass and continuous mode with its 512 words, levels and overrun flags.

    FIFO word, 7 bytes from 0x78:   tag   X low  X high   Y low  Y high   Z low  Z high
    tag                             7-3 sensor (2 = accelerometer)   2-1 count   0 parity

Refused: gyroscope, compression, time stamps, interrupts, embedded functions, the output registers
0x28-0x2D (a band reads the FIFO), reading words that the FIFO does not hold or parts of a word,
every write to a read-only register and every register not named here.

Words are computed when they are read, all waiting ones at once: a band's week is 7.6 million.
The input callable brings its own noise; the twin only scales, rounds and clips.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .i2c import ChipMisuse

_FIFO_CTRL1 = 0x07
_FIFO_CTRL2 = 0x08
_FIFO_CTRL3 = 0x09
_FIFO_CTRL4 = 0x0A
_WHO_AM_I = 0x0F
_CTRL1_XL = 0x10
_CTRL2_G = 0x11
_CTRL3_C = 0x12
_CTRL6_C = 0x15
_CTRL9_XL = 0x18
_FIFO_STATUS1 = 0x3A
_FIFO_STATUS2 = 0x3B
_FIFO_DATA_OUT_TAG = 0x78
_FIFO_DATA_OUT_LAST = 0x7E

_WHO_AM_I_VALUE = 0x6C
# Registers that may be written: value after reset and the bits that the twin takes.
_RESET_VALUES = {
    _FIFO_CTRL1: 0x00,
    _FIFO_CTRL2: 0x00,
    _FIFO_CTRL3: 0x00,
    _FIFO_CTRL4: 0x00,
    _CTRL1_XL: 0x00,
    _CTRL2_G: 0x00,
    _CTRL3_C: 0x04,
    _CTRL6_C: 0x00,
    _CTRL9_XL: 0xE0,
}
_WRITABLE = {
    _FIFO_CTRL1: 0xFF,
    _FIFO_CTRL2: 0x01,
    _FIFO_CTRL3: 0x0F,
    _FIFO_CTRL4: 0x07,
    _CTRL1_XL: 0xFC,
    _CTRL2_G: 0x00,
    _CTRL3_C: 0x45,
    _CTRL6_C: 0x10,
    _CTRL9_XL: 0xE2,
}
_READ_ONLY = (_WHO_AM_I, _FIFO_STATUS1, _FIFO_STATUS2, *range(0x78, 0x7F))
_IF_INC = 0x04
_SW_RESET = 0x01
_MODE_BYPASS = 0b000
_MODE_CONTINUOUS = 0b110

_STATUS_WATERMARK = 0x80
_STATUS_OVERRUN = 0x40
_STATUS_FULL = 0x20
_STATUS_OVERRUN_LATCHED = 0x08

# Sample period by ODR_XL and BDR_XL (CTRL1_XL and FIFO_CTRL3). Faster rates would fill the FIFO
# in seconds, which no band can use.
_STEP_US = {0b0001: 80_000, 0b0010: 38_462, 0b0011: 19_231, 0b0100: 9_615}
# mg per count by FS_XL (mechanical characteristics, LA_So): 2, 16, 4 and 8 g.
_MG_PER_COUNT = (0.061, 0.488, 0.122, 0.244)

WORD_BYTES = 7
# 3 kB of six data bytes per word, without compression (chapter on the FIFO).
FIFO_WORDS = 512

_SENSOR_ACCELEROMETER = 0x02
_COUNT_MIN = -0x8000
_COUNT_MAX = 0x7FFF
_PPM = 1_000_000


def _tag(count: int) -> int:
    """Return the tag byte of the n-th accelerometer word: its parity bit makes the ones even."""
    tag = _SENSOR_ACCELEROMETER << 3 | (count & 0b11) << 1
    return tag | tag.bit_count() & 1


_TAGS = np.array([_tag(count) for count in range(4)], dtype=np.uint8)


class Lsm6dsox:
    """One LSM6DSOX."""

    def __init__(
        self,
        read_acceleration_mg: Callable[[int, int, int], NDArray[np.float64]],
        *,
        name: str = "LSM6DSOX",
        powered_us: int = 0,
        clock_error_ppm: int = 0,
    ) -> None:
        """Place the chip.

        Args:
            read_acceleration_mg: given the true time of the first sample, the step (both in
                microseconds) and a count, returns an array (count, 3) of thousandths of g.
            name: the chip's name, for messages.
            powered_us: true time at which the supply came up.
            clock_error_ppm: how much too long the chip's own sample period is.
        """
        self.name = name
        self._read_acceleration_mg = read_acceleration_mg
        self._clock_error_ppm = clock_error_ppm
        self.power_on(powered_us)

    def power_on(self, now_us: int) -> None:
        """Forget everything; a fresh part is powered down."""
        self._registers = dict(_RESET_VALUES)
        self._pointer = 0
        self._restart_fifo(now_us)

    def transfer(self, write: bytes, read_count: int, now_us: int) -> bytes:
        """Run one bus transfer, see `I2cDevice`.

        Raises:
            ChipMisuse: what the module docstring lists as refused.
        """
        if write:
            self._pointer = write[0]
        payload = write[1:]
        self._check_increment(len(payload), read_count)
        for offset, value in enumerate(payload):
            self._write_register(self._pointer + offset, value, now_us)
        if not read_count:
            return b""
        self._fill(now_us)
        if _FIFO_DATA_OUT_TAG <= self._pointer <= _FIFO_DATA_OUT_LAST:
            return self._read_words(read_count)
        return bytes(self._read_register(self._pointer + n) for n in range(read_count))

    def _misuse(self, register: int, complaint: str) -> ChipMisuse:
        return ChipMisuse(self.name, register, complaint)

    def _check_increment(self, write_count: int, read_count: int) -> None:
        if write_count and read_count:
            raise self._misuse(self._pointer, "written and read in one transfer")
        if max(write_count, read_count) > 1 and not self._registers[_CTRL3_C] & _IF_INC:
            raise self._misuse(self._pointer, "several bytes without IF_INC")

    def _read_register(self, register: int) -> int:
        if register in self._registers:
            return self._registers[register]
        if register == _WHO_AM_I:
            return _WHO_AM_I_VALUE
        if register == _FIFO_STATUS1:
            return self._unread() & 0xFF
        if register == _FIFO_STATUS2:
            return self._read_status2()
        raise self._misuse(register, "read of an unknown register")

    def _write_register(self, register: int, value: int, now_us: int) -> None:
        if register in _READ_ONLY:
            raise self._misuse(register, "write to a read-only register")
        if register not in self._registers:
            raise self._misuse(register, "write to an unknown register")
        if value & ~_WRITABLE[register]:
            raise self._misuse(register, f"0x{value:02X} sets bits that are not modelled")
        if register == _CTRL3_C and value & _SW_RESET:
            self.power_on(now_us)
            return
        if register == _FIFO_CTRL4 and value not in (_MODE_BYPASS, _MODE_CONTINUOUS):
            raise self._misuse(register, "FIFO mode is not modelled")
        if register in (_CTRL1_XL, _FIFO_CTRL3):
            rate = value >> 4 if register == _CTRL1_XL else value
            if rate and rate not in _STEP_US:
                raise self._misuse(register, f"rate code {rate} is not modelled")
        before = self._timing()
        self._registers[register] = value
        if self._timing() != before:
            self._restart_fifo(now_us)

    def _timing(self) -> tuple[int, int, int]:
        """Return what decides when words appear: output rate, batch rate and FIFO mode."""
        registers = self._registers
        return registers[_CTRL1_XL] >> 4, registers[_FIFO_CTRL3], registers[_FIFO_CTRL4]

    def _restart_fifo(self, now_us: int) -> None:
        rate, batch_rate, mode = self._timing()
        self._step_us = 0
        if rate and batch_rate and mode == _MODE_CONTINUOUS:
            if rate != batch_rate:
                raise self._misuse(_FIFO_CTRL3, "batching at another rate is not modelled")
            self._step_us = _STEP_US[rate] * (_PPM + self._clock_error_ppm) // _PPM
        self._started_us = now_us
        # Numbers of the next word to read and to write; a word's number gives its time.
        self._read_no = 0
        self._write_no = 0
        self._overrun_latched = False
        self._encoded = b""
        self._encoded_no = 0

    def _unread(self) -> int:
        return self._write_no - self._read_no

    def _fill(self, now_us: int) -> None:
        """Let the words appear that were sampled by now; the oldest give way to the newest."""
        if not self._step_us:
            return
        write_no = (now_us - self._started_us) // self._step_us
        if write_no == self._write_no:
            return
        self._write_no = write_no
        if self._unread() >= FIFO_WORDS:
            self._overrun_latched = True
            self._read_no = self._write_no - FIFO_WORDS

    def _read_status2(self) -> int:
        registers = self._registers
        watermark = registers[_FIFO_CTRL1] | (registers[_FIFO_CTRL2] & 1) << 8
        unread = self._unread()
        status = unread >> 8
        if watermark and unread >= watermark:
            status |= _STATUS_WATERMARK
        if unread >= FIFO_WORDS - 1:
            status |= _STATUS_FULL
        if unread == FIFO_WORDS:
            status |= _STATUS_OVERRUN
        if self._overrun_latched:
            status |= _STATUS_OVERRUN_LATCHED
        self._overrun_latched = False
        return status

    def _read_words(self, read_count: int) -> bytes:
        """Pop whole words: a burst goes round from 0x7E to 0x78 (FIFO reading procedure)."""
        word_count, remainder = divmod(read_count, WORD_BYTES)
        if remainder or self._pointer != _FIFO_DATA_OUT_TAG:
            raise self._misuse(self._pointer, f"{read_count} bytes are not whole FIFO words")
        if word_count > self._unread():
            raise self._misuse(
                self._pointer, f"{word_count} words read, the FIFO holds {self._unread()}"
            )
        first = (self._read_no - self._encoded_no) * WORD_BYTES
        if first < 0 or first + read_count > len(self._encoded):
            self._encode_waiting()
            first = 0
        self._read_no += word_count
        return self._encoded[first : first + read_count]

    def _encode_waiting(self) -> None:
        word_count = self._unread()
        first_us = self._started_us + (self._read_no + 1) * self._step_us
        acceleration_mg = self._read_acceleration_mg(first_us, self._step_us, word_count)
        scale = 1.0 / _MG_PER_COUNT[self._registers[_CTRL1_XL] >> 2 & 0b11]
        counts = np.rint(acceleration_mg * scale)
        np.clip(counts, _COUNT_MIN, _COUNT_MAX, out=counts)
        words = np.empty((word_count, WORD_BYTES), dtype=np.uint8)
        words[:, 0] = _TAGS[np.arange(self._read_no, self._write_no) & 0b11]
        words[:, 1:] = counts.astype("<i2").view(np.uint8)
        self._encoded = words.tobytes()
        self._encoded_no = self._read_no
