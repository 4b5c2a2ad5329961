import time

from boards import this_board

board = this_board()
edges = []
began_ms = time.ticks_ms()


def now_ms():
    return time.ticks_diff(time.ticks_ms(), began_ms)


def sleep(duration_ms):
    before_ms = now_ms()
    board.light_sleep_ms(duration_ms)
    print("slept", (now_ms() - before_ms + 5) // 10 * 10, board.button_pressed(), edges)
    edges.clear()


board.on_button(edges.append)
sleep(3000)
# The button goes down 1 s after this began, and stays down while the band sleeps again.
sleep(3000)
sleep(3000)
# It is let go while awake.
time.sleep_ms(2000)
print("awake", board.button_pressed(), edges)
edges.clear()
# Down and up within a sleep.
sleep(3000)
time.sleep_ms(2000)
print("awake", board.button_pressed(), edges)
