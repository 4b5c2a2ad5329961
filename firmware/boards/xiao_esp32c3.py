"""Seeed XIAO ESP32-C3: the reference board. Pins are the ESP32-C3's GPIO numbers."""

import os

import machine

from pouch_protocol import constants as c

# D4 and D5 of the XIAO, its I2C pins (Seeed wiki, pin map). 400 kHz is the fastest speed that
# TMP117, FDC1004 and LSM6DSOX share.
_SDA_PIN = 6
_SCL_PIN = 7
_I2C_HZ = 400_000

# The XIAO does not measure its own cell: D0 gets half of it through two 200 kOhm resistors.
_BATTERY_PIN = 2
_BATTERY_DIVIDER = 2

_RESET_CAUSES = {
    machine.PWRON_RESET: c.RESET_POWER_ON,
    machine.HARD_RESET: c.RESET_HARD,
    machine.WDT_RESET: c.RESET_WATCHDOG,
    machine.DEEPSLEEP_RESET: c.RESET_DEEP_SLEEP,
    machine.SOFT_RESET: c.RESET_SOFT,
}


class Board:
    """What the application needs of this board."""

    def __init__(self) -> None:
        """Claim pins and buses."""
        self.i2c = machine.I2C(
            0, scl=machine.Pin(_SCL_PIN), sda=machine.Pin(_SDA_PIN), freq=_I2C_HZ
        )
        self._battery = machine.ADC(machine.Pin(_BATTERY_PIN))

    def battery_mv(self) -> int:
        """Return the cell's voltage in millivolts, as this moment's load leaves it."""
        return self._battery.read_uv() * _BATTERY_DIVIDER // 1000

    def reset_cause(self) -> int:
        """Return one of the protocol's RESET constants."""
        return _RESET_CAUSES.get(machine.reset_cause(), c.RESET_UNKNOWN)

    def unique_id(self) -> bytes:
        """Return the chip's own serial number."""
        return machine.unique_id()

    def random_u32(self) -> int:
        """Return 32 bits from the chip's hardware generator."""
        return int.from_bytes(os.urandom(4), "little")

    def reset(self) -> None:
        """Start again; does not return."""
        machine.reset()
