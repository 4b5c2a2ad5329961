"""The pins of one board between two resets: levels, duties, interrupts, and who ends its sleep."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pouch_sim.errors import FlashMisuse
from pouch_sim.vm.frames import Refused
from pouch_sim.vm.shadow import opcodes as op

from .boards import BoardFacts

# `machine.Pin` of both ports.
_IRQ_RISING = 1
_IRQ_FALLING = 2

# Interrupt type of an ESP32-C3's GPIO_PINn.
_LOW_LEVEL = 4

_DUTY_MAX = 65_535
_SHOWN_MAX = 255


class Pins:
    """Refuses what the board refuses, and ends the simulation for what it would do wrong.

    Args:
        board: which pins there are.
        show: told of each change of an output: pin, level or duty up to 255.
    """

    def __init__(self, board: BoardFacts, show: Callable[[int, int], None]) -> None:
        self._board = board
        self._show = show
        self._levels: dict[int, int] = {}
        # Last duty of each pin, 16 bits.
        self._duties: dict[int, int] = {}
        # For each pin that was ever listened to: which edges, and whether anybody is called.
        self._listeners: dict[int, tuple[int, bool]] = {}
        # Pins whose interrupt is switched on, and those set to interrupt by level since a sleep.
        self._enabled: set[int] = set()
        self._by_level: set[int] = set()
        # Pins whose low level ends a light sleep, see esp32.wake_on_gpio.
        self._wake_low: tuple[int, ...] = ()
        # Whether firmware was called since light sleep began.
        self._noticed = False

    def check(self, pin: int) -> int:
        """Return the number of a pin that there is.

        Raises:
            Refused: there is none.
        """
        if pin not in self._board.pins:
            raise Refused("ValueError", "invalid pin")
        return pin

    def put(self, pin: int, level: int) -> None:
        """Drive a pin."""
        if self._levels.get(pin) != level:
            self._levels[pin] = level
            self._show(pin, level)

    def duty(self, pin: int) -> int:
        """Return the duty of a pin, 16 bits."""
        return self._duties[pin]

    def set_duty(self, pin: int, duty: int) -> None:
        """Set the duty of a pin, 16 bits.

        Raises:
            Refused: there is no such duty.
        """
        if not 0 <= duty <= _DUTY_MAX:
            raise Refused("ValueError", f"duty_u16 must be from 0 to {_DUTY_MAX}")
        if duty != self._duties.get(pin):
            self._duties[pin] = duty
            # Rounded up, so that the faintest light is not shown as none.
            self._show(pin, min(_SHOWN_MAX, (duty + _SHOWN_MAX) >> 8))

    def listen(self, pin: int, edges: int, called: bool) -> None:
        """Switch a pin's interrupt on."""
        self._listeners[pin] = (edges, called)
        self._enabled.add(pin)
        self._by_level.discard(pin)

    def wake_by(self, pins: Iterable[int]) -> None:
        """Let the low level of these end light sleep."""
        self._wake_low = tuple(pins)

    def set_input(self, pin: int, level: int) -> bool:
        """Take a level from outside; tell whether the firmware is called for it."""
        before = self._levels.get(pin, 1)
        self._levels[pin] = level
        edges, called = self._listeners.get(pin, (0, False))
        edge = _IRQ_RISING if level else _IRQ_FALLING
        listens = called and pin in self._enabled and pin not in self._by_level
        called = listens and level != before and bool(edges & edge)
        self._noticed = self._noticed or called
        return called

    def fall_asleep(self) -> None:
        """Do to the pins what light sleep does to them.

        A PWM stops, at whatever level, and on an ESP32-C3 every output floats: firmware must have
        switched all off. There the port also makes each wake-up pin interrupt by level, for good:
        one whose interrupt is on would interrupt for ever as soon as it has that level.

        Raises:
            FlashMisuse: something is on.
        """
        self._noticed = False
        for pin, duty in self._duties.items():
            if duty:
                raise FlashMisuse(f"light sleep with pin {pin} on")
        for pin in self._wake_low:
            if pin in self._enabled:
                raise FlashMisuse(f"light sleep with the interrupt of wake-up pin {pin} on")
            self._by_level.add(pin)

    @property
    def wake(self) -> bool:
        """Whether they end a light sleep now."""
        if self._board.wakes_by_edge:
            return self._noticed
        return any(self._levels.get(pin, 1) == 0 for pin in self._wake_low)

    def register(self, pin: int) -> int:
        """Return a pin's GPIO_PINn."""
        edges, _ = self._listeners.get(pin, (0, False))
        kind = _LOW_LEVEL if pin in self._by_level else edges
        enabled = op.INTERRUPT_ENABLE_CPU if pin in self._enabled else 0
        return kind << op.INTERRUPT_TYPE_SHIFT | enabled

    def enable(self, pin: int, enabled: bool) -> None:
        """Switch a pin's interrupt on or off, and leave what it listens to."""
        if enabled:
            self._enabled.add(pin)
        else:
            self._enabled.discard(pin)
