"""What every part of a band draws from its cell, with where each number is from.

Currents are whole nanoamperes, so that charge (nanoamperes times microseconds: femtocoulombs) is a
whole number too. Each has three values: the best that may be hoped for, what is reckoned with,
and what a careful reader should fear. Where a data sheet names a typical value and a maximum these
are the last two; where it names nothing, the source says so.

A XIAO's regulator is linear: what flows at 3.3 V flows out of the cell. A Pico W's converter
takes about as much at 3.8 V as it gives at 3.3 V with 87 % efficiency, so its small loads are
counted alike; its own figures are whole-board measurements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

# States of the processor. It is in one of them at any time.
OFF = "off"
BOOT = "start"
SLEEP = "light sleep"
IDLE = "awake, waiting"
RUNNING = "awake, working"
RADIO = "radio on"
PROCESSOR_STATES = (OFF, BOOT, SLEEP, IDLE, RUNNING, RADIO)

# What draws as long as the cell is connected.
BOARD = "regulator and board"
DIVIDER = "battery divider"

FLASH_PROGRAM = "flash, programming"
FLASH_ERASE = "flash, erasing"
WIRES = "bus pull-ups"

THERMOMETER_CONVERTING = "thermometers, converting"
THERMOMETER_STANDBY = "thermometers, between"
THERMOMETER_SHUTDOWN = "thermometers, shut down"
TOUCH_CONVERTING = "electrodes, converting"
TOUCH_STANDBY = "electrodes, standby"
MOTION_OFF = "motion, off"
MOTION_SLOW = "motion, low power 12.5 Hz"
MOTION_LOW_POWER = "motion, low power, faster"
MOTION_HIGH_POWER = "motion, high performance"

RED = "light, red"
GREEN = "light, green"
BLUE = "light, blue"
MOTOR = "motor"


class Bound(Enum):
    """Which of a current's values to reckon with."""

    LOW = 0
    TYPICAL = 1
    HIGH = 2


@dataclass(frozen=True)
class Draw:
    """One current.

    Attributes:
        low_na: the best case, nanoamperes.
        typical_na: what is reckoned with.
        high_na: the worst case.
        source: where the three are from.
    """

    low_na: int
    typical_na: int
    high_na: int
    source: str

    def na(self, bound: Bound) -> int:
        """Return one of the three."""
        return (self.low_na, self.typical_na, self.high_na)[bound.value]


def _ua(low: float, typical: float, high: float, source: str) -> Draw:
    return Draw(round(low * 1000), round(typical * 1000), round(high * 1000), source)


def _ma(low: float, typical: float, high: float, source: str) -> Draw:
    return _ua(low * 1000, typical * 1000, high * 1000, source)


_NOTHING = Draw(0, 0, 0, "no cell is connected")

# The pod: the same chips on both boards.
_POD = {
    # Through 400 kOhm at 3.4, 3.8 and 4.2 V.
    DIVIDER: _ua(8.5, 9.5, 10.5, "docs/BAND.md, two 200 kOhm"),
    # Both lines are low half of the time of a transfer, each through 4.7 kOhm.
    WIRES: _ua(700, 700, 1400, "docs/BAND.md, 2 x 4.7 kOhm, half of the time low"),
    # A W25Q32JV programs and erases at 20 mA, at most 25; the processor waits meanwhile.
    FLASH_PROGRAM: _ma(20, 20, 25, "Winbond W25Q32JV, DC characteristics"),
    FLASH_ERASE: _ma(20, 20, 25, "Winbond W25Q32JV, DC characteristics"),
    # 135 uA for 15.5 ms in each second and 1.25 uA between make the 3.5 uA of its front page.
    THERMOMETER_CONVERTING: _ua(135, 135, 220, "TI TMP117 SNOSD82D, 6.5"),
    THERMOMETER_STANDBY: _ua(1.25, 1.25, 3.1, "TI TMP117 SNOSD82D, 6.5"),
    THERMOMETER_SHUTDOWN: _ua(0.15, 0.15, 0.5, "TI TMP117 SNOSD82D, front page and 6.5"),
    TOUCH_CONVERTING: _ua(750, 750, 950, "TI FDC1004 SNOSCY5B, 7.5"),
    TOUCH_STANDBY: _ua(27, 29, 70, "TI FDC1004 SNOSCY5B, front page and 7.5"),
    MOTION_OFF: _ua(3, 3, 6, "ST LSM6DSOX DS12814, no maximum there"),
    # Its electrical characteristics have 4.5 uA at 1.6 Hz and 26 uA at 52 Hz: on a line between.
    MOTION_SLOW: _ua(4.5, 9.1, 26, "ST LSM6DSOX DS12814, between 1.6 and 52 Hz"),
    MOTION_LOW_POWER: _ua(9.1, 26, 52, "ST LSM6DSOX DS12814, at 52 Hz"),
    MOTION_HIGH_POWER: _ua(170, 170, 340, "ST LSM6DSOX DS12814, no maximum there"),
    # (3.3 V - 2.0 V) / 330 Ohm; forward voltages are typical of such parts, not of one data sheet.
    RED: _ma(3.0, 3.9, 4.8, "docs/BAND.md, 330 Ohm; 2.0 V forward"),
    GREEN: _ma(1.0, 3.0, 6.0, "docs/BAND.md, 100 Ohm; 3.0 V forward"),
    BLUE: _ma(1.0, 3.0, 6.0, "docs/BAND.md, 100 Ohm; 3.0 V forward"),
    MOTOR: _ma(60, 75, 120, "typical of 10 mm coin motors at 3 V, not from one data sheet"),
}

