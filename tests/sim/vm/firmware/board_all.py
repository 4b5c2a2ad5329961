import time

from boards import this_board

board = this_board()
print(
    board.ARCH_NAME,
    board.battery_mv(),
    board.reset_cause(),
    len(board.unique_id()),
    len(board.random_bytes(5)),
    0 <= board.random_u32() < 1 << 32,
)
board.led(255, 16, 0)
time.sleep_ms(500)
board.vibrate(True)
time.sleep_ms(250)
board.vibrate(False)
board.led(0, 0, 0)
print("usb", board.usb_host_present(), board.usb_host_present())
time.sleep(10)
print("usb", board.usb_host_present(), board.usb_host_present())
time.sleep(10)
board.usb_host_present()
print("usb", board.usb_host_present())
