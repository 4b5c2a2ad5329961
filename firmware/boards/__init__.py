"""One file per board: pins, buses and what only that board can tell. Same names in each."""

import os


def this_board():  # noqa: ANN201 - each board has a class of its own
    """Return the `Board` of the board that this runs on, by what MicroPython calls it.

    Raises:
        ValueError: there is no file for this board.
    """
    name = os.uname().machine
    # Each file imports modules that only its own port has.
    if "RP2040" in name:
        from .pico_w import Board
    elif "ESP32C3" in name or "ESP32-C3" in name:
        from .xiao_esp32c3 import Board
    else:
        raise ValueError("no file in boards/ for " + name)
    return Board()
