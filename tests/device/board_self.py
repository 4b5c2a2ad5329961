"""What a board tells of itself. Needs a board, on its battery, with nobody at the button."""

from pouch_protocol import constants as c
from tests.support.on_band.device import this_board

# A lithium-ion cell that is not empty, up to what a charger holds it at (4.2 V and a tolerance).
_BATTERY_MV = (3_000, 4_300)
_READINGS = 5
_READING_SPREAD_MV = 100


def test_battery_is_one_and_reads_steadily():
    board = this_board()
    readings = [board.battery_mv() for _ in range(_READINGS)]
    assert _BATTERY_MV[0] <= min(readings) <= max(readings) <= _BATTERY_MV[1], readings
    assert max(readings) - min(readings) <= _READING_SPREAD_MV, readings


def test_button_is_released():
    assert not this_board().button_pressed(), "pressed, or its pull-up is missing"


def test_watchdog_outlasts_every_sleep():
    board = this_board()
    assert 0 < 2 * board.SLEEP_MS_MAX <= board.WATCHDOG_MS


def test_cause_of_the_start_is_known():
    causes = (c.RESET_POWER_ON, c.RESET_HARD, c.RESET_WATCHDOG, c.RESET_SOFT)
    assert this_board().reset_cause() in causes


def test_identity_is_fixed_and_chance_is_not():
    board = this_board()
    identity = board.unique_id()
    assert len(identity) >= 6
    assert identity == board.unique_id()
    assert len(set(identity)) > 1
    drawn = {board.random_bytes(16) for _ in range(8)} | {bytes(16)}
    assert len(drawn) == 9
    assert len({board.random_u32() for _ in range(8)}) > 6
