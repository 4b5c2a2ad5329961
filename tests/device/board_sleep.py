"""Light sleep on a board: it returns, in time, and is not just a wait."""

import time

from tests.support.on_band.device import skip, this_board

SLEEP_MS = 500
# The clock that times a light sleep may be an RC oscillator, wrong by 5 %; waking takes some ms.
EARLY_MS, LATE_MS = 30, 60
# The board whose USB port stands still in light sleep: a computer takes it for unplugged.
USB_STOPS = "xiao_esp32c3"


def test_light_sleep_ends_in_time():
    board = this_board()
    if board.ARCH_NAME == USB_STOPS and board.usb_host_present():
        skip("light sleep would stop the USB port that these tests run over; use a serial adapter")
    for _ in range(3):
        began = time.ticks_ms()
        board.light_sleep_ms(SLEEP_MS)
        slept_ms = time.ticks_diff(time.ticks_ms(), began)
        assert SLEEP_MS - EARLY_MS <= slept_ms <= SLEEP_MS + LATE_MS, slept_ms


def test_board_is_as_it_was_after_a_sleep():
    board = this_board()
    if board.ARCH_NAME == USB_STOPS and board.usb_host_present():
        skip("light sleep would stop the USB port that these tests run over; use a serial adapter")
    board.light_sleep_ms(20)
    assert not board.button_pressed()
    # The first transfer after a sleep.
    assert len(board.i2c.scan()) >= 4
