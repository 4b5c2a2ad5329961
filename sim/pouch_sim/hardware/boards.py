"""What the simulated boards are made of, where they differ.

Sources: MicroPython 1.27 to 1.29, ports/esp32 and ports/rp2 (modmachine.c, machine_wdt.c,
machine_pin.c); Seeed wiki, pin map of the XIAO; Raspberry Pi, Pico W data sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

from pouch_sim.radio.profile import BTSTACK, NIMBLE, StackProfile

NO_PIN = -1


@dataclass(frozen=True)
class BoardFacts:
    """One kind of board.

    Attributes:
        uname: what `os.uname()` says.
        pins: those that firmware can use.
        adc_pins: those of them with an analogue input.
        reset_causes: the causes that its port can tell, by their names in `machine`.
        has_microvolts: whether its analogue inputs know `read_uv`.
        frequencies_hz: clocks of its processor; the last is that after a reset.
        watchdog_ms_max: longest time of its watchdog.
        watchdog_sleeps: whether that stands still in light sleep.
        wakes_by_edge: whether an edge ends light sleep; else a level does (esp32.wake_on_gpio).
        usb_frame_address: register with the number of the last start of frame.
        pin_registers_address: register of pin 0, those of the others follow; None for none.
        scratch4_address: the watchdog's scratch register 4; None for none.
        any_i2c_pin: whether any pin can be of the one bus; else there are two, with their pins.
        bluetooth: its Bluetooth host stack.
    """

    uname: tuple[str, str, str, str, str]
    pins: frozenset[int]
    adc_pins: frozenset[int]
    reset_causes: dict[str, int]
    has_microvolts: bool
    frequencies_hz: tuple[int, ...]
    watchdog_ms_max: int
    watchdog_sleeps: bool
    wakes_by_edge: bool
    usb_frame_address: int
    pin_registers_address: int | None
    scratch4_address: int | None
    any_i2c_pin: bool
    bluetooth: StackProfile

    def i2c_error(self, bus: int, scl: int, sda: int) -> str | None:
        """Return what its port says of a bus on these pins (NO_PIN: the usual ones), or None."""
        if bus not in ((0,) if self.any_i2c_pin else (0, 1)):
            return f"I2C({bus}) doesn't exist"
        if self.any_i2c_pin:
            # Through the GPIO matrix.
            return None
        # Pins go round by four: SDA0, SCL0, SDA1, SCL1.
        if scl != NO_PIN and scl % 4 != 2 * bus + 1:
            return "bad SCL pin"
        if sda != NO_PIN and sda % 4 != 2 * bus:
            return "bad SDA pin"
        return None


XIAO_ESP32C3 = BoardFacts(
    uname=("esp32", "esp32", "1.29.0", "v1.29.0", "Seeed XIAO ESP32C3 with ESP32-C3"),
    # D0 to D10.
    pins=frozenset((2, 3, 4, 5, 6, 7, 21, 20, 8, 9, 10)),
    # Those of ADC1; ADC2 does not work on this chip (ESP32-C3 errata).
    adc_pins=frozenset((2, 3, 4)),
    reset_causes={
        "PWRON_RESET": 1,
        "HARD_RESET": 2,
        "WDT_RESET": 3,
        "DEEPSLEEP_RESET": 4,
        "SOFT_RESET": 5,
    },
    has_microvolts=True,
    frequencies_hz=(20_000_000, 40_000_000, 80_000_000, 160_000_000),
    # The task watchdog, whose timer is gated in light sleep, takes any time.
    watchdog_ms_max=(1 << 31) - 1,
    watchdog_sleeps=True,
    wakes_by_edge=False,
    # USB_SERIAL_JTAG, GPIO_PIN0.
    usb_frame_address=0x60043024,
    pin_registers_address=0x60004074,
    scratch4_address=None,
    any_i2c_pin=True,
    bluetooth=NIMBLE,
)

PICO_W = BoardFacts(
    uname=("rp2", "rp2", "1.29.0", "v1.29.0", "Raspberry Pi Pico W with RP2040"),
    # 23, 24, 25 and 29 are wired to the radio.
    pins=frozenset(range(29)) - {23, 24, 25},
    adc_pins=frozenset((26, 27, 28)),
    # Power and watchdog only; it resets itself through its watchdog.
    reset_causes={"PWRON_RESET": 1, "WDT_RESET": 3},
    has_microvolts=False,
    frequencies_hz=(48_000_000, 125_000_000, 200_000_000),
    # Its counter has 24 bits and counts twice a microsecond, in light sleep too.
    watchdog_ms_max=8_388,
    watchdog_sleeps=False,
    wakes_by_edge=True,
    # SOF_RD of the USB controller.
    usb_frame_address=0x50110048,
    pin_registers_address=None,
    scratch4_address=0x4005801C,
    any_i2c_pin=False,
    bluetooth=BTSTACK,
)

# By the name of the board's file in firmware/boards.
BOARDS = {"xiao_esp32c3": XIAO_ESP32C3, "pico_w": PICO_W}
