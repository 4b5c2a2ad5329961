"""The attribute table of a band, with the buffers of MicroPython's `bluetooth` module.

A value has a buffer of 20 bytes unless the firmware asked for more. A longer write of the central
is cut without a word, on both sides, as on the boards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bumble import att, core, gatt
from bumble.device import Connection
from bumble.gatt_server import Server

VALUE_BYTES_DEFAULT = 20

# Flags of MicroPython's gatts_register_services.
_FLAG_READ = 0x02
_FLAGS_WRITE = 0x0C
_PROPERTIES_MASK = 0xFF

# What gatts_register_services takes: each service a UUID and its characteristics, each of those a
# UUID, flags and perhaps its descriptors, each of those a UUID and flags.
Services = tuple[tuple[bytes, tuple[tuple[Any, ...], ...]], ...]

WriteSeen = Callable[[Connection, int], None]
ReadAsked = Callable[[Connection, int], Awaitable[int]]


@dataclass
class Value:
    """One attribute value, as the radio stack of the board holds it.

    Attributes:
        data: the bytes.
        size: how many a central may write.
        append: writes add to the bytes until the firmware reads them.
    """

    data: bytearray = field(default_factory=bytearray)
    size: int = VALUE_BYTES_DEFAULT
    append: bool = False

    def reset(self) -> None:
        """Be as after a registration."""
        self.data.clear()
        self.size, self.append = VALUE_BYTES_DEFAULT, False

    def write_remote(self, data: bytes) -> None:
        """Take a write of the central, cut to what fits."""
        start = len(self.data) if self.append else 0
        self.data[start:] = data[: max(0, self.size - start)]

    def write_local(self, data: bytes) -> None:
        """Take a write of the firmware, which enlarges the buffer if need be."""
        self.data[:] = data
        self.size = max(self.size, len(data))

    def read_local(self) -> bytes:
        """Return the bytes to the firmware; an appending buffer is empty after that."""
        data = bytes(self.data)
        if self.append:
            self.data.clear()
        return data


@dataclass(frozen=True)
class _Kept:
    """What a registration made: in the server, and in our own view of it."""

    attributes: list[att.Attribute[Any]]
    services: list[gatt.Service]
    values: dict[int, Value]
    by_handle: dict[int, att.Attribute[bytes]]


class GattTable:
    """All values of one band, by handle.

    Args:
        server: Bumble's attribute server of the band's device.
        write_seen: called after a central wrote, with its connection and the handle.
        read_asked: asked before a central reads; its result is an ATT error, 0 for none.
    """

    def __init__(self, server: Server, write_seen: WriteSeen, read_asked: ReadAsked) -> None:
        self._server = server
        self._write_seen = write_seen
        self._read_asked = read_asked
        self._own_attribute_count = len(server.attributes)
        self._own_service_count = len(server.services)
        self._values: dict[int, Value] = {}
        self._attributes: dict[int, att.Attribute[bytes]] = {}
        # The last registration, its answer, and what it made, where that was taken out again: a
        # radio that is switched on again registers the same.
        self._registered: Services = ()
        self._handles: tuple[tuple[int, ...], ...] = ()
        self._kept: _Kept | None = None

    def register(self, services: Services) -> tuple[tuple[int, ...], ...]:
        """Replace all services by those of the firmware; return their value handles."""
        if services == self._registered and self._kept is not None:
            return self._restore(self._kept)
        self._clear()
        self._kept = None
        self._handles = tuple(self._add(*service) for service in services)
        self._registered = services
        return self._handles

    def _add(self, uuid: bytes, characteristics: tuple[tuple[Any, ...], ...]) -> tuple[int, ...]:
        made: list[att.Attribute[bytes]] = []
        service = gatt.Service(
            core.UUID.from_bytes(uuid), [_characteristic(self, made, *c) for c in characteristics]
        )
        values = [attribute.value for attribute in made]
        self._server.add_service(service)
        for attribute, value in zip(made, values, strict=True):
            assert isinstance(value, _Access)
            value.handle = attribute.handle
            self._values[attribute.handle] = value.stored
            self._attributes[attribute.handle] = attribute
        return tuple(attribute.handle for attribute in made)

    def forget(self) -> None:
        """Have no services, as after the radio was switched off."""
        if self._kept is not None:
            return
        server = self._server
        self._kept = _Kept(
            server.attributes[self._own_attribute_count :],
            server.services[self._own_service_count :],
            dict(self._values),
            dict(self._attributes),
        )
        self._clear()

    def _clear(self) -> None:
        server = self._server
        del server.attributes[self._own_attribute_count :]
        del server.services[self._own_service_count :]
        server.attributes_by_handle.clear()
        self._values.clear()
        self._attributes.clear()

    def _restore(self, kept: _Kept) -> tuple[tuple[int, ...], ...]:
        self._server.attributes.extend(kept.attributes)
        self._server.services.extend(kept.services)
        self._values.update(kept.values)
        self._attributes.update(kept.by_handle)
        for value in self._values.values():
            value.reset()
        self._kept = None
        return self._handles

    def value(self, handle: int) -> Value | None:
        """Return a value, or None for a handle that is not ours."""
        return self._values.get(handle)

    def attribute(self, handle: int) -> att.Attribute[bytes]:
        """Return Bumble's attribute of a handle of ours."""
        return self._attributes[handle]

    async def read_remote(self, connection: Connection, handle: int) -> bytes:
        """Return a value to a central, if the firmware agrees."""
        error = await self._read_asked(connection, handle)
        if error:
            raise att.ATT_Error(error_code=error, att_handle=handle)
        return bytes(self._values[handle].data)

    def write_remote(self, connection: Connection, handle: int, data: bytes) -> None:
        """Take a write of a central and tell the firmware."""
        self._values[handle].write_remote(data)
        self._write_seen(connection, handle)


