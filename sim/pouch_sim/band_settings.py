"""What a simulated band is made of, what it needs of its simulation, and what is counted of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pouch_sim.hardware.battery import Cell
from pouch_sim.loop import VirtualLoop
from pouch_sim.radio.link import RadioLink


class I2cBusLike(Protocol):
    """The bus a band's chips are on."""

    def transfer(self, address: int, write: bytes, read_count: int, now_us: int) -> bytes:
        """Do a transfer at a true time; OSError is for the firmware, all else is our bug."""
        ...

    def power_on(self, now_us: int) -> None:
        """Reset every chip: its supply came back at a true time in microseconds."""
        ...


class BandHost(Protocol):
    """What a band needs of the simulation it is in."""

    @property
    def seed(self) -> int:
        """Seed of all chance."""
        ...

    @property
    def loop(self) -> VirtualLoop:
        """Loop whose clock is true time."""
        ...

    @property
    def air(self) -> RadioLink:
        """The radio around it."""
        ...

    def fail(self, error: BaseException) -> None:
        """End the simulation with this error."""
        ...


@dataclass(frozen=True)
class BandSettings:
    """What a band is made of. `Simulation.add_band` documents the fields."""

    name: str
    index: int
    i2c_bus: I2cBusLike
    firmware_dir: Path
    protocol_dir: Path
    factory_files: dict[str, bytes]
    drift_ppm: float
    boot_at_us: int
    heap: str
    work_dir: Path
    ticks_at_boot_us: int
    board: str
    cell: Cell | None


@dataclass
class BandStats:
    """What a band did so far.

    Attributes:
        boots: how often it started.
        brown_outs: how often its cell was too weak for it.
        i2c_transfers: transfers on its bus.
        frames: frames it sent to the simulator; what it cost.
        pins: level of each output pin: 0 or 1, and 0 to 255 for one with a duty.
        pin_log: each change of those: true time in microseconds, pin, level.
    """

    boots: int = 0
    brown_outs: int = 0
    i2c_transfers: int = 0
    frames: int = 0
    pins: dict[int, int] = field(default_factory=dict)
    pin_log: list[tuple[int, int, int]] = field(default_factory=list)
