"""What crosses a band's connections: values read and written, notifications, indications."""

from __future__ import annotations

import asyncio
import collections
import errno
from collections.abc import Callable, Coroutine
from typing import Any

from bumble.device import Connection, Device

from pouch_sim.errors import FlashMisuse
from pouch_sim.radio.attribute_size import attribute_bytes
from pouch_sim.radio.gatt_table import GattTable, Services, Value
from pouch_sim.radio.profile import StackProfile
from pouch_sim.radio.transmit import Transmitter
from pouch_sim.vm import frames
from pouch_sim.vm.shadow import opcodes as op

# Events of MicroPython's bluetooth module.
IRQ_GATTS_WRITE = 3
IRQ_GATTS_READ_REQUEST = 4
IRQ_GATTS_INDICATE_DONE = 20

# Queues an event frame for the firmware.
Post = Callable[[int, bytes], None]


class GattTraffic:
    """Serves the attribute requests of one firmware while its radio is on.

    Args:
        device: Bumble's host stack of the band.
        connections: its open connections by handle, kept by the caller.
        post: queues an event frame for the firmware.
        profile: the board's stack.

    Attributes:
        transmitter: what is on its way to centrals.
    """

    def __init__(
        self,
        device: Device,
        connections: dict[int, Connection],
        post: Post,
        profile: StackProfile,
    ) -> None:
        self._profile = profile
        self._server = device.gatt_server
        self._connections = connections
        self._post = post
        self._table = GattTable(device.gatt_server, self._on_write, self._ask_before_read)
        self._read_answers: collections.deque[asyncio.Future[int]] = collections.deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self.transmitter = Transmitter(device, profile, self._on_indication_done)

    def end(self) -> None:
        """Drop all work: the radio is off."""
        for task in self._tasks:
            task.cancel()
        for answer in self._read_answers:
            answer.cancel()
        self.transmitter.end()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that takes simulated time, until the radio is off."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def connection_ended(self, connection: Connection) -> None:
        """Free what will never be sent."""
        self.transmitter.connection_ended(connection)

    # Requests of the firmware.

    def register(self, services: Services) -> tuple[tuple[int, ...], ...]:
        """Replace all services; return their value handles.

        Raises:
            FlashMisuse: they do not fit. BTstack leaves out what does not, and tells nobody.
        """
        bytes_max = self._profile.attribute_bytes_max
        if bytes_max is not None and attribute_bytes(services) > bytes_max:
            raise FlashMisuse(
                f"services of {attribute_bytes(services)} bytes, of {bytes_max} for attributes"
            )
        return self._table.register(services)

    def forget_services(self) -> None:
        """Have no services any more: the radio was switched off."""
        self._table.forget()

    def read(self, payload: bytes) -> bytes:
        """Return a value; an unknown handle reads as empty, as on the boards."""
        value = self._table.value(frames.U16.unpack(payload)[0])
        return b"" if value is None else value.read_local()

    def write(self, handle: int, data: bytes, send_update: bool) -> None:
        """Set a value, and send it to subscribers if asked to."""
        self._require(handle).write_local(data)
        if send_update:
            self.run(self._server.notify_subscribers(self._table.attribute(handle)))

    def set_buffer(self, handle: int, size: int, append: bool) -> None:
        """Set the size of a value's buffer, which empties it."""
        value = self._require(handle)
        value.data.clear()
        value.size, value.append = size, append

    def notify(self, payload: bytes) -> None:
        """Send a notification, subscribed or not, cut to what the MTU allows."""
        number, handle = frames.U16_PAIR.unpack_from(payload)
        data = payload[frames.U16_PAIR.size :]
        self.transmitter.notify(self._connection(number), handle, data)

    def indicate(self, payload: bytes) -> None:
        """Begin to send an indication; an event says how it ended."""
        number, handle = frames.U16_PAIR.unpack_from(payload)
        connection = self._connection(number)
        self._require(handle)
        self.transmitter.indicate(connection, handle, payload[frames.U16_PAIR.size :])

    def answer_read(self, payload: bytes) -> None:
        """Take the firmware's answer to a read request."""
        if self._read_answers:
            answer = self._read_answers.popleft()
            if not answer.done():
                answer.set_result(payload[0])

    def _connection(self, number: int) -> Connection:
        connection = self._connections.get(number)
        if connection is None:
            raise OSError(getattr(errno, self._profile.errno_no_connection), "no such connection")
        return connection

    def _require(self, handle: int) -> Value:
        value = self._table.value(handle)
        if value is None:
            raise OSError(errno.EINVAL, "no such handle")
        return value

    def _on_indication_done(self, number: int, handle: int, status: int) -> None:
        event = frames.INDICATE_EVENT.pack(IRQ_GATTS_INDICATE_DONE, number, handle, status)
        self._post(op.BLE_EVENT, event)

    # What centrals do.

    def _on_write(self, connection: Connection, handle: int) -> None:
        event = frames.GATT_EVENT.pack(IRQ_GATTS_WRITE, connection.handle, handle)
        self._post(op.BLE_EVENT, event)

    async def _ask_before_read(self, connection: Connection, handle: int) -> int:
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._read_answers.append(answer)
        event = frames.GATT_EVENT.pack(IRQ_GATTS_READ_REQUEST, connection.handle, handle)
        self._post(op.BLE_EVENT, event)
        return await answer
