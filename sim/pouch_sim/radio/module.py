"""Names of a board's `bluetooth` and of its `BLE` that are asked for from inside the band.

As the board's stack behaves (profile.py). Pairing is not simulated, because the product's security
is in its own messages: asking for it raises NotImplementedError.
"""

from __future__ import annotations

import errno
from collections.abc import Awaitable
from typing import Any

from bumble import core

from pouch_sim.errors import FlashMisuse
from pouch_sim.radio.gatt_table import Services
from pouch_sim.radio.peripheral import Peripheral
from pouch_sim.vm import frames
from pouch_sim.vm.frames import Refused

_READABLE = ("gap_name", "mtu")
_PAIRING = ("bond", "mitm", "io", "le_secure")
_UNKNOWN = "unknown config param"

# An advertisement and a scan response hold 31 bytes each (Core specification, vol 6 part B 2.3).
_ADVERTISEMENT_BYTES_MAX = 31

_UUID_BITS_MAX = 16
_UUID_BYTES = (2, 4, 16)


class BluetoothModule:
    """`bluetooth`."""

    FLAG_READ = 0x0002
    FLAG_WRITE_NO_RESPONSE = 0x0004
    FLAG_WRITE = 0x0008
    FLAG_NOTIFY = 0x0010
    FLAG_INDICATE = 0x0020

    def UUID(self, value: int | str | bytes) -> bytes:  # noqa: N802 - a class on a board
        """Return a UUID, least significant byte first: the class is a buffer of that."""
        if isinstance(value, int):
            if value >> _UUID_BITS_MAX:
                raise Refused("ValueError", "invalid UUID")
            return frames.U16.pack(value)
        try:
            data = core.UUID(value).to_bytes() if isinstance(value, str) else value
        except ValueError:
            data = b""
        if len(data) not in _UUID_BYTES:
            raise Refused("ValueError", "invalid UUID")
        return data


class BleModule:
    """`bluetooth.BLE`, but for what calls the firmware's handler.

    Args:
        peripheral: the radio.
    """

    def __init__(self, peripheral: Peripheral) -> None:
        self._peripheral = peripheral
        self._profile = peripheral.profile
        self._config: dict[str, Any] = {}
        self._forget()

    def _forget(self) -> None:
        # A stack forgets what it was told before it stopped.
        self._config = {"gap_name": self._profile.gap_name, "mtu": self._profile.mtu}

    def active(self, on: bool) -> Awaitable[bool] | bool:
        """Switch the radio; tell whether the stack asks for keys as it starts."""
        if on:
            self._forget()
        switching = self._peripheral.switch(on, self._config["mtu"])
        asks = on and self._profile.asks_for_secrets
        return asks if switching is None else _after(switching, asks)

    def config(self, *names: str, **values: Any) -> object:
        """Return what is configured, or configure it."""
        if names:
            return self._configured(*names)
        for name, value in values.items():
            if name in _PAIRING and self._profile.can_pair:
                raise Refused("NotImplementedError", "pairing is not simulated")
            if name == "addr_mode":
                self._peripheral.active.set_address_mode(value)
            elif name in self._config:
                self._config[name] = value.encode() if isinstance(value, str) else value
            else:
                raise Refused("ValueError", _UNKNOWN)
        if self._peripheral.is_active:
            self._peripheral.active.set_mtu_max(self._config["mtu"])
        return None

    def _configured(self, name: str) -> object:
        if name == "mac":
            self._peripheral.active  # noqa: B018 - raises when it is off
            return self._peripheral.addresses.told()
        if name not in _READABLE:
            raise Refused("ValueError", _UNKNOWN)
        return self._config[name]

    def gap_advertise(
        self,
        interval_us: int | None,
        adv_data: bytes | str | None = None,
        *,
        resp_data: bytes | str | None = None,
        connectable: Any = True,
    ) -> None:
        """Begin to advertise or, without an interval, end. Without data the last ones stay."""
        data, response = _bytes(adv_data), _bytes(resp_data)
        for part in (data, response):
            if part is not None and len(part) > _ADVERTISEMENT_BYTES_MAX:
                if not self._profile.checks_length:
                    raise FlashMisuse(f"{len(part)} bytes to advertise, and nobody checks")
                raise OSError(errno.EINVAL, "advertisement too long")
        self._peripheral.active.advertise(interval_us, data, response, bool(connectable))

    def gap_disconnect(self, conn_handle: int) -> bool:
        """Hang up; tell whether there is such a connection."""
        return self._peripheral.active.disconnect(conn_handle)

    def gatts_register_services(self, services: Services) -> tuple[tuple[int, ...], ...]:
        """Replace all services; return their value handles."""
        return self._peripheral.active.gatt.register(services)

    def gatts_write(self, value_handle: int, data: bytes | str, send_update: Any = False) -> int:
        """Set a value, and send it to subscribers if asked to."""
        value = _bytes(data) or b""
        self._peripheral.active.gatt.write(value_handle, value, bool(send_update))
        return len(value)

    def gatts_set_buffer(self, value_handle: int, size: int, append: Any = False) -> None:
        """Set the size of a value's buffer, which empties it."""
        self._peripheral.active.gatt.set_buffer(value_handle, size, bool(append))


async def _after(switching: Awaitable[None], asks: bool) -> bool:
    await switching
    return asks


def _bytes(data: bytes | str | None) -> bytes | None:
    return data.encode() if isinstance(data, str) else data
