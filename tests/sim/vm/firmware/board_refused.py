import sys

import machine

from boards import this_board


def refused(what, action):
    try:
        action()
    except (ValueError, AttributeError, ImportError) as error:
        print(what, type(error).__name__)
    else:
        print(what, "taken")


board = this_board()
board_adc = 26 if board.ARCH_NAME == "pico_w" else 2
refused("pin", lambda: machine.Pin(99))
refused("adc", lambda: machine.ADC(machine.Pin(5)))
refused("microvolts", lambda: machine.ADC(machine.Pin(board_adc)).read_uv())
refused("watchdog", lambda: machine.WDT(timeout=8389))
refused("i2c", lambda: machine.I2C(0, scl=machine.Pin(4), sda=machine.Pin(5)))
refused("frequency", lambda: machine.freq(81_000_000))
refused("duty", lambda: machine.PWM(machine.Pin(5)).duty_u16(65_536))
refused("cause", lambda: machine.HARD_RESET)
sys.modules.pop("esp32", None)
refused("esp32", lambda: __import__("esp32"))
