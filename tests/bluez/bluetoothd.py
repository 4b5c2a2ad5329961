"""Gives the kernel a simulated adapter, and asks bluetoothd about it, past bleak."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from bumble.transport import open_transport
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio.message_bus import MessageBus

from tests.bluez.kernel_controller import KernelController

_STORAGE = Path("/var/lib/bluetooth")
_ADAPTER = "org.bluez.Adapter1"
_START_TIMEOUT_S = 60
_PAUSE_S = 0.05


@asynccontextmanager
async def kernel_adapter(air):
    """Give the kernel an adapter on this radio, switched on; yield its D-Bus path."""
    bus = await _system_bus()
    transport = await open_transport("vhci")
    try:
        KernelController(air, transport.source, transport.sink)
        async with asyncio.timeout(_START_TIMEOUT_S):
            path = await _adapter_path(bus)
            await _power_on(bus, path)
        yield path
    finally:
        bus.disconnect()
        await transport.close()


def cached_tables():
    """Return how many devices' attribute tables bluetoothd keeps in files."""
    return len(list(_STORAGE.glob("*/cache/*")))


async def _system_bus():
    async with asyncio.timeout(_START_TIMEOUT_S):
        while True:
            try:
                return await MessageBus(bus_type=BusType.SYSTEM).connect()
            except OSError:
                # It starts beside this.
                await asyncio.sleep(_PAUSE_S)


async def _adapter_path(bus):
    while True:
        reply = await bus.call(
            Message(
                destination="org.bluez",
                path="/",
                interface="org.freedesktop.DBus.ObjectManager",
                member="GetManagedObjects",
            )
        )
        objects = {} if reply.message_type == MessageType.ERROR else reply.body[0]
        for path, interfaces in objects.items():
            if _ADAPTER in interfaces:
                return path
        await asyncio.sleep(_PAUSE_S)


async def _power_on(bus, path):
    while True:
        reply = await bus.call(
            Message(
                destination="org.bluez",
                path=path,
                interface="org.freedesktop.DBus.Properties",
                member="Set",
                signature="ssv",
                body=[_ADAPTER, "Powered", Variant("b", True)],
            )
        )
        if reply.message_type != MessageType.ERROR:
            return
        # The kernel is still setting it up.
        await asyncio.sleep(_PAUSE_S)
