"""One simulated band: firmware in MicroPython, chips on a bus, flash, crystal, radio, battery.

    power_on               firmware resets, watchdog
OFF --------> RUNNING -------------------------------> RUNNING, after BOOT_US
    <--------
    cut_power, flash cut, main.py ended
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable

from pouch_sim.band_settings import BandHost, BandSettings, BandStats
from pouch_sim.clock import Crystal
from pouch_sim.errors import BandCrashed, FlashMisuse
from pouch_sim.hardware.boards import BOARDS
from pouch_sim.hardware.charge import ChargeAccount
from pouch_sim.hardware.flash import FlashImage, PowerCut
from pouch_sim.hardware.machine import PWRON_RESET, Machine
from pouch_sim.hardware.modules import Reset
from pouch_sim.hardware.supply import Supply
from pouch_sim.hardware.usb import UsbPort
from pouch_sim.radio.addresses import BandAddresses
from pouch_sim.radio.module import BleModule, BluetoothModule
from pouch_sim.radio.peripheral import Peripheral
from pouch_sim.vm import frames
from pouch_sim.vm.process import BootSettings, VmProcess
from pouch_sim.vm.shadow import opcodes as op
from pouch_sim.vm.vm import Answer, Spent, Vm

# From power or reset to the first line of main.py on an ESP32-C3: boot loader, MicroPython's
# start, mounting the file system. An order of magnitude, not a measurement of our board.
BOOT_US = 300_000

# A board senses its battery through two equal resistors, since its input ends at 3.3 V.
_UV_PER_BATTERY_MV = 500

_LOG_LINES_IN_ERROR = 3
_UNIQUE_ID_BYTES = 6


class SimBand:
    """A band in a simulation. Made by `Simulation.add_band`.

    Attributes:
        name: of the band.
        flash: its flash, which outlives power cuts.
        usb: its USB port, with no cable in it at first. Plugging it charges nothing.
        stats: counters.
        account: what it drew, by state.
        cell: its battery, or None where that is a constant voltage.
        battery_mv: voltage of its battery at a true time in microseconds; may be replaced.
    """

    def __init__(self, simulation: BandHost, settings: BandSettings) -> None:
        self._simulation = simulation
        self._settings = settings
        self.name = settings.name
        self.stats = BandStats()
        self.account = ChargeAccount(settings.board)
        self.cell = settings.cell
        self._supply = Supply(self.account, settings.cell)
        self.battery_mv: Callable[[int], int] = self._supply.battery_mv
        self._log_path = settings.work_dir / f"{settings.name}.log"
        self._factory_dir = settings.work_dir / f"{settings.name}.factory"
        settings.work_dir.mkdir(parents=True, exist_ok=True)
        self._factory_dir.mkdir(exist_ok=True)
        for name, data in settings.factory_files.items():
            (self._factory_dir / name).write_bytes(data)
        self._root_dir = settings.work_dir / f"{settings.name}.root"
        self._log_path.write_bytes(b"")
        self.flash = FlashImage(settings.work_dir / f"{settings.name}.flash")
        self._crystal = Crystal(settings.drift_ppm, settings.ticks_at_boot_us)
        self._vm: Vm | None = None
        self._machine: Machine | None = None
        self._boot_timer: asyncio.TimerHandle | None = None
        self._off = asyncio.Event()
        self.usb = UsbPort(
            simulation.loop, self._post, lambda: self._vm is not None and self._vm.asleep
        )
        bluetooth = BOARDS[settings.board].bluetooth
        self._radio = Peripheral(
            settings.name,
            BandAddresses(random.Random(f"{simulation.seed}:{settings.index}:radio"), bluetooth),
            simulation.air,
            self._post,
            self.account.radio,
            bluetooth,
        )

    def _derive(self, purpose: str, count: int) -> bytes:
        text = f"{self._simulation.seed}:{self._settings.index}:{purpose}"
        return hashlib.sha256(text.encode()).digest()[:count]

    @property
    def address(self) -> str:
        """Its Bluetooth address of now, as a scanner shows it, or the last one if it is off."""
        return self._radio.address

    @property
    def unique_id(self) -> bytes:
        """What its `machine.unique_id()` says."""
        return self._derive("unique id", _UNIQUE_ID_BYTES)

    @property
    def is_on(self) -> bool:
        """Whether it has power and firmware, running or about to boot."""
        return self._vm is not None or self._boot_timer is not None

    @property
    def in_range(self) -> bool:
        """Whether others hear its radio; set it to carry the band away and back."""
        return self._radio.in_range

    @in_range.setter
    def in_range(self, in_range: bool) -> None:
        self._radio.in_range = in_range

    @property
    def notification_count(self) -> int:
        """Notifications its firmware sent."""
        return self._radio.notification_count

    @property
    def waiting_count_max(self) -> int:
        """The most values for its central that ever lay on its heap, on a stack that does that."""
        return self._radio.waiting_count_max

    def log_text(self) -> str:
        """Return what its firmware printed since the band was made."""
        return self._log_path.read_text(errors="replace")

    def power_on(self) -> None:
        """Give it power; it boots `BOOT_US` later. Harmless when it is on."""
        if not self.is_on:
            self._boot_later(PWRON_RESET, self._simulation.loop.now_us + BOOT_US)

    def power_on_at(self, true_us: int) -> None:
        """Boot at a given true time in microseconds since the start of the simulation."""
        self._boot_later(PWRON_RESET, true_us)

    def cut_power(self) -> None:
        """Take its power away at this instant, in the middle of whatever it does."""
        if self._boot_timer is not None:
            self._boot_timer.cancel()
            self._boot_timer = None
        self._end_vm()
        now_us = self._simulation.loop.now_us
        self._supply.settle(now_us)
        self.account.power_off(now_us)
        self._off.set()

    def plug_charger(self) -> None:
        """Charge its cell from now on, and run it meanwhile; a band that is off starts."""
        self._supply.plug(True, self._simulation.loop.now_us)
        self.power_on()

    def unplug_charger(self) -> None:
        """Let it live on its cell again."""
        self._supply.plug(False, self._simulation.loop.now_us)

    def _brown_out(self) -> None:
        if self._vm is not None:
            self.stats.brown_outs += 1
            self.cut_power()

    def _end_vm(self) -> None:
        if self._vm is not None:
            self._vm.end()
            self._vm = None
            self.flash.power_off()
            self.usb.forget()
            self._radio.power_off()

    def set_pin(self, pin: int, level: int) -> None:
        """Set an input pin, such as the button."""
        if self._vm is not None and self._machine is not None:
            called = self._machine.pins.set_input(pin, level)
            payload = bytes((pin, level, called))
            self._vm.post(op.PIN_IN, payload, wakes=self._machine.pins.wake)

    async def until_off(self) -> None:
        """Wait until its power is cut or its firmware ended."""
        await self._off.wait()

    def _boot_later(self, cause: int, true_us: int) -> None:
        self._off.clear()
        self._boot_timer = self._simulation.loop.call_at_us(true_us, self._boot, cause)

    def _boot(self, cause: int) -> None:
        self._boot_timer = None
        settings = self._settings
        now_us = self._simulation.loop.now_us
        if cause == PWRON_RESET:
            powered_us = max(0, now_us - BOOT_US)
            settings.i2c_bus.power_on(powered_us)
            self.account.power_on(powered_us)
        self.account.start(settings.ticks_at_boot_us, now_us)
        self.stats.boots += 1
        self.usb.booted()
        self._crystal.boot(now_us)
        self._machine = self._new_machine(cause)
        process = VmProcess(
            BootSettings(
                root_dir=self._root_dir,
                firmware_dir=settings.firmware_dir,
                protocol_dir=settings.protocol_dir,
                factory_dir=self._factory_dir if self.flash.is_blank else None,
                flash_path=self.flash.path,
                heap=settings.heap,
            ),
            self._log_path,
        )
        self.flash.power_on()
        self._vm = Vm(self.name, process, self._simulation.loop, self._crystal, self, self._fail)
        self._vm.start()

    def _new_machine(self, cause: int) -> Machine:
        return Machine(
            BOARDS[self._settings.board],
            reset_cause=cause,
            unique_id=self.unique_id,
            seed=f"{self._simulation.seed}:{self._settings.index}:{self.stats.boots}",
            show=self._show,
            microvolts=lambda true_us: self.battery_mv(true_us) * _UV_PER_BATTERY_MV,
            local_us=self._crystal.local_us,
            usb_present=lambda: self.usb.plugged,
            others={"bluetooth": BluetoothModule(), "ble": BleModule(self._radio)},
        )

    def _show(self, pin: int, level: int, true_us: int) -> None:
        self.stats.pins[pin] = level
        self.stats.pin_log.append((true_us, pin, level))
        self.account.output(pin, level, true_us)

    def _post(self, opcode: int, payload: bytes) -> None:
        if self._vm is not None:
            self._vm.post(opcode, payload)

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, BandCrashed):
            lines = self.log_text().strip().splitlines()[-_LOG_LINES_IN_ERROR:]
            error = BandCrashed(f"{error}; log ends: {' | '.join(lines)}")
        self._simulation.fail(error)

    # What the firmware asks for; see pouch_sim.vm.vm.Services.

    def transfer_i2c(
        self, _bus: int, address: int, write: bytes, read_count: int, true_us: int
    ) -> bytes:
        """Do an I2C transfer. All buses of a board are wired to the same chips."""
        self.stats.i2c_transfers += 1
        data = self._settings.i2c_bus.transfer(address, write, read_count, true_us)
        self.account.transfer(address, write, read_count, true_us)
        return data

    def serve(self, opcode: int, payload: bytes, true_us: int) -> Answer:
        """Serve a request other than I2C."""
        try:
            return self._serve(opcode, payload, true_us)
        except FlashMisuse as misuse:
            self._misused(str(misuse))
        except PowerCut:
            self.cut_power()
        except Reset as reset:
            self._reset(reset.cause, true_us)
        return None

    def _serve(self, opcode: int, payload: bytes, true_us: int) -> Answer:
        if opcode in op.OF_THE_BOARD:
            assert self._machine is not None
            return self._machine.serve(opcode, payload, true_us)
        if opcode in op.OF_THE_RADIO:
            return self._radio.serve(opcode, payload)
        if opcode in op.OF_THE_FLASH:
            return self._serve_flash(opcode, payload)
        if opcode in op.OF_THE_PORT:
            return self._serve_port(opcode, payload, true_us)
        if opcode == op.RESET:
            self._reset(frames.numbers(payload)[0], true_us)
        elif opcode == op.MISUSE:
            self._misused(payload.decode())
        elif opcode == op.EXIT:
            self._exited(payload.decode())
        return None

    def _serve_flash(self, opcode: int, payload: bytes) -> Answer:
        if opcode == op.STARTED:
            self.flash.started()
            return None
        (number,), data = frames.U32.unpack_from(payload), payload[frames.U32.size :]
        if opcode == op.FLASH_PROGRAM:
            return frames.number(self.flash.program(number, data))
        return frames.number(self.flash.erase(number))

    def _serve_port(self, opcode: int, payload: bytes, true_us: int) -> Answer:
        if opcode == op.USB_INTERRUPT_KEY:
            self.usb.interrupt_key = payload[0]
            return None
        if opcode == op.USB_TEXT:
            payload = payload.replace(b"\n", b"\r\n")
        return frames.number(self.usb.take(payload, true_us))

    def woken(self, true_us: int) -> None:
        """It goes on after waiting."""
        self.account.woken(true_us)

    def wear(self) -> tuple[int, int, int]:
        """Return the counters of its flash since boot."""
        since = self.flash.since_boot
        return since.programs, since.erases, since.programmed_bytes

    def idle(self, spent: Spent, true_us: int) -> bool:
        """Take the counters; tell whether it goes on at once."""
        self.account.idle(spent, true_us)
        if self._supply.too_weak(true_us):
            # Not from inside its own request.
            self._simulation.loop.call_soon(self._brown_out)
        assert self._vm is not None
        assert self._machine is not None
        self.stats.frames = self._vm.frame_count
        if spent.state != op.ASLEEP:
            return False
        try:
            self._machine.pins.fall_asleep()
        except FlashMisuse as misuse:
            self._misused(str(misuse))
        return self._machine.pins.wake

    def _reset(self, cause: int, true_us: int) -> None:
        self._end_vm()
        self.account.reset(true_us)
        self._boot_later(cause, self._simulation.loop.now_us + BOOT_US)

    def _misused(self, what: str) -> None:
        self.cut_power()
        self._simulation.fail(FlashMisuse(f"band {self.name}: {what}"))

    def _exited(self, error_text: str) -> None:
        # A board whose main.py ended sits at its prompt: no radio task, no sampling. Ending with
        # an exception is always a bug, since the app has a handler of last resort.
        self.cut_power()
        if error_text:
            self._fail(BandCrashed(f"band {self.name}: firmware ended with {error_text}"))
