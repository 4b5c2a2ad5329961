import time

from boards import this_board

board = this_board()
cause = board.reset_cause()
print("cause", cause)
if cause == 1:
    board.reset()
if cause == 2:
    # Fed between sleeps as long as the board allows: it never bites.
    watchdog = board.start_watchdog()
    for _ in range(40):
        board.light_sleep_ms(board.SLEEP_MS_MAX)
        watchdog.feed()
    print("fed")
    time.sleep(100)
