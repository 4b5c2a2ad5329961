"""A firmware that does nothing but notify: 240 bytes, as often as the radio takes them."""

import asyncio

import bluetooth

SERVICE = bluetooth.UUID("5a7c0001-1d2c-4c6e-9f0b-1d2c3b4a5f60")
STREAM = bluetooth.UUID("5a7c0002-1d2c-4c6e-9f0b-1d2c3b4a5f60")
CONTROL = bluetooth.UUID("5a7c0003-1d2c-4c6e-9f0b-1d2c3b4a5f60")
VALUE_BYTES = 240
# As the product: the queue drains at the next connection event.
QUEUE_FULL_WAIT_MS = 5

IRQ_CONNECT = 1
IRQ_DISCONNECT = 2
IRQ_WRITE = 3

ble = bluetooth.BLE()
asked = asyncio.ThreadSafeFlag()


class State:
    """What the handler notes."""

    connection = None


def on_event(event: int, data: tuple) -> None:
    """Note who is there, and that somebody asked."""
    if event == IRQ_CONNECT:
        State.connection = data[0]
    elif event == IRQ_DISCONNECT:
        State.connection = None
    elif event == IRQ_WRITE:
        asked.set()


async def main() -> None:
    """Send as many as are asked for."""
    ble.irq(on_event)
    ble.active(True)
    ble.config(mtu=247)
    ((stream, control),) = ble.gatts_register_services(
        ((SERVICE, ((STREAM, 0x10), (CONTROL, 0x08))),)
    )
    ble.gap_advertise(50_000, b"\x02\x01\x06\x11\x07" + bytes(SERVICE))
    while True:
        await asked.wait()
        left = int.from_bytes(ble.gatts_read(control), "little")
        value = bytes(VALUE_BYTES)
        while left and State.connection is not None:
            try:
                ble.gatts_notify(State.connection, stream, value)
                left -= 1
            except OSError:
                await asyncio.sleep_ms(QUEUE_FULL_WAIT_MS)


asyncio.run(main())
