"""The virtual I2C bus: who answers to which address, and what goes wrong on the wire.

Two kinds of failure are kept apart. What a real bus does to firmware (nobody answers, a transfer
is disturbed, a line is held low) is an OSError, which firmware sees as the errno of its port.
What firmware must never do to a chip (write a read-only register, ask for a register that the
twin does not know) is a `ChipMisuse`, which has to end the simulation: a real chip would go on
silently, wrong.
"""

import errno
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Protocol

from pouch_sim.errors import SimulationError

# The widest 7-bit address; above it the I2C specification has only reserved codes.
_ADDRESS_LAST = 0x77


class ChipMisuse(SimulationError):
    """Firmware did what the data sheet forbids or the twin does not model.

    Let it end the simulation; turning it into an errno would hide the bug it reports.
    """

    def __init__(self, chip: str, register: int | None, complaint: str) -> None:
        """Name the place.

        Args:
            chip: the chip's name on the pod.
            register: register address, or None where no register is involved.
            complaint: what was wrong, as one clause.
        """
        where = chip if register is None else f"{chip} register 0x{register:02X}"
        super().__init__(f"{where}: {complaint}")


class I2cNack(OSError):
    """Nobody acknowledged: the chip is absent, or the transfer was disturbed.

    Its errno is ENODEV, which the ESP32 port of MicroPython raises for a missing acknowledge.
    """

    def __init__(self, address: int) -> None:
        """Name the address that did not answer."""
        super().__init__(errno.ENODEV, f"no I2C device answers at 0x{address:02X}")


class I2cTimeout(OSError):
    """A line is held low and the master gave up after its bus time-out.

    Its errno is ETIMEDOUT, which the ESP32 port raises; the time has to pass at the caller.
    """

    def __init__(self) -> None:
        """Take no arguments: the whole bus is stuck, not one chip."""
        super().__init__(errno.ETIMEDOUT, "I2C bus is stuck")


class Disturbance(Enum):
    """What can become of one transfer."""

    UNHEARD = "no chip takes part, nobody acknowledges"
    UNSEEN = "the chip does what was asked, the master sees no acknowledge and no data"
    STUCK = "a line is held low: no chip takes part, the master waits for its time-out"


# Given the number of a transfer (from 0) and its address, says whether a disturbance spoils it,
# and which; True stands for UNHEARD.
FailTransfer = Callable[[int, int], bool | Disturbance]


def spoil(
    first_no: int, count: int = 1, disturbance: Disturbance = Disturbance.UNHEARD
) -> FailTransfer:
    """Return a `fail_transfer` that spoils some transfers running, whatever their address.

    Args:
        first_no: number of the first one.
        count: how many. A driver's second try is a transfer too: two spoil both.
        disturbance: what becomes of each.
    """

    def fail_transfer(transfer_no: int, _address: int) -> bool | Disturbance:
        return disturbance if 0 <= transfer_no - first_no < count else False

    return fail_transfer


class I2cDevice(Protocol):
    """One chip on the bus."""

    def power_on(self, now_us: int) -> None:
        """Forget everything: the supply came back at a true time in microseconds."""
        ...

    def transfer(self, write: bytes, read_count: int, now_us: int) -> bytes:
        """Take the written bytes, then give `read_count` bytes after a repeated start.

        Args:
            write: bytes after the address, possibly none.
            read_count: bytes asked for, possibly none.
            now_us: true time in microseconds, never less than at the call before.
        """
        ...


class I2cBus:
    """Passes transfers to chips by address."""

    def __init__(
        self,
        devices: Mapping[int, I2cDevice],
        *,
        fail_transfer: FailTransfer | None = None,
        stuck_us: tuple[int, int] | None = None,
    ) -> None:
        """Wire the chips.

        Args:
            devices: chip by 7-bit address.
            fail_transfer: which transfers are disturbed.
            stuck_us: true times in microseconds from and until which a line is held low: every
                transfer in between is STUCK.

        Raises:
            ValueError: an address that 7-bit I2C does not have.
        """
        for address in devices:
            if not 0 <= address <= _ADDRESS_LAST:
                raise ValueError(f"I2C address 0x{address:X}")
        self._devices = dict(devices)
        self._powered = tuple(devices.values())
        self._fail_transfer = fail_transfer
        self._stuck_us = stuck_us or (0, 0)
        self.transfer_count = 0

    def power_on(self, now_us: int) -> None:
        """Give every chip the reset of a returning supply, detached ones too.

        Args:
            now_us: true time in microseconds.
        """
        for device in self._powered:
            device.power_on(now_us)

    def detach(self, address: int) -> None:
        """Break the connection to one chip: from now on nobody answers there."""
        self._devices.pop(address, None)

    def scan(self) -> list[int]:
        """Return the addresses that answer, in order."""
        return sorted(self._devices)

    def transfer(self, address: int, write: bytes, read_count: int, now_us: int) -> bytes:
        """Run one transfer: write, and where asked a repeated start and a read.

        Args:
            address: 7-bit address.
            write: bytes to write, possibly none.
            read_count: bytes to read, possibly none.
            now_us: true time in microseconds.

        Raises:
            I2cNack: nobody answers, or the transfer was spoiled. Give the errno to the firmware.
            I2cTimeout: the bus is stuck. As above, after the master's time-out.
            ChipMisuse: the firmware broke the chip's rules. End the simulation.
        """
        transfer_no = self.transfer_count
        self.transfer_count += 1
        spoiled = self._fail_transfer is not None and self._fail_transfer(transfer_no, address)
        stuck_from_us, stuck_until_us = self._stuck_us
        if spoiled is Disturbance.STUCK or stuck_from_us <= now_us < stuck_until_us:
            raise I2cTimeout
        device = self._devices.get(address)
        if device is None or spoiled in (True, Disturbance.UNHEARD):
            raise I2cNack(address)
        data = device.transfer(write, read_count, now_us)
        if spoiled is Disturbance.UNSEEN:
            raise I2cNack(address)
        return data
