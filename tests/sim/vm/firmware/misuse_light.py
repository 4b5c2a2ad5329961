from boards import this_board

board = this_board()
board.led(0, 9, 0)
board.light_sleep_ms(10)
print("never printed")
