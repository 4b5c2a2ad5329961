"""What the tests of the radio share: a streaming band, and how to reach it."""

import asyncio
import struct

from bleak import BleakClient, BleakScanner

SERVICE, STREAM, CONTROL, LARGE = (
    f"5a7c000{number}-1d2c-4c6e-9f0b-1d2c3b4a5f60" for number in (1, 2, 3, 4)
)


async def find(backend, band=None, within_s=10):
    """Return the first SENSOR that is heard, or that of `band`; None in vain."""
    return await BleakScanner.find_device_by_filter(
        lambda device, heard: (
            heard.local_name == "SENSOR" and (band is None or device.address == band.address)
        ),
        timeout=within_s,
        service_uuids=[SERVICE],
        backend=backend.scanner,
    )


def client(device, backend, **options):
    return BleakClient(device, backend=backend.client, **options)


def stream_command(count, size):
    return b"S" + struct.pack("<IH", count, size)


async def stream(connected, count, size):
    """Ask for notifications; return their numbers in the order in which they came."""
    numbers = []
    done = asyncio.Event()

    def on_notification(_characteristic, data):
        assert len(data) == size
        numbers.append(struct.unpack_from("<I", data)[0])
        if len(numbers) == count:
            done.set()

    await connected.start_notify(STREAM, on_notification)
    await connected.write_gatt_char(CONTROL, stream_command(count, size), response=True)
    await asyncio.wait_for(done.wait(), 600)
    await connected.stop_notify(STREAM)
    return numbers
