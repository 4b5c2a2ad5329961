"""The charge account of one band: how long it was in which state, and what that took.

The processor is in exactly one state at any time, so its times add up to the time that has passed:
`check` holds the account to that. All else (chips, flash, light, board) draws beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pouch_sim.vm.vm import Spent

from . import currents
from .currents import Bound, Draw
from .flash import ERASE_US, PROGRAM_US
from .meters import Meter, MotionMeter, ThermometerMeter, TouchMeter, dimmed, nothing, steady
from .pod import (
    CAREGIVER_THERMOMETER_ADDRESS,
    INFANT_THERMOMETER_ADDRESS,
    MOTION_ADDRESS,
    TOUCH_ADDRESS,
)
from .processor import ChargeFault, Processor

FEMTOCOULOMBS_PER_MAH = 3_600_000_000_000_000

# One byte and its acknowledge at the bus' 400 kHz.
_BYTE_NS = 22_500
_NS_PER_US = 1_000

# The VM's clock stands still while its interpreter works, a board's does not. Working time is
# estimated from what the firmware does: for each time that it wakes, and for each transfer on the
# bus, since most of its work goes with samples. Measured: a sample's Python takes 0.15 ms and its
# native loops 0.07 ms in the unix VM on a machine of 250,000 pystones a second. An ESP32-C3 at 80
# MHz makes some 900 (half of a pyboard's 1,850, which it equals at 160 MHz) and runs native code
# some 150 times slower: 55 ms a sample, of two awakenings and 17 transfers.
_AWAKENING_US = 4_000
_TRANSFER_US = 3_000
# The estimate may be off by a factor of two either way: halves of it by bound.
_WORK_HALVES = {Bound.LOW: 1, Bound.TYPICAL: 2, Bound.HIGH: 4}


@dataclass(frozen=True)
class Line:
    """One line of the account.

    Attributes:
        state: what drew.
        draw: its current.
        time_us: for how long.
        charge_fc: what that took from the cell, femtocoulombs.
    """

    state: str
    draw: Draw
    time_us: int
    charge_fc: int


class ChargeAccount:
    """Of one band, over all its boots. Told by `SimBand` what happens; asks nobody.

    Args:
        board: which board it is, by the name of its file in firmware/boards.
    """

    def __init__(self, board: str) -> None:
        # A board that nobody knows does not even boot; it is no business of the account's.
        self.draws: Mapping[str, Draw] = currents.BOARDS.get(board, currents.XIAO_ESP32C3)
        outputs = currents.OUTPUTS.get(board, currents.OUTPUTS["xiao_esp32c3"])
        self._processor = Processor()
        self._board = Meter()
        self._divider = Meter()
        self._chips: dict[int, ThermometerMeter | TouchMeter | MotionMeter] = {
            INFANT_THERMOMETER_ADDRESS: ThermometerMeter(),
            CAREGIVER_THERMOMETER_ADDRESS: ThermometerMeter(),
            TOUCH_ADDRESS: TouchMeter(),
            MOTION_ADDRESS: MotionMeter(),
        }
        self._outputs = {pin: (state, Meter()) for pin, state in outputs.items()}
        self._lit: dict[int, int] = {}
        self._radio_on = False
        self._wires_ns = 0
        self._programs = 0
        self._erases = 0
        self._reported = (0, 0)
        self._work_us = 0

    # What happens to the band, in the order in which it happens.

    def power_on(self, at_us: int) -> None:
        """Its cell is connected: chips and board draw from here on, and it starts."""
        self._processor.enter(currents.BOOT, at_us)
        self._board.set(steady(currents.BOARD), at_us)
        self._divider.set(steady(currents.DIVIDER), at_us)
        for chip in self._chips.values():
            chip.power_on(at_us)

    def start(self, local_us: int, at_us: int) -> None:
        """Its firmware begins; its clock shows `local_us`."""
        self._processor.start(local_us, at_us)
        self._reported = (0, 0)

    def reset(self, at_us: int) -> None:
        """Its processor starts again. The chips do not notice; light and motor go off."""
        self._processor.enter(currents.BOOT, at_us)
        self._switch_off(at_us)

    def power_off(self, at_us: int) -> None:
        """Its cell is gone."""
        self._processor.enter(currents.OFF, at_us)
        self._switch_off(at_us)
        for meter in (self._board, self._divider, *self._chips.values()):
            meter.set(nothing, at_us)

    def _switch_off(self, at_us: int) -> None:
        self._radio_on = False
        self._lit.clear()
        for _, meter in self._outputs.values():
            meter.set(nothing, at_us)

    def idle(self, spent: Spent, at_us: int) -> None:
        """It begins to wait, and reports what it did since it started."""
        self._processor.report(spent, at_us)
        programs, erases = self._reported
        self._programs += spent.programs - programs
        self._erases += spent.erases - erases
        self._reported = (spent.programs, spent.erases)
        if not self._radio_on:
            self._work_us += _AWAKENING_US

    def woken(self, at_us: int) -> None:
        """It goes on."""
        self._processor.woken(at_us)

    def radio(self, on: bool) -> None:
        """It switches its radio. Only for the load of this moment: the time is in its reports."""
        self._radio_on = on

    def output(self, pin: int, level: int, at_us: int) -> None:
        """It sets an output, 0 to 255 for one with a duty, else 0 or 1."""
        if pin not in self._outputs:
            return
        state, meter = self._outputs[pin]
        if state == currents.MOTOR:
            level *= 255
        meter.set(dimmed(state, level), at_us)
        self._lit[pin] = level

    def transfer(self, address: int, write: bytes, read_count: int, at_us: int) -> None:
        """A transfer on its bus succeeded."""
        self._wires_ns += _BYTE_NS * (len(write) + bool(write) + read_count + bool(read_count))
        if not self._radio_on:
            self._work_us += _TRANSFER_US
        chip = self._chips.get(address)
        if chip is not None and len(write) > 1:
            chip.wrote(write, at_us)

    # What the account says.

    def times_us(self, now_us: int, bound: Bound = Bound.TYPICAL) -> dict[str, int]:
        """Return the time in each state so far, microseconds.

        Args:
            now_us: true time.
            bound: how much working time to reckon with.
        """
        times = self._processor.times_us(now_us)
        # On a board the work would have made its sleep that much shorter.
        left_us = self._work_us * _WORK_HALVES[bound] // 2
        for state in (currents.SLEEP, currents.IDLE):
            taken_us = min(left_us, times[state])
            times[state] -= taken_us
            times[currents.RUNNING] += taken_us
            left_us -= taken_us
        times[currents.WIRES] = self._wires_ns // _NS_PER_US
        times[currents.FLASH_PROGRAM] = self._programs * PROGRAM_US
        times[currents.FLASH_ERASE] = self._erases * ERASE_US
        outputs = (meter for _, meter in self._outputs.values())
        for meter in (self._board, self._divider, *self._chips.values(), *outputs):
            for state, time_us in meter.times_us(now_us).items():
                times[state] = times.get(state, 0) + time_us
        return times

    def lines(self, now_us: int, bound: Bound = Bound.TYPICAL) -> list[Line]:
        """Return the account in the order of its table of currents, without empty lines."""
        times = self.times_us(now_us, bound)
        return [
            Line(state, draw, times[state], times[state] * draw.na(bound))
            for state, draw in self.draws.items()
            if times.get(state)
        ]

    def charge_fc(self, now_us: int, bound: Bound = Bound.TYPICAL) -> int:
        """Return what was taken from the cell so far, femtocoulombs."""
        return sum(line.charge_fc for line in self.lines(now_us, bound))

    def load_na(self, *, peak: bool = False) -> int:
        """Return what a band that runs draws at this moment, nanoamperes, without its small parts.

        Args:
            peak: at the worst instant of this moment, when the radio sends.
        """
        if self._radio_on:
            load_na = self.draws[currents.RADIO].typical_na
            load_na = max(load_na, currents.RADIO_PEAK_NA) if peak else load_na
        else:
            load_na = self.draws[currents.RUNNING].typical_na
        for pin, level in self._lit.items():
            load_na += self.draws[self._outputs[pin][0]].typical_na * level // 255
        return load_na

    def check(self, now_us: int) -> None:
        """Make sure that the processor was in one state at any time.

        Raises:
            ChargeFault: it was in two at once, or in none.
        """
        times = self.times_us(now_us)
        sum_us = sum(times[state] for state in currents.PROCESSOR_STATES)
        passed_us = self._processor.passed_us(now_us)
        if sum_us != passed_us:
            raise ChargeFault(f"{passed_us} us have passed, the states' times are {sum_us} us")
