"""Raspberry Pi Pico W: the second board. Pins are the RP2040's GP numbers.

What light sleep does on this chip, from MicroPython's ports/rp2 (modmachine.c, machine_wdt.c):

- Pins keep their levels and pull-ups; PWM stops where it is.
- An edge of a pin whose interrupt has a handler ends a sleep that has a length.
- The USB clock stops unless a computer has set the port up.
- The watchdog's time runs on, and it has 8.4 s at most: sleep is cut into pieces of 4 s.
"""

import os
import time

import machine
from micropython import const

from pouch_protocol import constants as c

# I2C0 at pins 6 and 7 of the board. 400 kHz is the fastest speed that TMP117, FDC1004 and
# LSM6DSOX share.
_SDA_PIN = const(4)
_SCL_PIN = const(5)
_I2C_HZ = const(400_000)

# ADC0 gets half of the cell through two 200 kOhm resistors. The board's own divider, on GP29,
# shares that pin with the radio's clock and needs the radio to stand still.
_BATTERY_PIN = const(26)
_BATTERY_DIVIDER = const(2)
_ADC_FULL_SCALE_MV = const(3_300)
_ADC_FULL_SCALE = const(65_535)

_BUTTON_PIN = const(15)
# Red and green share a PWM slice, blue has another: all run at one frequency.
_RED_PIN = const(18)
_GREEN_PIN = const(19)
_BLUE_PIN = const(20)
_MOTOR_PIN = const(21)
# Above what an eye or a camera sees flicker.
_PWM_HZ = const(1_000)

# USB controller, SOF_RD: number of the last start of frame, which a computer sends every
# millisecond and a charger never (pico-sdk, hardware/regs/usb.h). The board's own sense of VBUS
# is behind the radio (WL_GPIO2): asking would start the radio's chip, and a charger has VBUS too.
_USB_FRAME_REGISTER = const(0x50110048)
_USB_FRAME_MASK = const(0x7FF)
# A frame and a fifth.
_USB_FRAME_US = const(1_200)

# A reset by firmware goes through the watchdog too; what is left in its scratch register 4 tells
# them apart: the SDK's watchdog_enable() puts this there, its watchdog_reboot() zero.
_SCRATCH4_REGISTER = const(0x4005801C)
_WATCHDOG_MAGIC = 0x6AB73121


class Board:
    """What the application needs of this board.

    Attributes:
        i2c: the bus to the pod's chips.
    """

    ARCH_NAME = "pico_w"
    # The counter ends at 8,388 ms (ports/rp2/machine_wdt.c).
    WATCHDOG_MS = 8_000
    # Half of that, since the watchdog is fed between two sleeps.
    SLEEP_MS_MAX = 4_000
    # BTstack keeps notifications on the heap without limit, and lets indications overtake them
    # (extmod/btstack/modbluetooth_btstack.c; BTstack, src/ble/att_server.c).
    SENDS_IN_ORDER = False

    def __init__(self) -> None:
        """Claim pins and buses; light and motor are off."""
        # Asked now: starting the watchdog overwrites the register.
        self._reset_cause = _read_reset_cause()
        self.i2c = machine.I2C(
            0, scl=machine.Pin(_SCL_PIN), sda=machine.Pin(_SDA_PIN), freq=_I2C_HZ
        )
        self._battery = machine.ADC(machine.Pin(_BATTERY_PIN))
        self._button = machine.Pin(_BUTTON_PIN, machine.Pin.IN, machine.Pin.PULL_UP)
        self._handler = None
        # Without a handler no edge would end a sleep.
        self._button.irq(self._on_edge)
        self._motor = machine.Pin(_MOTOR_PIN, machine.Pin.OUT, value=0)
        self._colours = tuple(
            machine.PWM(machine.Pin(pin), freq=_PWM_HZ, duty_u16=0)
            for pin in (_RED_PIN, _GREEN_PIN, _BLUE_PIN)
        )
        self._usb_frame = _read_usb_frame()

    def battery_mv(self) -> int:
        """Return the cell's voltage in millivolts, as this moment's load leaves it."""
        raw = self._battery.read_u16()
        return raw * _ADC_FULL_SCALE_MV * _BATTERY_DIVIDER // _ADC_FULL_SCALE

    def reset_cause(self) -> int:
        """Return one of the protocol's RESET constants; this port tells three of them."""
        return self._reset_cause

    def unique_id(self) -> bytes:
        """Return the serial number of the board's flash chip."""
        return machine.unique_id()

    def random_u32(self) -> int:
        """Return 32 bits from the SDK's generator, which the chip's noise feeds."""
        return int.from_bytes(os.urandom(4), "little")

    def random_bytes(self, count: int) -> bytes:
        """Return bytes from the SDK's generator, which the chip's noise feeds."""
        return os.urandom(count)

    def reset(self) -> None:
        """Start again; does not return."""
        machine.reset()

    def start_watchdog(self):  # noqa: ANN201 - the port's own class
        """Start the watchdog, which nothing but a reset stops; return it, to be fed."""
        return machine.WDT(timeout=self.WATCHDOG_MS)

    def light_sleep_ms(self, duration_ms: int) -> None:
        """Sleep, or until an edge of the button. Radio, light and motor must be off.

        Args:
            duration_ms: at most SLEEP_MS_MAX, or the watchdog bites.
        """
        machine.lightsleep(duration_ms)

    def usb_host_present(self) -> bool:
        """Tell whether a computer is on the USB port; takes up to 1.2 ms if there is none.

        A computer that was unplugged since the last call may be told as present once more.
        """
        frame = _read_usb_frame()
        if frame == self._usb_frame:
            time.sleep_us(_USB_FRAME_US)
            frame = _read_usb_frame()
        last, self._usb_frame = self._usb_frame, frame
        return frame != last

    def led(self, red: int, green: int, blue: int) -> None:
        """Set the light's colours, each 0 to 255 as bright as it looks: duty is its square."""
        for index, level in enumerate((red, green, blue)):
            self._colours[index].duty_u16(level * level)

    def vibrate(self, on: bool) -> None:
        """Switch the motor on or off."""
        self._motor.value(1 if on else 0)

    def on_button(self, handler) -> None:
        """Have `handler(pressed)` called at each edge of the button, bounces too.

        Called between two bytecodes of whatever runs, as soft interrupts are, so it may allocate.

        Args:
            handler: takes whether the button is pressed now.
        """
        self._handler = handler

    def button_pressed(self) -> bool:
        """Tell whether the button is held now."""
        return self._button.value() == 0

    def _on_edge(self, _pin) -> None:
        if self._handler is not None:
            self._handler(self.button_pressed())


def _read_reset_cause() -> int:
    if machine.reset_cause() == machine.PWRON_RESET:
        return c.RESET_POWER_ON
    bitten = machine.mem32[_SCRATCH4_REGISTER] == _WATCHDOG_MAGIC
    return c.RESET_WATCHDOG if bitten else c.RESET_HARD


def _read_usb_frame() -> int:
    return machine.mem32[_USB_FRAME_REGISTER] & _USB_FRAME_MASK
