"""Seeed XIAO ESP32-C3: the reference board. Pins are the ESP32-C3's GPIO numbers.

What light sleep does on this chip, from MicroPython's ports/esp32 (modmachine.c, machine_pin.c)
and ESP-IDF (sleep_gpio.c, gpio.c):

- Every pin floats, pull-ups too: button and motor need resistors of their own (docs/BAND.md).
- PWM stops. The USB port stops, and a computer takes the band for unplugged.
- A level of the button's pin ends it. The port arms that by making the pin interrupt by level
  from then on; with its interrupt on, a held button would interrupt without end and nothing else
  would run. So the interrupt is off during sleep and set up anew after it.
- The watchdog's timer is gated with the other peripherals, so its time does not run.
"""

import os
import time

import esp32
import machine
from micropython import const

from pouch_protocol import constants as c

# D4 and D5 of the XIAO, its I2C pins (Seeed wiki, pin map). 400 kHz is the fastest speed that
# TMP117, FDC1004 and LSM6DSOX share.
_SDA_PIN = const(6)
_SCL_PIN = const(7)
_I2C_HZ = const(400_000)

# The XIAO does not measure its own cell: D0 gets half of it through two 200 kOhm resistors.
_BATTERY_PIN = const(2)
_BATTERY_DIVIDER = const(2)

# D1 to ground; D2, D3 and D10 to the light's anodes; D7 to the motor's transistor.
_BUTTON_PIN = const(3)
_RED_PIN = const(4)
_GREEN_PIN = const(5)
_BLUE_PIN = const(10)
_MOTOR_PIN = const(20)
# Above what an eye or a camera sees flicker.
_PWM_HZ = const(1_000)

# GPIO_PIN3_REG, of the button's pin, and its field INT_ENA (ESP32-C3 technical reference manual,
# GPIO matrix registers).
_BUTTON_REGISTER = const(0x60004080)
_INTERRUPT_ENABLE = const(0x1F << 13)

# Bluetooth needs at least 80 MHz; at the 160 MHz after reset an idle processor draws more, and
# this one is mostly idle while it is awake (ESP32-C3 data sheet, modem-sleep currents).
_CPU_HZ = const(80_000_000)

# USB_SERIAL_JTAG_FRAM_NUM_REG: number of the last start of frame, which a computer sends every
# millisecond and a charger never (ESP-IDF, soc/esp32c3/usb_serial_jtag_reg.h).
_USB_FRAME_REGISTER = const(0x60043024)
_USB_FRAME_MASK = const(0x7FF)
# A frame and a fifth.
_USB_FRAME_US = const(1_200)

# A reset by firmware is HARD here; a brown-out counts as power on.
_RESET_CAUSES = {
    machine.PWRON_RESET: c.RESET_POWER_ON,
    machine.HARD_RESET: c.RESET_HARD,
    machine.WDT_RESET: c.RESET_WATCHDOG,
    machine.DEEPSLEEP_RESET: c.RESET_DEEP_SLEEP,
    machine.SOFT_RESET: c.RESET_SOFT,
}


class Board:
    """What the application needs of this board.

    Attributes:
        i2c: the bus to the pod's chips.
    """

    ARCH_NAME = "xiao_esp32c3"
    # Twice the longest sleep: right whether or not its time runs in light sleep.
    WATCHDOG_MS = 60_000
    # The accelerometer's FIFO is to be emptied every 30 s, so nothing asks for longer.
    SLEEP_MS_MAX = 30_000
    # NimBLE refuses what it has no room for, and sends the rest in its order.
    SENDS_IN_ORDER = True

    def __init__(self) -> None:
        """Claim pins and buses; light and motor are off."""
        machine.freq(_CPU_HZ)
        self.i2c = machine.I2C(
            0, scl=machine.Pin(_SCL_PIN), sda=machine.Pin(_SDA_PIN), freq=_I2C_HZ
        )
        self._battery = machine.ADC(machine.Pin(_BATTERY_PIN))
        self._button = machine.Pin(_BUTTON_PIN, machine.Pin.IN, machine.Pin.PULL_UP)
        self._handler = None
        self._motor = machine.Pin(_MOTOR_PIN, machine.Pin.OUT, value=0)
        self._colours = tuple(
            machine.PWM(machine.Pin(pin), freq=_PWM_HZ, duty_u16=0)
            for pin in (_RED_PIN, _GREEN_PIN, _BLUE_PIN)
        )
        self._usb_frame = _read_usb_frame()

    def battery_mv(self) -> int:
        """Return the cell's voltage in millivolts, as this moment's load leaves it."""
        return self._battery.read_uv() * _BATTERY_DIVIDER // 1000

    def reset_cause(self) -> int:
        """Return one of the protocol's RESET constants."""
        return _RESET_CAUSES.get(machine.reset_cause(), c.RESET_UNKNOWN)

    def unique_id(self) -> bytes:
        """Return the chip's own serial number."""
        return machine.unique_id()

    def random_u32(self) -> int:
        """Return 32 bits from the chip's hardware generator."""
        return int.from_bytes(os.urandom(4), "little")

    def random_bytes(self, count: int) -> bytes:
        """Return bytes from the chip's hardware generator."""
        return os.urandom(count)

    def reset(self) -> None:
        """Start again; does not return."""
        machine.reset()

    def start_watchdog(self):  # noqa: ANN201 - the port's own class
        """Start the watchdog, which nothing but a reset stops; return it, to be fed."""
        return machine.WDT(timeout=self.WATCHDOG_MS)

    def light_sleep_ms(self, duration_ms: int) -> None:
        """Sleep, or until the button is pressed. Radio, light and motor must be off.

        A button that is held down already does not end the sleep: one that is stuck would keep
        the band awake until its battery is empty.

        Args:
            duration_ms: at most SLEEP_MS_MAX.
        """
        pressed = self.button_pressed()
        esp32.wake_on_gpio(() if pressed else (self._button,), esp32.WAKEUP_ALL_LOW)
        machine.mem32[_BUTTON_REGISTER] &= ~_INTERRUPT_ENABLE
        machine.lightsleep(duration_ms)
        if self._handler is not None:
            self._listen()
            if self.button_pressed() != pressed:
                self._handler(not pressed)

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
        """Have `handler(pressed)` called at edges of the button, bounces too.

        Called between two bytecodes of whatever runs, as soft interrupts are, so it may allocate.
        Edges during light sleep are not seen: a difference across one is told after it.

        Args:
            handler: takes whether the button is pressed now.
        """
        self._handler = handler
        self._listen()

    def button_pressed(self) -> bool:
        """Tell whether the button is held now."""
        return self._button.value() == 0

    def _listen(self) -> None:
        self._button.irq(self._on_edge)

    def _on_edge(self, _pin) -> None:
        if self._handler is not None:
            self._handler(self.button_pressed())


def _read_usb_frame() -> int:
    return machine.mem32[_USB_FRAME_REGISTER] & _USB_FRAME_MASK
