"""A band's radio, on or off: carries out what its firmware asks of `bluetooth`.

The simulator is the NimBLE side of the module: connections, attribute values and transmit
buffers live here. No pairing: the product's security is in its own messages, and a board that
loses its bonds must lose nothing.
"""

from __future__ import annotations

import errno
from collections.abc import Awaitable

from bumble import hci

from pouch_sim.radio import stack
from pouch_sim.radio.active_radio import ActiveRadio
from pouch_sim.radio.gatt_traffic import Post
from pouch_sim.radio.link import RadioLink
from pouch_sim.vm import frames

# Answer to "radio on": the stack knows nothing of an earlier configuration.
_NEW_STACK = b"\x01"


class Peripheral:
    """The radio of one band, through all its boots.

    Args:
        name: of the band.
        address: its random static address.
        air: the link.
        post: queues an event frame for the firmware.
    """

    def __init__(self, name: str, address: hci.Address, air: RadioLink, post: Post) -> None:
        self._name = name
        self._address = address
        self._air = air
        self._post = post
        self._active: ActiveRadio | None = None
        # A radio that is off between two windows of one boot: building it anew costs milliseconds.
        self._parked: ActiveRadio | None = None
        # Another object after every power-off: what began before it must not come after it.
        self._life = object()
        self._in_range = True
        self.notification_count = 0

    @property
    def address(self) -> str:
        """The address in the usual notation."""
        return self._address.to_string(with_type_qualifier=False)

    @property
    def in_range(self) -> bool:
        """Whether others hear this band."""
        return self._in_range

    @in_range.setter
    def in_range(self, in_range: bool) -> None:
        self._in_range = in_range
        if self._active is not None:
            self._air.set_in_range(self._active.controller, in_range)

    def serve(self, opcode: int, payload: bytes) -> bytes | Awaitable[bytes] | None:
        """Carry out a request of the firmware.

        Raises:
            OSError: what the firmware is to be told.
        """
        if opcode == frames.BLE_ACTIVE and payload[0]:
            return self._activate() if self._parked is None else self._unpark(self._parked)
        if self._active is None:
            raise OSError(errno.ENODEV, "radio is off")
        if opcode == frames.BLE_ACTIVE:
            if self._active.has_connections:
                return self._deactivate(self._active)
            self._park(self._active)
            return b""
        self.notification_count += opcode == frames.BLE_NOTIFY
        return self._active.serve(opcode, payload)

    def power_off(self) -> None:
        """Fall silent at once; centrals find out by themselves."""
        self._life = object()
        active, self._active = self._active, None
        self._parked = None
        if active is not None:
            active.cut()

    def _park(self, active: ActiveRadio) -> None:
        active.park()
        self._active, self._parked = None, active

    def _unpark(self, parked: ActiveRadio) -> bytes:
        parked.unpark()
        self._active, self._parked = parked, None
        self._air.set_in_range(parked.controller, self._in_range)
        return b""

    async def _activate(self) -> bytes:
        life = self._life
        device, controller = await stack.power_on(self._name, self._address, self._air)
        if life is not self._life:
            self._air.remove_controller(controller)
            raise OSError(errno.ENODEV, "power was cut while the radio started")
        self._active = ActiveRadio(device, controller, self._air, self._post)
        self._air.set_in_range(controller, self._in_range)
        return _NEW_STACK

    async def _deactivate(self, active: ActiveRadio) -> bytes:
        await active.stop()
        if active is self._active:
            if active.has_connections:
                # A central that is out of range never heard the goodbye.
                self._active = None
                active.cut()
            else:
                self._park(active)
        return b""
