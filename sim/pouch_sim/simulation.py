"""A whole simulated world: one loop, one clock, one radio, any number of bands, one host."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from bumble import hci

from pouch_sim.band import SimBand
from pouch_sim.band_settings import BandSettings, I2cBusLike
from pouch_sim.clock import TrueTime
from pouch_sim.hardware.battery import Cell
from pouch_sim.hardware.boards import BOARDS
from pouch_sim.loop import VirtualLoop
from pouch_sim.radio.adapter import Adapter
from pouch_sim.radio.backend import SimBackend
from pouch_sim.radio.host_settings import HostSettings
from pouch_sim.radio.link import RadioLink, RadioSettings
from pouch_sim.vm.cores import pin_to_one_core

_T = TypeVar("_T")

# A random static address that no band gets, since those are drawn from a hash.
_ADAPTER_ADDRESS = "F0:00:00:00:00:01"

# How often the loop turns so that cancelled tasks can end before it is closed.
_CLOSING_TURNS_MAX = 100


class Simulation:
    """Bands, their surroundings and one host in simulated time. For one run.

    Args:
        seed: all chance in the simulation is drawn from it.
        start_utc_s: Unix seconds at which simulated time starts.
        speed: simulated seconds per real second; None for as fast as it goes.
        radio: how good the radio is; `air.settings` may be changed later.
        host: how the host's Bluetooth behaves; `host` may be changed later.

    Attributes:
        loop: the event loop that everything runs on.
        time: true time, also the host's wall clock.
        air: the radio.
        host: how the host's Bluetooth behaves.
        bands: the bands, in the order in which they were added.
        keys: keys of bands by their labels, as whoever gave them out knows them; another object
            whenever one is added.
    """

    def __init__(
        self,
        seed: int,
        start_utc_s: int,
        speed: float | None = None,
        *,
        radio: RadioSettings | None = None,
        host: HostSettings | None = None,
    ) -> None:
        self.seed = seed
        self.loop = VirtualLoop()
        self.loop.speed = speed
        self.loop.set_exception_handler(self._on_loop_error)
        self.time = TrueTime(lambda: self.loop.now_us, start_utc_s)
        self.air = RadioLink(self.loop, random.Random(seed), radio or RadioSettings())
        self.host = host or HostSettings()
        self.bands: list[SimBand] = []
        self.keys: dict[str, tuple[bytes, ...]] = {}
        self._failure: BaseException | None = None
        self._backend: SimBackend | None = None

    @property
    def speed(self) -> float | None:
        """Simulated seconds per real second; None for as fast as it goes. May be set any time."""
        return self.loop.speed

    @speed.setter
    def speed(self, speed: float | None) -> None:
        self.loop.speed = speed

    def now_utc_s(self) -> float:
        """Return true Unix seconds."""
        return self.time.utc_s

    def add_band(
        self,
        name: str,
        i2c_bus: I2cBusLike,
        *,
        firmware_dir: Path,
        protocol_dir: Path,
        work_dir: Path,
        factory_files: dict[str, bytes] | None = None,
        drift_ppm: float = 0.0,
        boot_at_us: int = 0,
        heap: str = "400K",
        ticks_at_boot_us: int = 0,
        board: str = "xiao_esp32c3",
        cell: Cell | None = None,
    ) -> SimBand:
        """Add a band, which boots by itself when its time comes.

        Args:
            name: unique; names its files and its messages.
            i2c_bus: its chips.
            firmware_dir: holds main.py.
            protocol_dir: holds the package `pouch_protocol`.
            work_dir: gets its flash image and its log. An image that is there is kept.
            factory_files: files in /pouch of a blank flash, by name.
            drift_ppm: error of its crystal; positive runs ahead.
            boot_at_us: true time of its first boot.
            heap: heap of its interpreter.
            ticks_at_boot_us: what its clock shows at boot; to come near a wrap of its ticks.
            board: which board it is, by the name of its file in firmware/boards.
            cell: its battery, which it empties; without one it has 3.9 V for ever.

        Raises:
            ValueError: there is a band of that name, or no such board.
        """
        if board not in BOARDS:
            raise ValueError(f"no board named {board}: there are {', '.join(BOARDS)}")
        if any(band.name == name for band in self.bands):
            raise ValueError(f"two bands named {name}")
        band = SimBand(
            self,
            BandSettings(
                name=name,
                index=len(self.bands),
                i2c_bus=i2c_bus,
                firmware_dir=firmware_dir,
                protocol_dir=protocol_dir,
                factory_files=factory_files or {},
                drift_ppm=drift_ppm,
                boot_at_us=boot_at_us,
                heap=heap,
                work_dir=work_dir,
                ticks_at_boot_us=ticks_at_boot_us,
                board=board,
                cell=cell,
            ),
        )
        self.bands.append(band)
        band.power_on_at(max(boot_at_us, self.loop.now_us))
        return band

    def backend(self) -> SimBackend:
        """Return the bleak backend of the host's adapter, always the same."""
        if self._backend is None:
            address = hci.Address(_ADAPTER_ADDRESS, hci.Address.RANDOM_DEVICE_ADDRESS)
            rng = random.Random(f"{self.seed}:host")
            self._backend = SimBackend(Adapter("host", address, self.air, self.host, rng))
        return self._backend

    def fail(self, error: BaseException) -> None:
        """End the simulation: `run` raises `error`. The first failure counts."""
        if self._failure is None:
            self._failure = error
            self.loop.stop()

    def run(self, main: Coroutine[Any, Any, _T]) -> _T:
        """Run `main` to its end and return its result; no band's process survives this.

        Pins the calling thread to one processor core; see `pin_to_one_core`.

        Raises:
            SimulationError: the simulation failed while `main` ran; or whatever a chip raised.
            Exception: what `main` raised.
        """
        pin_to_one_core()
        task = self.loop.create_task(main)
        try:
            return self.loop.run_until_complete(task)
        except RuntimeError:
            # What run_until_complete says when the loop was stopped by a failure.
            if self._failure is None:
                raise
        finally:
            self._close()
        raise self._failure

    def _close(self) -> None:
        for band in self.bands:
            band.cut_power()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.set_exception_handler(lambda _loop, _context: None)
        for _ in range(_CLOSING_TURNS_MAX):
            if all(task.done() for task in tasks):
                break
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def _on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # An exception in a callback has nobody else to see it. A task's exception has: whoever
        # awaits the task, so that one is only logged as usual.
        error = context.get("exception")
        if error is not None and "handle" in context:
            self.fail(error)
        else:
            loop.default_exception_handler(context)
