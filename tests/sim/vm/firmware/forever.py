import time

from machine import I2C

i2c = I2C(0)
while True:
    i2c.readfrom(0x42, 1)
    time.sleep(1)
