"""bleak's client on a simulated adapter."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CHARACTERISTIC_PROPERTIES
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError, BleakGATTProtocolError
from bumble import att, core, hci
from bumble.device import Connection, Peer
from bumble.gatt_client import CharacteristicProxy, ServiceProxy

from pouch_sim.radio.adapter import Adapter, uuid_text
from pouch_sim.radio.host_settings import Telling

_MTU_DEFAULT = 23
_ATT_HEADER_BYTES = 3
_T = TypeVar("_T")


class SimClient(BaseBleakClient):
    """Client of one adapter. `SimBackend` makes a subclass that knows which."""

    adapter: Adapter

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        services: set[str] | None = None,
        disconnected_callback: Callable[[], None] | None = None,
        timeout: float = 30.0,
        **_platform: Any,
    ) -> None:
        super().__init__(
            address_or_ble_device,
            disconnected_callback=disconnected_callback,
            timeout=timeout,
        )
        self._wanted = services
        if isinstance(address_or_ble_device, str):
            random_static = hci.Address.RANDOM_DEVICE_ADDRESS
            self._peer_address = hci.Address(address_or_ble_device, random_static)
            self._peer_name = None
        else:
            self._peer_address = address_or_ble_device.details
            self._peer_name = address_or_ble_device.name
        self._connection: Connection | None = None
        self._telling: Telling | None = None
        self._ending: asyncio.Future[None] | None = None
        self._subscribers: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """Name the device was advertised with, else its address."""
        return self._peer_name or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        """ATT MTU in force."""
        return _MTU_DEFAULT if self._connection is None else self._connection.att_mtu

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open."""
        return self._connection is not None

    async def connect(self, pair: bool, **_kwargs: Any) -> None:
        """Connect, exchange the MTU and discover the services."""
        if self._connection is not None:
            raise BleakError("Client is already connected")
        if pair:
            await self.pair()
        try:
            connection = await self.adapter.connect(self._peer_address, self._timeout)
        except core.BaseBumbleError as error:
            raise BleakError(f"connection to {self.address} failed: {error}") from error
        self._connection = connection
        self._telling = Telling(self.adapter.settings, self.adapter.rng, self._hang_up)
        connection.once(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        try:
            await self._do(self._prepare(Peer(connection)))
        except BaseException:
            await self.disconnect()
            raise

    async def _prepare(self, peer: Peer) -> None:
        mtu = self.adapter.settings.mtu
        if mtu is not None:
            await peer.request_mtu(mtu)
        collection = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            uuid = uuid_text(service.uuid)
            if self._wanted is None or uuid in self._wanted:
                await self._add_service(collection, service, uuid)
        self.services = collection

    async def _add_service(
        self, collection: BleakGATTServiceCollection, service: ServiceProxy, uuid: str
    ) -> None:
        found = BleakGATTService(service, service.handle, uuid)
        collection.add_service(found)
        for proxy in await service.discover_characteristics():
            characteristic = BleakGATTCharacteristic(
                proxy,
                proxy.handle,
                uuid_text(proxy.uuid),
                [
                    name
                    for bit, name in CHARACTERISTIC_PROPERTIES.items()
                    if proxy.properties & bit
                ],
                lambda: self.mtu_size - _ATT_HEADER_BYTES,
                found,
            )
            collection.add_characteristic(characteristic)
            for descriptor in await proxy.discover_descriptors():
                collection.add_descriptor(
                    BleakGATTDescriptor(
                        descriptor,
                        descriptor.handle,
                        uuid_text(descriptor.type),
                        characteristic,
                    )
                )

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        if self._telling is not None:
            self._telling.end()
            self._telling = None
        self.services = None
        self._subscribers.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def _do(self, operation: Awaitable[_T]) -> _T:
        """Await an operation; turn its end by a lost connection into bleak's error."""
        connection = self._connection
        if connection is None:
            if asyncio.iscoroutine(operation):
                operation.close()
            raise BleakError("Not connected")
        try:
            return await connection.cancel_on_disconnection(operation)
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error
        except asyncio.CancelledError:
            if self._connection is None:
                raise BleakError("disconnected") from None
            raise

    async def disconnect(self) -> None:
        """Close the connection; harmless when it is closed."""
        if self._connection is not None:
            await self._connection.disconnect()

    def _hang_up(self) -> None:
        # Held, because a loop keeps no task alive by itself.
        self._ending = asyncio.ensure_future(self.disconnect())

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        """Refuse: bands do not pair, their security is in their own messages."""
        raise NotImplementedError("pairing is not simulated")

    async def unpair(self) -> None:
        """Refuse, as `pair`."""
        raise NotImplementedError("pairing is not simulated")

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, **_kwargs: Any
    ) -> bytearray:
        """Read a value."""
        return bytearray(await self._do(characteristic.obj.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, **_kwargs: Any
    ) -> bytearray:
        """Read a descriptor."""
        return bytearray(await self._do(descriptor.obj.read_value()))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a value."""
        await self._do(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        """Write a descriptor."""
        await self._do(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self,
        characteristic: BleakGATTCharacteristic,
        callback: NotifyCallback,
        **_kwargs: Any,
    ) -> None:
        """Subscribe to notifications or indications."""
        proxy: CharacteristicProxy[bytes] = characteristic.obj

        def on_value(value: bytes) -> None:
            if self._telling is not None:
                self._telling.take(value, callback)

        self._subscribers[characteristic.handle] = on_value
        await self._do(proxy.subscribe(on_value))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        subscriber = self._subscribers.pop(characteristic.handle, None)
        await self._do(characteristic.obj.unsubscribe(subscriber, force=True))
