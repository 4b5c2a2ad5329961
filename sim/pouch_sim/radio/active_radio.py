"""A band's radio while it is on: advertising, connections, and the requests of its firmware."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from bumble import hci
from bumble.device import AdvertisingType, Connection, Device, LegacyAdvertiser

from pouch_sim.clock import MICROSECONDS_PER_SECOND
from pouch_sim.errors import FlashMisuse
from pouch_sim.radio.addresses import BandAddresses
from pouch_sim.radio.controller import SimController
from pouch_sim.radio.gatt_traffic import GattTraffic, Post
from pouch_sim.radio.link import RadioLink
from pouch_sim.radio.profile import ADDRESS_PUBLIC, StackProfile
from pouch_sim.vm import frames
from pouch_sim.vm.shadow import opcodes as op

# Events of MicroPython's bluetooth module.
IRQ_CENTRAL_CONNECT = 1
IRQ_MTU_EXCHANGED = 21

_ADDRESS_TYPE_MASK = 1
# What BTstack's port says of whoever has left.
_NO_ADDRESS_TYPE = 0xFF
_NO_ADDRESS = bytes(6)


class _Advertising(NamedTuple):
    """What a firmware asked to be advertised."""

    interval_us: int
    data: bytes | None
    response: bytes | None
    connectable: bool


class ActiveRadio:
    """From `active(True)` to `active(False)` or the loss of power.

    Args:
        device: Bumble's host stack, powered.
        controller: its controller.
        air: the link.
        post: queues an event frame for the firmware.
        profile: the board's stack.
        addresses: those of the band.

    Attributes:
        controller: its controller.
        gatt: its services and what crosses its connections.
    """

    def __init__(
        self,
        device: Device,
        controller: SimController,
        air: RadioLink,
        post: Post,
        profile: StackProfile,
        addresses: BandAddresses,
    ) -> None:
        self.controller = controller
        self._device = device
        self._air = air
        self._post = post
        self._profile = profile
        self._addresses = addresses
        self._connections: dict[int, Connection] = {}
        # What goes on the air again when a central has left, on a stack that does that.
        self._wanted: _Advertising | None = None
        self.gatt = GattTraffic(device, self._connections, post, profile)
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        self._requests: dict[int, Callable[[bytes], bytes | None]] = {
            op.BLE_READ: self.gatt.read,
            op.BLE_NOTIFY: self.gatt.notify,
            op.BLE_INDICATE: self.gatt.indicate,
            op.BLE_ANSWER: self.gatt.answer_read,
        }

    def serve(self, opcode: int, payload: bytes) -> bytes | None:
        """Carry out a request of the firmware that has its own opcode.

        Raises:
            OSError: what the firmware is to be told.
        """
        return self._requests[opcode](payload)

    def set_mtu_max(self, mtu: int) -> None:
        """Offer this MTU to centrals that ask from here on."""
        self._device.gatt_server.max_mtu = mtu

    @property
    def has_connections(self) -> bool:
        """Whether a central is connected, be it that the host stack hears of it only next."""
        return bool(self.controller.le_connections)

    def cut(self) -> None:
        """Fall silent at once; centrals find out by themselves."""
        self._device.remove_listener(Device.EVENT_CONNECTION, self._on_connection)
        self.park()
        self.gatt.end()

    def park(self) -> None:
        """Leave the air, to come back with `unpark`: a radio that is off between two windows.

        The firmware sees what NimBLE shows after it was stopped: services and advertising data
        are gone. Only what it cannot see is kept, because making a stack costs milliseconds.
        """
        self._silence()
        self.controller.advertiser.forget()
        self.gatt.forget_services()
        self._air.remove_controller(self.controller)

    def unpark(self) -> None:
        """Be on the air again, as a radio that was just switched on."""
        self._air.add_controller(self.controller)

    async def stop(self) -> None:
        """Fall silent, and say goodbye to all centrals."""
        self._silence()
        for connection in list(self._connections.values()):
            await connection.disconnect()
        # NimBLE stops when its centrals have heard the goodbye, in one of the next two events.
        await asyncio.sleep(2 * self._air.settings.interval_us / MICROSECONDS_PER_SECOND)

    def set_address_mode(self, mode: int) -> None:
        """Have another address from here on; see BandAddresses.set_mode.

        Raises:
            OSError: there is no such address.
            FlashMisuse: it advertises, and its stack's controller does not allow it then.
        """
        on_air = self.controller.advertiser.enabled
        if on_air and mode != ADDRESS_PUBLIC and not self._profile.address_changes_on_air:
            raise FlashMisuse("another address while the radio advertises")
        self._addresses.set_mode(mode, self._air.loop.now_us)
        self.use_address()
        if on_air and self._wanted is not None and self._profile.address_changes_on_air:
            self._start_advertising(self._wanted)

    def use_address(self) -> None:
        """Take the address that is current now, past the command that would carry it."""
        if not self._addresses.is_public:
            address = self._addresses.current
            self._device.random_address = self.controller.random_address = address

    def advertise(
        self,
        interval_us: int | None,
        data: bytes | None,
        response: bytes | None,
        connectable: bool,
    ) -> None:
        """Begin to advertise or, without an interval, end.

        Args:
            interval_us: from one advertisement to the next.
            data: its payload; None for the last one.
            response: payload of a scan response; None for the last one.
            connectable: whether it invites centrals.
        """
        self._silence()
        if interval_us is not None:
            self._wanted = _Advertising(interval_us, data, response, connectable)
            self._start_advertising(self._wanted)

    def _silence(self) -> None:
        self._wanted = None
        self._device.legacy_advertiser = None
        self.controller.advertiser.stop()

    def _start_advertising(self, wanted: _Advertising) -> None:
        """Begin, past the commands that would carry this to a real controller.

        A band starts to advertise with every sample; the four commands and their answers were
        most of the cost of its life.
        """
        if len(self._connections) >= self._profile.connections_max:
            # BTstack says yes, and begins when there is a connection to give away.
            return
        self._addresses.refresh(self._air.loop.now_us)
        self.use_address()
        kind = AdvertisingType.UNDIRECTED
        if wanted.connectable:
            kind = AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE
        own = hci.OwnAddressType.RANDOM
        if self._addresses.is_public:
            own = hci.OwnAddressType.PUBLIC
        self._device.legacy_advertiser = LegacyAdvertiser(
            device=self._device,
            advertising_type=kind,
            own_address_type=own,
            peer_address=hci.Address.ANY,
            auto_restart=False,
        )
        self.controller.advertiser.begin(
            kind, own, wanted.interval_us, wanted.data, wanted.response
        )

    def disconnect(self, number: int) -> bool:
        """Hang up; tell whether there is such a connection."""
        connection = self._connections.get(number)
        if connection is None:
            return False
        self.gatt.run(connection.disconnect())
        return True

    def _on_connection(self, connection: Connection) -> None:
        number = connection.handle
        self._connections[number] = connection
        peer = connection.peer_address

        def post(event: int, kind: int, address: bytes) -> None:
            payload = frames.CONNECT_EVENT.pack(event, number, kind, address)
            self._post(op.BLE_EVENT, payload)

        kind, address = peer.address_type & _ADDRESS_TYPE_MASK, bytes(peer)[::-1]
        gone = (kind, address)
        if not self._profile.tells_peer_at_end:
            gone = (_NO_ADDRESS_TYPE, _NO_ADDRESS)

        def on_disconnection(_reason: int) -> None:
            del self._connections[number]
            self.gatt.connection_ended(connection)
            post(self._profile.event_at_end, *gone)
            if self._wanted is not None and self._profile.advertises_again:
                self._start_advertising(self._wanted)

        def on_mtu() -> None:
            payload = frames.GATT_EVENT.pack(IRQ_MTU_EXCHANGED, number, connection.att_mtu)
            self._post(op.BLE_EVENT, payload)

        connection.on(Connection.EVENT_DISCONNECTION, on_disconnection)
        connection.on(Connection.EVENT_CONNECTION_ATT_MTU_UPDATE, on_mtu)
        post(IRQ_CENTRAL_CONNECT, kind, address)
