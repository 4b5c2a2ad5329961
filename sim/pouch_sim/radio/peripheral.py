"""A band's radio, on or off, as its firmware has it through `bluetooth` (module.py).

The simulator is the stack's side of the module: connections, attribute values and transmit
buffers live here. No pairing: the product's security is in its own messages, and a board that
loses its bonds must lose nothing.
"""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable

from bumble import hci

from pouch_sim.radio import stack
from pouch_sim.radio.active_radio import ActiveRadio
from pouch_sim.radio.addresses import BandAddresses
from pouch_sim.radio.gatt_traffic import Post
from pouch_sim.radio.link import RadioLink
from pouch_sim.radio.profile import StackProfile
from pouch_sim.vm.shadow import opcodes as op

# What a host stack has to be given at its start; used by nobody.
_PLACEHOLDER = hci.Address("C0:00:00:00:00:00", hci.Address.RANDOM_DEVICE_ADDRESS)


class Peripheral:
    """The radio of one band, through all its boots.

    Args:
        name: of the band.
        addresses: its addresses.
        air: the link.
        post: queues an event frame for the firmware.
        switched: told when the firmware switches it on or off.
        profile: the board's stack.

    Attributes:
        profile: the board's stack.
        addresses: its addresses.
        notification_count: notifications that its firmware sent.
        waiting_count_max: the most values that ever waited on the heap for a buffer.
    """

    def __init__(
        self,
        name: str,
        addresses: BandAddresses,
        air: RadioLink,
        post: Post,
        switched: Callable[[bool], None],
        profile: StackProfile,
    ) -> None:
        self._name = name
        self.addresses = addresses
        self.profile = profile
        self._air = air
        self._post = post
        self._switched = switched
        self._active: ActiveRadio | None = None
        # A radio that is off between two windows of one boot: building it anew costs milliseconds.
        self._parked: ActiveRadio | None = None
        # Another object after every power-off: what began before it must not come after it.
        self._life = object()
        self._in_range = True
        self.notification_count = 0
        self.waiting_count_max = 0

    @property
    def address(self) -> str:
        """The address of now, or of when it was last on, in the usual notation."""
        return self.addresses.current.to_string(with_type_qualifier=False)

    @property
    def is_active(self) -> bool:
        """Whether it is on."""
        return self._active is not None

    @property
    def active(self) -> ActiveRadio:
        """What it is while it is on.

        Raises:
            OSError: it is off; for the firmware.
        """
        if self._active is None:
            raise OSError(errno.ENODEV, "radio is off")
        return self._active

    @property
    def in_range(self) -> bool:
        """Whether others hear this band."""
        return self._in_range

    @in_range.setter
    def in_range(self, in_range: bool) -> None:
        self._in_range = in_range
        if self._active is not None:
            self._air.set_in_range(self._active.controller, in_range)

    def serve(self, opcode: int, payload: bytes) -> bytes | None:
        """Carry out a request of the firmware that has its own opcode.

        Raises:
            OSError: what the firmware is to be told.
        """
        if opcode == op.BLE_READ and self._active is None:
            return b""
        active = self.active
        answer = active.serve(opcode, payload)
        self.notification_count += opcode == op.BLE_NOTIFY
        waiting = active.gatt.transmitter.waiting_count_max
        self.waiting_count_max = max(self.waiting_count_max, waiting)
        return answer

    def switch(self, on: bool, mtu_max: int) -> Awaitable[None] | None:
        """Switch it on or off; it is not in that state yet.

        Args:
            on: whether to switch it on.
            mtu_max: what it is to offer to centrals.
        """
        self._switched(on)
        if on:
            if self._parked is None:
                return self._activate(mtu_max)
            self._parked.unpark()
            self._begin(self._parked, mtu_max)
            self._parked = None
            return None
        active = self.active
        if active.has_connections:
            return self._deactivate(active)
        self._park(active)
        return None

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

    def _begin(self, radio: ActiveRadio, mtu_max: int) -> None:
        self._active = radio
        self.addresses.start()
        radio.use_address()
        radio.set_mtu_max(mtu_max)
        self._air.set_in_range(radio.controller, self._in_range)

    async def _activate(self, mtu_max: int) -> None:
        life = self._life
        device, controller = await stack.power_on(
            self._name, _PLACEHOLDER, self._air, self.addresses.public
        )
        if life is not self._life:
            self._air.remove_controller(controller)
            raise OSError(errno.ENODEV, "power was cut while the radio started")
        radio = ActiveRadio(
            device, controller, self._air, self._post, self.profile, self.addresses
        )
        self._begin(radio, mtu_max)

    async def _deactivate(self, active: ActiveRadio) -> None:
        await active.stop()
        if active is self._active:
            self._park(active)
