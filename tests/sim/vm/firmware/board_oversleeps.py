from boards import this_board

board = this_board()
print("cause", board.reset_cause())
if board.reset_cause() == 1:
    board.start_watchdog()
    for _ in range(4):
        board.light_sleep_ms(board.SLEEP_MS_MAX)
    print("slept")
