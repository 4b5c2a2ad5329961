"""Advertises; on command S sends numbered notifications, on I an indication, on D hangs up."""

import asyncio
import struct
import time

import bluetooth

SERVICE = bluetooth.UUID("5a7c0001-1d2c-4c6e-9f0b-1d2c3b4a5f60")
STREAM = (bluetooth.UUID("5a7c0002-1d2c-4c6e-9f0b-1d2c3b4a5f60"), 0x10 | 0x20 | 0x02)
CONTROL = (bluetooth.UUID("5a7c0003-1d2c-4c6e-9f0b-1d2c3b4a5f60"), 0x08 | 0x04 | 0x02)
LARGE = (bluetooth.UUID("5a7c0004-1d2c-4c6e-9f0b-1d2c3b4a5f60"), 0x08 | 0x02)

ble = bluetooth.BLE()
events = []
command = asyncio.ThreadSafeFlag()


class State:
    connection = None


def advertise():
    ble.gap_advertise(
        100_000, b"\x02\x01\x06\x11\x07" + bytes(SERVICE), resp_data=b"\x07\x09SENSOR"
    )


def on_event(event, data):
    events.append(event)
    if event == 1:
        State.connection = data[0]
        print("connect", bytes(data[2])[:1])
    elif event == 2:
        State.connection = None
        print("disconnect")
        advertise()
    elif event == 3 and data[1] == control:
        command.set()
    elif event == 20:
        print("indicated", data[2])
    elif event == 21:
        print("mtu", data[1])


ble.irq(on_event)
ble.active(True)
ble.config(mtu=247)
((stream, control, large),) = ble.gatts_register_services(((SERVICE, (STREAM, CONTROL, LARGE)),))
ble.gatts_set_buffer(large, 64)
ble.gatts_write(stream, b"hello")
advertise()


async def send(count, size):
    data = bytearray(size)
    refused = 0
    number = 0
    while number < count and State.connection is not None:
        struct.pack_into("<I", data, 0, number)
        try:
            ble.gatts_notify(State.connection, stream, data)
            number += 1
        except OSError:
            refused += 1
            await asyncio.sleep_ms(5)
    print("sent", number, "refused", refused > 0)


async def main():
    while True:
        await command.wait()
        text = ble.gatts_read(control)
        print("command", text[:1], len(text), time.ticks_ms())
        if text[:1] == b"S":
            await send(*struct.unpack("<IH", text[1:7]))
        elif text[:1] == b"I":
            ble.gatts_indicate(State.connection, stream, b"look")
        elif text[:1] == b"D":
            ble.gap_disconnect(State.connection)
        elif text[:1] == b"O":
            ble.active(False)
            await asyncio.sleep(5)
            break


asyncio.run(main())
