"""What a first attempt looks like: a CSV line and a flush each half minute, on the air all along.

It reads the same chips of a XIAO ESP32-C3 in the plainest way: thermometers as they come out of
reset, one measurement of each electrode, and the newest words of the accelerometer.
"""

import struct
import time

import bluetooth
import machine

i2c = machine.I2C(0, scl=machine.Pin(7), sda=machine.Pin(6), freq=400_000)
battery = machine.ADC(machine.Pin(2))


def temperature_c(address: int) -> float:
    """Return what a TMP117 measured last."""
    return struct.unpack(">h", i2c.readfrom_mem(address, 0x00, 2))[0] / 128


def electrode_pf(number: int) -> float:
    """Measure an electrode with the FDC1004, around 12.5 pF."""
    i2c.writeto_mem(0x50, 0x08 + number, bytes((0x10 | number << 5, 0x80)))
    i2c.writeto_mem(0x50, 0x0C, bytes((0x04, 0x80 >> number)))
    time.sleep_ms(12)
    high = i2c.readfrom_mem(0x50, 2 * number, 2)
    i2c.readfrom_mem(0x50, 2 * number + 1, 2)
    return struct.unpack(">h", high)[0] / 2048 + 12.5


def start_motion() -> None:
    """Let the LSM6DSOX collect at 12.5 Hz, in the mode that it has after reset."""
    for register, value in ((0x12, 0x44), (0x10, 0x10), (0x09, 0x01), (0x0A, 0x06)):
        i2c.writeto_mem(0x6A, register, bytes((value,)))


def motion_mg() -> tuple:
    """Empty the accelerometer's FIFO and return its newest values."""
    low, high = i2c.readfrom_mem(0x6A, 0x3A, 2)
    left = low | (high & 3) << 8
    word = bytes(7)
    while left:
        count = min(left, 100)
        word = i2c.readfrom_mem(0x6A, 0x78, count * 7)[-7:]
        left -= count
    return tuple(round(value * 0.061) for value in struct.unpack("<3h", word[1:]))


radio = bluetooth.BLE()
radio.active(True)
radio.gap_advertise(100_000, b"\x02\x01\x06\x06\x09naive")
start_motion()

with open("/pouch/log.csv", "w") as file:
    while True:
        time.sleep_ms(30_000)
        x, y, z = motion_mg()
        infant_c, caregiver_c = temperature_c(0x48), temperature_c(0x49)
        infant_pf, caregiver_pf = electrode_pf(0), electrode_pf(1)
        battery_mv = battery.read_uv() * 2 // 1000
        file.write(
            f"{time.ticks_ms() // 1000},{infant_c:.2f},{caregiver_c:.2f},"
            f"{infant_pf:.1f},{caregiver_pf:.1f},{x},{y},{z},{battery_mv}\n"
        )
        file.flush()