_MINI_1 = "ESP32-C3-MINI-1 data sheet v2.2"

_XIAO: dict[str, Draw] = {
    **_POD,
    OFF: _NOTHING,
    # Before boards/ sets 80 MHz the processor runs at 160 MHz.
    BOOT: _ma(23, 28, 38, f"{_MINI_1}, table 6-6, 160 MHz running"),
    # 130 uA with flash and processor powered down, which MicroPython does not do. The processor's
    # domain stays on, since esp_pm_configure() prepares its retention for automatic light sleep
    # only: 100 uA (ESP-IDF, PM_POWER_DOWN_CPU_IN_LIGHT_SLEEP). The flash stays on: 10 uA, and 10
    # for the pull-up of its select line (ESP_SLEEP_FLASH_LEAKAGE_WORKAROUND). The worst case was
    # measured: robdobson.com, "Investigating ESP32-C3 power management".
    SLEEP: _ua(130, 250, 350, f"{_MINI_1}, table 6-7: 130; ESP-IDF Kconfig: CPU 100, flash 20"),
    # With the peripherals' clocks on. The worst case has the flash read all the time (note 3).
    IDLE: _ma(13, 18, 28, f"{_MINI_1}, table 6-6, 80 MHz idle"),
    RUNNING: _ma(17, 22, 32, f"{_MINI_1}, table 6-6, 80 MHz running"),
    # MicroPython's sdkconfig leaves BT_CTRL_MODEM_SLEEP off, so the receiver is on from
    # active(True) to active(False), whatever is done with it: 86 mA. Of the time 2 % go to
    # sending, three channels of 0.38 ms each 55 ms, at 190 mA (9 dBm). The best case was measured
    # with that option off too, advertising at 80 MHz: arduino-esp32 issue 5909 (25 mA with it on).
    # The worst case adds the processor's clocks and work to the data sheet's idle one.
    RADIO: _ma(77, 88, 97, f"{_MINI_1}, table 6-5: receiving 86, 2 % sending at 190"),
    # A XC6210 takes 35 uA of the 40 that a XIAO in deep sleep draws over the chip's 5: 45.1 uA at
    # 3.8 V (Seeed forum 276444), 44 by Seeed. Others measured 80 uA in all below 3.4 V.
    BOARD: _ua(35, 40, 75, "Torex XC6210; Seeed forum 276444, deep sleep less chip"),
}

_PICO: dict[str, Draw] = {
    **_POD,
    OFF: _NOTHING,
    BOOT: _ma(21, 26, 35, "as awake, working"),
    # 1.5 mA before the radio's chip ever started and 2.2 mA after, which our band is always after:
    # MicroPython leaves that chip powered. The worst case takes that as measured at 5 V.
    SLEEP: _ma(1.5, 2.2, 3.0, "ghubcoder/micropython-pico-deepsleep issue 7, whole board"),
    IDLE: _ma(17, 21, 28, "micropython issue 8770: 21 at 5 V; btferret issue 64: 17"),
    RUNNING: _ma(21, 26, 35, "typical, not from the data sheet: a fifth above waiting"),
    RADIO: _ma(35, 38, 47, "btferret issue 64: Bluetooth doubles 17 to 35, whole board"),
    BOARD: Draw(0, 0, 0, "in the board's own figures above"),
}

XIAO_ESP32C3: Mapping[str, Draw] = MappingProxyType(_XIAO)
PICO_W: Mapping[str, Draw] = MappingProxyType(_PICO)

# By the name of the board's file in firmware/boards.
BOARDS: Mapping[str, Mapping[str, Draw]] = MappingProxyType(
    {"xiao_esp32c3": XIAO_ESP32C3, "pico_w": PICO_W}
)

# What hangs on which output pin (docs/BAND.md, wiring).
OUTPUTS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "xiao_esp32c3": {4: RED, 5: GREEN, 10: BLUE, 20: MOTOR},
        "pico_w": {18: RED, 19: GREEN, 20: BLUE, 21: MOTOR},
    }
)

# What a sending radio takes for less than a millisecond, which a cell near its end must bear:
# ESP32-C3-MINI-1, table 6-5, 9 dBm.
RADIO_PEAK_NA = 190_000_000
