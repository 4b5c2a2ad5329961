"""What the simulated boards are made of, where they differ. One is chosen when the process starts.

Sources: MicroPython 1.27 to 1.29, ports/esp32 and ports/rp2 (modmachine.c, machine_wdt.c,
machine_pin.c); Seeed wiki, pin map of the XIAO; Raspberry Pi, Pico W data sheet.
"""

import simrt as _rt

_DEFAULT = "xiao_esp32c3"


class _Xiao:
    """Seeed XIAO ESP32-C3."""

    UNAME = ("esp32", "esp32", "1.29.0", "v1.29.0", "Seeed XIAO ESP32C3 with ESP32-C3")
    # D0 to D10.
    PINS = (2, 3, 4, 5, 6, 7, 21, 20, 8, 9, 10)
    # Those of ADC1; ADC2 does not work on this chip (ESP32-C3 errata).
    ADC_PINS = (2, 3, 4)
    RESET_CAUSES = ("PWRON_RESET", "HARD_RESET", "WDT_RESET", "DEEPSLEEP_RESET", "SOFT_RESET")
    ADC_HAS_MICROVOLTS = True
    FREQUENCIES_HZ = (20000000, 40000000, 80000000, 160000000)
    # The task watchdog, whose timer is gated in light sleep, takes any time.
    WATCHDOG_MS_MAX = (1 << 31) - 1
    WATCHDOG_SLEEPS = True
    # Light sleep ends at a level (esp32.wake_on_gpio), not at an edge.
    WAKES_BY_EDGE = False
    # Start-of-frame number of USB_SERIAL_JTAG; GPIO_PIN0 and the pins after it.
    USB_FRAME_ADDRESS = 0x60043024
    PIN_REGISTERS_ADDRESS = 0x60004074
    SCRATCH4_ADDRESS = None

    @staticmethod
    def check_i2c(bus, scl, sda):
        # Any pin can be either, through the GPIO matrix; the chip has one bus.
        if bus != 0:
            raise ValueError("I2C(%d) doesn't exist" % bus)


class _PicoW:
    """Raspberry Pi Pico W."""

    UNAME = ("rp2", "rp2", "1.29.0", "v1.29.0", "Raspberry Pi Pico W with RP2040")
    # 23, 24, 25 and 29 are wired to the radio.
    PINS = frozenset(range(29)) - {23, 24, 25}
    ADC_PINS = (26, 27, 28)
    RESET_CAUSES = ("PWRON_RESET", None, "WDT_RESET")
    ADC_HAS_MICROVOLTS = False
    FREQUENCIES_HZ = (48000000, 125000000, 200000000)
    # Its counter has 24 bits and counts twice a microsecond, in light sleep too.
    WATCHDOG_MS_MAX = 8388
    WATCHDOG_SLEEPS = False
    WAKES_BY_EDGE = True
    # SOF_RD of the USB controller.
    USB_FRAME_ADDRESS = 0x50110048
    PIN_REGISTERS_ADDRESS = None
    SCRATCH4_ADDRESS = 0x4005801C

    @staticmethod
    def check_i2c(bus, scl, sda):
        # Pins go round by four: SDA0, SCL0, SDA1, SCL1.
        if bus not in (0, 1):
            raise ValueError("I2C(%d) doesn't exist" % bus)
        if scl is not None and scl % 4 != 2 * bus + 1:
            raise ValueError("bad SCL pin")
        if sda is not None and sda % 4 != 2 * bus:
            raise ValueError("bad SDA pin")


_BOARDS = {"xiao_esp32c3": _Xiao, "pico_w": _PicoW}

this = _BOARDS[_rt.env("SIM_BOARD") or _DEFAULT]
