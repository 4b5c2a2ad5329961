"""The virtual I2C bus: who answers to which address, and what goes wrong on the wire.

Two kinds of failure are kept apart. What a real bus does to firmware (nobody answers, a transfer
is disturbed) is an `I2cNack`, which firmware sees as the errno of its port. What firmware must
never do to a chip (write a read-only register, ask for a register that the twin does not know)
is a `ChipMisuse`, which has to end the simulation: a real chip would go on silently, wrong.
"""

import errno
from collections.abc import Callable, Mapping
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
        fail_transfer: Callable[[int, int], bool] | None = None,
    ) -> None:
        """Wire the chips.

        Args:
            devices: chip by 7-bit address.
            fail_transfer: given the number of a transfer (from 0) and its address, says whether
                a disturbance spoils it. A spoiled transfer reaches no chip.

        Raises:
            ValueError: an address that 7-bit I2C does not have.
        """
        for address in devices:
            if not 0 <= address <= _ADDRESS_LAST:
                raise ValueError(f"I2C address 0x{address:X}")
        self._devices = dict(devices)
        self._powered = tuple(devices.values())
        self._fail_transfer = fail_transfer
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
            ChipMisuse: the firmware broke the chip's rules. End the simulation.
        """
        transfer_no = self.transfer_count
        self.transfer_count += 1
        spoiled = self._fail_transfer is not None and self._fail_transfer(transfer_no, address)
        device = self._devices.get(address)
        if device is None or spoiled:
            raise I2cNack(address)
        return device.transfer(write, read_count, now_us)
