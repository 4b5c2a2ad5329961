"""One board between two resets: what is asked of it from inside the band.

The stand-ins in the band (vm/shadow) share its heap with the firmware, so they only pass on what
they are asked; all that is known of a board is here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pouch_sim.errors import FlashMisuse
from pouch_sim.vm import frames, named
from pouch_sim.vm.frames import Refused
from pouch_sim.vm.shadow import opcodes as op

from .boards import BoardFacts
from .modules import WDT_RESET, Esp32Module, MachineModule, OsModule, TimeModule
from .pins import Pins

PWRON_RESET = 1

_REGISTER_BYTES = 4
# A pin's number is in the lower bits of an answer, its register's address above them.
_PIN_BITS = 8
# What watchdog_enable() leaves in an RP2040's scratch register; a reset by firmware leaves 0.
_WATCHDOG_MAGIC = 0x6AB73121
# A computer sends a start of frame every millisecond.
_US_PER_USB_FRAME = 1_000
_USB_FRAME_MASK = 0x7FF


class Machine:
    """One board from one reset to the next.

    Args:
        board: what it is made of.
        reset_cause: why it starts.
        unique_id: of its chip.
        seed: text from which its random numbers are drawn.
        show: told of each change of an output: pin, level, true time.
        microvolts: voltage on its analogue input at a true time.
        local_us: what its clock shows at a true time.
        usb_present: tells whether a computer is on its USB port.
        others: who else is asked by name, such as its radio.

    Attributes:
        pins: its pins.
    """

    def __init__(
        self,
        board: BoardFacts,
        *,
        reset_cause: int,
        unique_id: bytes,
        seed: str,
        show: Callable[[int, int, int], None],
        microvolts: Callable[[int], int],
        local_us: Callable[[int], int],
        usb_present: Callable[[], bool],
        others: dict[object, object],
    ) -> None:
        self._board = board
        self._cause = reset_cause
        self._usb_present = usb_present
        # True time of the request that is being served.
        self._true_us = 0
        self.pins = Pins(board, lambda pin, level: show(pin, level, self._true_us))
        self._owners = dict(others)
        if board.uname[0] == "esp32":
            self._owners["esp32"] = Esp32Module()
        self._owners["os"] = OsModule(board, seed)
        self._owners["time"] = TimeModule(lambda: local_us(self._true_us))
        self._owners["machine"] = MachineModule(
            board,
            self.pins,
            reset_cause=reset_cause,
            unique_id=unique_id,
            microvolts=lambda: microvolts(self._true_us),
            parts=self._owners,
        )

    def serve(self, opcode: int, payload: bytes, true_us: int) -> bytes | Awaitable[bytes]:
        """Do what the firmware asks.

        Raises:
            Refused: the board refuses.
            OSError: as Refused.
            FlashMisuse: the board would do something wrong.
        """
        self._true_us = true_us
        if opcode == op.CALL:
            return named.answer(self._owners, payload)
        if opcode == op.TELL:
            named.repeat(self._owners, payload)
            return b""
        pins = self.pins
        if opcode == op.PIN_OUT:
            pins.put(*payload)
        elif opcode == op.PIN_LISTEN:
            pin, edges, called = payload
            pins.listen(pin, edges, bool(called))
        elif opcode == op.PIN_WAKE:
            self._wake_by(*payload)
        elif opcode == op.REGISTER_WRITE:
            address, value = frames.numbers(payload)
            pins.enable(self._pin_of(address), bool(value & op.INTERRUPT_ENABLE))
        else:
            return self._answer(opcode, *frames.numbers(payload))
        return b""

    def _answer(self, opcode: int, number: int, *more: int) -> bytes:
        if opcode == op.REGISTER_READ:
            return self._read(number)
        if opcode == op.PIN:
            return frames.number(self.pins.check(number) | self._register_of(number) << _PIN_BITS)
        if opcode == op.WATCHDOG:
            return frames.number(self._start_watchdog(number))
        self._check_bus(number, *more)
        return b""

    def _start_watchdog(self, timeout_ms: int) -> bool:
        if not 0 < timeout_ms <= self._board.watchdog_ms_max:
            raise Refused("ValueError", f"timeout exceeds {self._board.watchdog_ms_max}")
        return self._board.watchdog_sleeps

    def _check_bus(self, bus: int, scl: int, sda: int) -> None:
        error = self._board.i2c_error(bus, scl, sda)
        if error is not None:
            raise Refused("ValueError", error)

    def _wake_by(self, level: int, *pins: int) -> None:
        if level:
            raise FlashMisuse("only a low level that wakes is simulated")
        self.pins.wake_by(pins)

    # The registers that firmware touches; any other ends the simulation. One that reads as nothing
    # is 0 until an event.

    def _read(self, address: int) -> bytes:
        if address == self._board.usb_frame_address:
            frame = self._true_us // _US_PER_USB_FRAME & _USB_FRAME_MASK
            return frames.number(frame) if self._usb_present() else b""
        if address == self._board.scratch4_address:
            return frames.number(_WATCHDOG_MAGIC if self._cause == WDT_RESET else 0)
        return frames.number(self.pins.register(self._pin_of(address)))

    def _register_of(self, pin: int) -> int:
        base = self._board.pin_registers_address
        return 0 if base is None else base + _REGISTER_BYTES * pin

    def _pin_of(self, address: int) -> int:
        base = self._board.pin_registers_address
        offset = -1 if base is None else address - base
        pin, rest = divmod(offset, _REGISTER_BYTES)
        if rest or pin not in self._board.pins:
            raise FlashMisuse(f"read of register 0x{address:08x}")
        return pin
