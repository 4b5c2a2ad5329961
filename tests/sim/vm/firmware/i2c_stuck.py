import errno
import time

from machine import I2C

for options in ({}, {"timeout": 20_000}):
    i2c = I2C(0, freq=400_000, **options)
    start = time.ticks_us()
    try:
        i2c.readfrom_mem(0x42, 7, 3)
    except OSError as error:
        print(error.errno == errno.ETIMEDOUT, time.ticks_diff(time.ticks_us(), start))
