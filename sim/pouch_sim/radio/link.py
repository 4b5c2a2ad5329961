"""The air between controllers: who is there, who hears whom, and what the radio is like.

Replaces Bumble's LocalLink, which delivers everything at once and to everybody, loses nothing, and
never notices that a device is gone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from bumble import controller as bumble_controller
from bumble import core, hci, ll
from bumble.link import LocalLink

from pouch_sim.loop import VirtualLoop

if TYPE_CHECKING:
    from pouch_sim.radio.advertiser import Advertisement
    from pouch_sim.radio.connection import ConnectionEvents
    from pouch_sim.radio.controller import SimController


@dataclass
class RadioSettings:
    """How good the radio is. May be changed while the simulation runs.

    Attributes:
        interval_us: connection interval. 30 ms is what phones and Linux hosts commonly choose.
        packets_per_event: data packets each way in one connection event. Six long packets were
            measured with a real NimBLE host over a controller paced at 1M PHY.
        loss: chance that one packet is lost, 0 to 1. A lost packet is sent again.
        supervision_us: silence after which either end gives the connection up.
    """

    interval_us: int = 30_000
    packets_per_event: int = 6
    loss: float = 0.0
    supervision_us: int = 4_000_000


class RadioLink(LocalLink):
    """All controllers of a simulation, in the order in which they were switched on.

    Args:
        loop: the simulation's loop.
        rng: source of lost packets.
        settings: how good the radio is.
    """

    def __init__(self, loop: VirtualLoop, rng: random.Random, settings: RadioSettings) -> None:
        super().__init__()
        self.loop = loop
        self.settings = settings
        self._rng = rng
        self._present: list[SimController] = []
        self._out_of_range: set[SimController] = set()
        self._connections: list[ConnectionEvents] = []

    def add_controller(self, controller: bumble_controller.Controller) -> None:
        """Switch a controller on. Called by the controller itself."""
        self._present.append(cast("SimController", controller))

    def remove_controller(self, controller: bumble_controller.Controller) -> None:
        """Switch a controller off without a word; its peers find out by silence."""
        gone = cast("SimController", controller)
        self._present.remove(gone)
        self._out_of_range.discard(gone)
        self._reach_changed()

    def set_in_range(self, controller: SimController, in_range: bool) -> None:
        """Carry a device out of everybody's range, or back."""
        if in_range:
            self._out_of_range.discard(controller)
        else:
            self._out_of_range.add(controller)
        self._reach_changed()

    def is_present(self, controller: SimController) -> bool:
        """Say whether the controller is switched on."""
        return controller in self._present

    def reaches(self, one: SimController, other: SimController) -> bool:
        """Say whether the two hear each other."""
        return (
            one in self._present
            and other in self._present
            and one not in self._out_of_range
            and other not in self._out_of_range
        )

    def loses_packet(self) -> bool:
        """Draw whether the next packet is lost."""
        return self.settings.loss > 0 and self._rng.random() < self.settings.loss

    def add_connection(self, events: ConnectionEvents) -> None:
        """Watch a connection for the loss of one of its ends."""
        self._connections.append(events)

    def remove_connection(self, events: ConnectionEvents) -> None:
        """Stop watching a connection; both ends are gone."""
        self._connections.remove(events)

    def watches(self, events: ConnectionEvents) -> bool:
        """Say whether the connection is still watched."""
        return events in self._connections

    def _reach_changed(self) -> None:
        for events in list(self._connections):
            events.reach_changed()

    def has_listener(self, advertising: SimController) -> bool:
        """Say whether anybody would hear an advertisement."""
        return any(
            c is not advertising and c.is_listening and self.reaches(c, advertising)
            for c in self._present
        )

    def listening_began(self) -> None:
        """Wake advertisers that were quiet because nobody listened."""
        for controller in self._present:
            controller.advertiser.wake()

    def advertise(self, advertising: SimController, advertisement: Advertisement) -> None:
        """Let everybody who listens and is in range hear one advertisement."""
        for controller in list(self._present):
            if controller.is_listening and self.reaches(controller, advertising):
                controller.on_advertisement(advertising, advertisement)

    def send_acl_data(
        self,
        sender_controller: bumble_controller.Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,
        data: bytes,
    ) -> None:
        """Refuse: data moves at connection events only, never through here."""
        raise NotImplementedError

    def send_advertising_pdu(
        self, sender_controller: bumble_controller.Controller, packet: ll.AdvertisingPdu
    ) -> None:
        """Refuse: advertisements go through `advertise`."""
        raise NotImplementedError
