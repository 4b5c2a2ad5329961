import time

from machine import I2C

i2c = I2C(0, freq=100_000)
print(i2c.scan())
print(i2c.readfrom_mem(0x42, 7, 3))
buf = bytearray(2)
i2c.writeto_mem(0x42, 9, b"\x01")
i2c.readfrom_into(0x42, buf)
print(bytes(buf))
try:
    i2c.readfrom(0x43, 1)
except OSError as error:
    print("errno", error.errno)
start = time.ticks_us()
i2c.readfrom_mem(0x42, 0, 97)
print("us", time.ticks_diff(time.ticks_us(), start))
