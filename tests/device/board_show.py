"""Light and motor of a board, for somebody who watches: no test can see them."""

import time

from tests.support.on_band.device import this_board

SHOWN_MS = 700
COLOURS = (
    ("red", (176, 0, 0)),
    ("green", (0, 176, 0)),
    ("white", (176, 176, 176)),
    ("faint amber", (44, 22, 0)),
)


def test_light_shows_its_colours():
    board = this_board()
    for name, (red, green, blue) in COLOURS:
        print("look: the light is " + name)
        board.led(red, green, blue)
        time.sleep_ms(SHOWN_MS)
    board.led(0, 0, 0)
    print("look: the light is dark")


def test_motor_runs_and_stops():
    board = this_board()
    print("feel: the motor runs")
    board.vibrate(True)
    time.sleep_ms(SHOWN_MS)
    board.vibrate(False)
    print("feel: the motor stands still")
