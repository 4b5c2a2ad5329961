from machine import I2C

i2c = I2C(0, freq=10_000)
while True:
    i2c.readfrom(0x42, 1000)
