"""A radio without a firmware: a test asks of it what a firmware would, and sees its events."""

import asyncio
import inspect
import random
import uuid
from typing import Any

from pouch_sim.radio.addresses import BandAddresses
from pouch_sim.radio.gatt_traffic import IRQ_GATTS_READ_REQUEST
from pouch_sim.radio.module import BleModule
from pouch_sim.radio.peripheral import Peripheral
from pouch_sim.radio.profile import NIMBLE
from pouch_sim.vm import frames
from pouch_sim.vm.shadow import opcodes as op
from tests.sim.radio.helpers import CONTROL, SERVICE, STREAM

ADVERTISED = b"\x02\x01\x06\x11\x07" + uuid.UUID(SERVICE).bytes[::-1]
NAMED = b"\x07\x09SENSOR"

READ, WRITE, NOTIFY = 0x02, 0x08, 0x10


def services(*characteristics):
    """Return the registration of one service.

    Args:
        characteristics: UUID and flags of each.
    """
    return ((_bytes(SERVICE), tuple((_bytes(text), flags) for text, flags in characteristics)),)


def _bytes(text):
    return uuid.UUID(text).bytes[::-1]


TWO_VALUES = services((STREAM, READ | NOTIFY), (CONTROL, READ | WRITE))


class Board:
    """The radio of one band, and what its firmware would see of it.

    Args:
        sim: the simulation.
        profile: its Bluetooth stack.
        seed: of its addresses.

    Attributes:
        radio: the Peripheral.
        ble: what the firmware asks of it by name.
        events: opcode and payload of each frame for the firmware.
    """

    def __init__(self, sim, profile=NIMBLE, seed=7):
        self.events = []
        addresses = BandAddresses(random.Random(seed), profile)
        self.radio = Peripheral("board", addresses, sim.air, self._take, lambda on: None, profile)
        self.ble = BleModule(self.radio)

    @property
    def address(self):
        return self.radio.address

    def mac(self):
        """Return what the firmware is told of its address: kind and bytes."""
        told: Any = self.ble.config("mac")
        return told

    def _take(self, opcode, payload):
        self.events.append((opcode, payload))
        if opcode == op.BLE_EVENT and payload[0] == IRQ_GATTS_READ_REQUEST:
            # A firmware is asked before a central reads; this one agrees.
            asyncio.get_running_loop().call_soon(self.radio.serve, op.BLE_ANSWER, b"\x00")

    async def switch_on(self):
        await self._switch(True)

    async def switch_off(self):
        await self._switch(False)

    async def _switch(self, on):
        switching = self.ble.active(on)
        if inspect.isawaitable(switching):
            await switching

    async def register(self, registration=TWO_VALUES):
        """Register services; return the value handles."""
        (handles,) = self.ble.gatts_register_services(registration)
        return handles

    async def advertise(self, data=ADVERTISED, response=NAMED, interval_us=50_000):
        """Advertise; None keeps the data that there are."""
        self.ble.gap_advertise(interval_us, data, resp_data=response)

    async def open_window(self):
        """Switch on, register and advertise, as a band does; return the value handles."""
        await self.switch_on()
        handles = await self.register()
        await self.advertise()
        return handles

    async def read(self, handle):
        return self.radio.serve(op.BLE_READ, frames.U16.pack(handle))

    async def write(self, handle, data):
        self.ble.gatts_write(handle, data)

    async def set_buffer(self, handle, size, *, append=False):
        self.ble.gatts_set_buffer(handle, size, append)

    def irqs(self):
        """Return the numbers of the events, in order."""
        return [payload[0] for opcode, payload in self.events if opcode == op.BLE_EVENT]
