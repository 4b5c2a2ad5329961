"""Prints the milliseconds that two writes take that no computer takes, and one that one does."""

import sys
import time


def write_ms(count):
    began = time.ticks_ms()
    sys.stdout.buffer.write(bytes(count))
    return time.ticks_diff(time.ticks_ms(), began)


print(write_ms(50), write_ms(50), write_ms(50), sys.implementation.name)
time.sleep(10)
print(write_ms(2000))
