"""A band's radio while it is on: advertising, connections, and the requests of its firmware."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable

from bumble import hci
from bumble.device import AdvertisingType, Connection, Device, LegacyAdvertiser

from pouch_sim.clock import MICROSECONDS_PER_SECOND
from pouch_sim.radio.controller import SimController
from pouch_sim.radio.gatt_traffic import GattTraffic, Post
from pouch_sim.radio.link import RadioLink
from pouch_sim.vm import frames

# Events of MicroPython's bluetooth module.
IRQ_CENTRAL_CONNECT = 1
IRQ_CENTRAL_DISCONNECT = 2
IRQ_MTU_EXCHANGED = 21

_KEEP_DATA = 0xFF
_ADDRESS_TYPE_MASK = 1

Request = Callable[[bytes], bytes | Awaitable[bytes] | None]


class ActiveRadio:
    """From `active(True)` to `active(False)` or the loss of power.

    Args:
        device: Bumble's host stack, powered.
        controller: its controller.
        air: the link.
        post: queues an event frame for the firmware.
    """

    def __init__(
        self, device: Device, controller: SimController, air: RadioLink, post: Post
    ) -> None:
        self.controller = controller
        self._device = device
        self._air = air
        self._post = post
        self._connections: dict[int, Connection] = {}
        gatt = self._gatt = GattTraffic(device, self._connections, post)
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        self._requests: dict[int, Request] = {
            frames.BLE_CONFIG: self._configure,
            frames.BLE_ADVERTISE: self._advertise,
            frames.BLE_DISCONNECT: self._disconnect,
            frames.BLE_REGISTER: gatt.register,
            frames.BLE_READ: gatt.read,
            frames.BLE_WRITE: gatt.write,
            frames.BLE_SET_BUFFER: gatt.set_buffer,
            frames.BLE_NOTIFY: gatt.notify,
            frames.BLE_INDICATE: gatt.indicate,
            frames.BLE_ANSWER: gatt.answer_read,
        }

    def serve(self, opcode: int, payload: bytes) -> bytes | Awaitable[bytes] | None:
        """Carry out a request of the firmware.

        Raises:
            OSError: what the firmware is to be told.
        """
        return self._requests[opcode](payload)

    @property
    def has_connections(self) -> bool:
        """Whether a central is connected."""
        return bool(self._connections)

    def cut(self) -> None:
        """Fall silent at once; centrals find out by themselves."""
        self._device.remove_listener(Device.EVENT_CONNECTION, self._on_connection)
        self.park()
        self._gatt.end()

    def park(self) -> None:
        """Leave the air, to come back with `unpark`: a radio that is off between two windows.

        The firmware sees what NimBLE shows after it was stopped: services and advertising data
        are gone. Only what it cannot see is kept, because making a stack costs milliseconds.
        """
        self._silence()
        self.controller.advertiser.forget()
        self._gatt.forget_services()
        self._air.remove_controller(self.controller)

    def unpark(self) -> None:
        """Be on the air again, as a radio that was just switched on."""
        self._air.add_controller(self.controller)

    async def stop(self) -> None:
        """Say goodbye to all centrals, then fall silent."""
        self._silence()
        for connection in list(self._connections.values()):
            await connection.disconnect()
        # NimBLE stops when its centrals have heard the goodbye, in one of the next two events.
        await asyncio.sleep(2 * self._air.settings.interval_us / MICROSECONDS_PER_SECOND)

    def _configure(self, payload: bytes) -> bytes:
        name, value = payload.split(b"=", 1)
        if name == b"mac":
            return bytes(self._device.static_address)[::-1]
        if name == b"mtu":
            self._device.gatt_server.max_mtu = int(value)
        return b""

    def _advertise(self, payload: bytes) -> bytes:
        self._silence()
        if payload:
            self._start_advertising(payload)
        return b""

    def _silence(self) -> None:
        self._device.legacy_advertiser = None
        self.controller.advertiser.stop()

    def _start_advertising(self, payload: bytes) -> None:
        """Begin, past the commands that would carry this to a real controller.

        A band starts to advertise with every sample; the four commands and their answers were
        most of the cost of its life.
        """
        connectable, interval_us = frames.ADVERTISE_PAYLOAD.unpack_from(payload)
        at = frames.ADVERTISE_PAYLOAD.size
        parts: list[bytes | None] = []
        for _ in range(2):
            length = payload[at]
            at += 1
            if length == _KEEP_DATA:
                parts.append(None)
            else:
                parts.append(payload[at : at + length])
                at += length
        kind = AdvertisingType.UNDIRECTED
        if connectable:
            kind = AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE
        self._device.legacy_advertiser = LegacyAdvertiser(
            device=self._device,
            advertising_type=kind,
            own_address_type=hci.OwnAddressType.RANDOM,
            peer_address=hci.Address.ANY,
            auto_restart=False,
        )
        self.controller.advertiser.begin(kind, interval_us, parts[0], parts[1])

    def _disconnect(self, payload: bytes) -> bytes:
        connection = self._connections.get(frames.U16.unpack(payload)[0])
        if connection is None:
            raise OSError(errno.ENOTCONN, "no such connection")
        self._gatt.run(connection.disconnect())
        return b""

    def _on_connection(self, connection: Connection) -> None:
        number = connection.handle
        self._connections[number] = connection
        peer = connection.peer_address

        def post(event: int) -> None:
            kind = peer.address_type & _ADDRESS_TYPE_MASK
            payload = frames.CONNECT_EVENT.pack(event, number, kind, bytes(peer)[::-1])
            self._post(frames.BLE_EVENT, payload)

        def on_disconnection(_reason: int) -> None:
            del self._connections[number]
            self._gatt.connection_ended()
            post(IRQ_CENTRAL_DISCONNECT)

        def on_mtu() -> None:
            payload = frames.GATT_EVENT.pack(IRQ_MTU_EXCHANGED, number, connection.att_mtu)
            self._post(frames.BLE_EVENT, payload)

        connection.on(Connection.EVENT_DISCONNECTION, on_disconnection)
        connection.on(Connection.EVENT_CONNECTION_ATT_MTU_UPDATE, on_mtu)
        post(IRQ_CENTRAL_CONNECT)
