"""Adds up how long the parts of a band were in which of their states.

A part is in one mode at a time, and a mode says how a stretch of time divides into states: a
thermometer that converts once is converting for a while and then shut down, by itself. What
a chip does is read off what the firmware writes to it, as the chip itself does.
"""

from __future__ import annotations

from collections.abc import Callable

from . import currents

# Given how long the mode has lasted, microseconds: how long that was in which state.
Mode = Callable[[int], dict[str, int]]

_FULL_DUTY = 255

# Microseconds of one measurement by RATE of an FDC1004.
_PERIOD_US = {0b01: 10_000, 0b10: 5_000, 0b11: 2_500}


def nothing(_elapsed_us: int) -> dict[str, int]:
    """A part without power."""
    return {}


def steady(state: str) -> Mode:
    """A part that stays as it is."""
    return lambda elapsed_us: {state: elapsed_us}


def dimmed(state: str, level: int) -> Mode:
    """An output that is on for a share of the time, 0 to 255: counted as fully on for less."""
    return lambda elapsed_us: {state: elapsed_us * level // _FULL_DUTY}


def once(state: str, length_us: int, after: str) -> Mode:
    """A part that does something for a while, and then rests."""

    def split(elapsed_us: int) -> dict[str, int]:
        active_us = min(elapsed_us, length_us)
        return {state: active_us, after: elapsed_us - active_us}

    return split


def cyclic(state: str, length_us: int, cycle_us: int, between: str) -> Mode:
    """A part that does something at the begin of each cycle, and rests for what is left of it."""

    def split(elapsed_us: int) -> dict[str, int]:
        cycles, rest_us = divmod(elapsed_us, cycle_us)
        active_us = cycles * length_us + min(rest_us, length_us)
        return {state: active_us, between: elapsed_us - active_us}

    return split


class Meter:
    """One part: the time in each state over all its modes."""

    def __init__(self) -> None:
        self._mode: Mode = nothing
        self._since_us = 0
        self._held: dict[str, int] = {}

    def set(self, mode: Mode, at_us: int) -> None:
        """Let a mode begin at a true time; one that is before the last counts as that."""
        self._held = self.times_us(at_us)
        self._mode = mode
        self._since_us = max(self._since_us, at_us)

    def times_us(self, now_us: int) -> dict[str, int]:
        """Return the time in each state up to a true time, microseconds."""
        times = dict(self._held)
        for state, time_us in self._mode(max(0, now_us - self._since_us)).items():
            times[state] = times.get(state, 0) + time_us
        return times


class ThermometerMeter(Meter):
    """A TMP117, by what is written to its configuration (SNOSD82D, 7.6)."""

    _CONFIGURATION = 0x01
    _CONVERSION_US = 15_500
    _AVERAGES = (1, 8, 32, 64)
    # Continuous, shut down, continuous, one shot.
    _SHUTDOWN = 0b01
    _ONE_SHOT = 0b11
    # Cycle by CONV, which averaging stretches to the second of these.
    _CYCLES_US = (15_500, 125_000, 250_000, 500_000, 1_000_000, 4_000_000, 8_000_000, 16_000_000)
    _AVERAGED_US = (15_500, 125_000, 500_000, 1_000_000)
    _RESET = 0x0220

    def power_on(self, at_us: int) -> None:
        """A fresh part converts once a second."""
        self._configure(self._RESET, at_us)

    def wrote(self, write: bytes, at_us: int) -> None:
        """Take what a transfer wrote."""
        if len(write) == 3 and write[0] == self._CONFIGURATION:  # noqa: PLR2004 - pointer and word
            self._configure(int.from_bytes(write[1:], "big"), at_us)

    def _configure(self, value: int, at_us: int) -> None:
        averaging = value >> 5 & 0b11
        active_us = self._CONVERSION_US * self._AVERAGES[averaging]
        mode = value >> 10 & 0b11
        if mode == self._SHUTDOWN:
            self.set(steady(currents.THERMOMETER_SHUTDOWN), at_us)
        elif mode == self._ONE_SHOT:
            after = currents.THERMOMETER_SHUTDOWN
            self.set(once(currents.THERMOMETER_CONVERTING, active_us, after), at_us)
        else:
            cycle_us = max(self._CYCLES_US[value >> 7 & 0b111], self._AVERAGED_US[averaging])
            between = currents.THERMOMETER_STANDBY
            self.set(cyclic(currents.THERMOMETER_CONVERTING, active_us, cycle_us, between), at_us)


class TouchMeter(Meter):
    """An FDC1004, by what is written to its FDC_CONF (SNOSCY5B, 8.6)."""

    _FDC_CONF = 0x0C
    _RESET = 0x8000
    _REPEAT = 0x0100
    _MEASUREMENTS = 0x00F0

    def power_on(self, at_us: int) -> None:
        """A fresh part measures nothing."""
        self.set(steady(currents.TOUCH_STANDBY), at_us)

    def wrote(self, write: bytes, at_us: int) -> None:
        """Take what a transfer wrote."""
        if len(write) != 3 or write[0] != self._FDC_CONF:  # noqa: PLR2004 - pointer and word
            return
        value = int.from_bytes(write[1:], "big")
        if value & self._RESET or not value & self._MEASUREMENTS:
            self.set(steady(currents.TOUCH_STANDBY), at_us)
        elif value & self._REPEAT:
            self.set(steady(currents.TOUCH_CONVERTING), at_us)
        else:
            period_us = _PERIOD_US.get(value >> 10 & 0b11, 0)
            self.set(once(currents.TOUCH_CONVERTING, period_us, currents.TOUCH_STANDBY), at_us)


class MotionMeter(Meter):
    """An LSM6DSOX, by its accelerometer's rate and power mode (DS12814)."""

    _CTRL1_XL = 0x10
    _CTRL3_C = 0x12
    _CTRL6_C = 0x15
    _SW_RESET = 0x01
    _HIGH_PERFORMANCE_OFF = 0x10
    _SLOW = 0b0001

    def __init__(self) -> None:
        super().__init__()
        self._rate = 0
        self._low_power = False

    def power_on(self, at_us: int) -> None:
        """A fresh part is powered down."""
        self._rate = 0
        self._low_power = False
        self.set(steady(currents.MOTION_OFF), at_us)

    def wrote(self, write: bytes, at_us: int) -> None:
        """Take what a transfer wrote: a register, and bytes from there on."""
        for offset, value in enumerate(write[1:]):
            register = write[0] + offset
            if register == self._CTRL3_C and value & self._SW_RESET:
                self.power_on(at_us)
            elif register == self._CTRL1_XL:
                self._rate = value >> 4
            elif register == self._CTRL6_C:
                self._low_power = bool(value & self._HIGH_PERFORMANCE_OFF)
            else:
                continue
            self.set(steady(self._state()), at_us)

    def _state(self) -> str:
        if not self._rate:
            return currents.MOTION_OFF
        if not self._low_power:
            return currents.MOTION_HIGH_POWER
        return currents.MOTION_SLOW if self._rate == self._SLOW else currents.MOTION_LOW_POWER