class _Access(att.AttributeValue[bytes]):
    """Bumble's way from an attribute to its value."""

    def __init__(self, table: GattTable, permissions: att.Attribute.Permissions) -> None:
        super().__init__(self._read_value, self._write_value)
        self._table = table
        # Bumble keeps them and does not look.
        self._permissions = permissions
        self.stored = Value()
        self.handle = 0

    def _read_value(self, connection: Connection) -> Awaitable[bytes]:
        self._require(att.Attribute.Permissions.READABLE, att.ATT_READ_NOT_PERMITTED_ERROR)
        return self._table.read_remote(connection, self.handle)

    def _write_value(self, connection: Connection, data: bytes) -> None:
        self._require(att.Attribute.Permissions.WRITEABLE, att.ATT_WRITE_NOT_PERMITTED_ERROR)
        self._table.write_remote(connection, self.handle, data)

    def _require(self, permission: att.Attribute.Permissions, error: att.ErrorCode) -> None:
        if not self._permissions & permission:
            raise att.ATT_Error(error_code=error, att_handle=self.handle)


def _characteristic(
    table: GattTable,
    made: list[att.Attribute[bytes]],
    uuid: bytes,
    flags: int,
    descriptions: tuple[tuple[bytes, int], ...] = (),
) -> gatt.Characteristic[bytes]:
    """Return a characteristic; it and its descriptors are added to those made."""
    descriptors = [
        gatt.Descriptor(
            core.UUID.from_bytes(other),
            _permissions(other_flags),
            _Access(table, _permissions(other_flags)),
        )
        for other, other_flags in descriptions
    ]
    characteristic: gatt.Characteristic[bytes] = gatt.Characteristic(
        core.UUID.from_bytes(uuid),
        gatt.Characteristic.Properties(flags & _PROPERTIES_MASK),
        _permissions(flags),
        _Access(table, _permissions(flags)),
        descriptors,
    )
    made.append(characteristic)
    made.extend(descriptors)
    return characteristic


def _permissions(flags: int) -> att.Attribute.Permissions:
    permissions = att.Attribute.Permissions(0)
    if flags & _FLAG_READ:
        permissions |= att.Attribute.Permissions.READABLE
    if flags & _FLAGS_WRITE:
        permissions |= att.Attribute.Permissions.WRITEABLE
    return permissions
