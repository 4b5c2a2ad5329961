"""One connection: its two ends, and the connection events at which they exchange packets.

    end (central) --queue--> [ event every interval ] --> end (peripheral)
                 <----------                          <--queue--

Events run only while a queue holds something; between idle ends the empty packets of a real
connection are taken as exchanged. A sender's host gets its buffer back when the packet has
crossed, so flow control is real. Silence ends the connection after the supervision time.
"""

from __future__ import annotations

import asyncio
import collections
from typing import TYPE_CHECKING, cast

from bumble import hci, ll
from bumble.controller import Connection

if TYPE_CHECKING:
    from pouch_sim.radio.controller import SimController
    from pouch_sim.radio.link import RadioLink

# Packet boundary flags of HCI ACL data, Core specification vol 4 part E 5.4.2.
_CONTINUATION = 1
_FIRST_TO_HOST = 2


class PacedConnection(Connection):
    """One end of a connection, as its own controller sees it."""

    events: ConnectionEvents

    def __post_init__(self) -> None:
        super().__post_init__()
        self.outgoing: collections.deque[hci.HCI_AclDataPacket | ll.ControlPdu] = (
            collections.deque()
        )
        self.is_open = True

    @property
    def sim(self) -> SimController:
        """The controller of this end."""
        return cast("SimController", self.controller)

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Take a packet from this end's host, for the next connection event."""
        self.outgoing.append(packet)
        self.events.arm()

    def send_ll_control_pdu(self, packet: ll.ControlPdu) -> None:
        """Queue a link layer message behind the data."""
        self.outgoing.append(packet)
        self.events.arm()

    def close(self) -> None:
        """This end is gone. What it queued before its termination still crosses, in order."""
        self.is_open = False
        self.events.end_closed()

    def receive(self, packet: hci.HCI_AclDataPacket | ll.ControlPdu) -> None:
        """Take a packet that crossed, and hand it up."""
        if not self.is_open:
            return
        if isinstance(packet, ll.ControlPdu):
            self.sim.on_ll_control_pdu(self.peer_address, packet)
            return
        is_continuation = packet.pb_flag == _CONTINUATION
        self.sim.send_hci_packet(
            hci.HCI_AclDataPacket(
                self.handle,
                _CONTINUATION if is_continuation else _FIRST_TO_HOST,
                0,
                len(packet.data),
                packet.data,
            )
        )


class ConnectionEvents:
    """The schedule of one connection.

    Args:
        air: the link.
        central: the end that opened the connection.
        peripheral: the end that advertised.
    """

    def __init__(
        self, air: RadioLink, central: PacedConnection, peripheral: PacedConnection
    ) -> None:
        self._air = air
        self._ends = (central, peripheral)
        self._start_us = air.loop.now_us
        self._interval_us = air.settings.interval_us
        self._timer: asyncio.TimerHandle | None = None
        self._supervision: asyncio.TimerHandle | None = None
        self._silent_since_us: int | None = None
        # Whether an end has left the air: a radio that comes back knows of no connection.
        self._lost = False
        central.events = peripheral.events = self
        air.add_connection(self)

    @property
    def _reachable(self) -> bool:
        central, peripheral = self._ends
        return not self._lost and self._air.reaches(central.sim, peripheral.sim)

    def arm(self) -> None:
        """See to it that the next connection event takes place."""
        if self._timer is None:
            # Whole numbers: with floats the next event can fall on this very instant.
            loop = self._air.loop
            count = (loop.now_us - self._start_us) // self._interval_us + 1
            self._timer = loop.call_at_us(self._start_us + count * self._interval_us, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if not self._reachable:
            return
        central, peripheral = self._ends
        heard = self._exchange(central, peripheral)
        heard = self._exchange(peripheral, central) or heard
        self._note_silence(heard)
        if central.outgoing or peripheral.outgoing:
            self.arm()

    def _exchange(self, sender: PacedConnection, receiver: PacedConnection) -> bool:
        """Move what one event carries from one end to the other; say whether any crossed."""
        crossed = acknowledged = 0
        while sender.outgoing and crossed < self._air.settings.packets_per_event:
            if self._air.loses_packet():
                break
            packet = sender.outgoing.popleft()
            crossed += 1
            acknowledged += isinstance(packet, hci.HCI_AclDataPacket)
            receiver.receive(packet)
        if acknowledged and sender.is_open:
            sender.sim.send_hci_packet(
                hci.HCI_Number_Of_Completed_Packets_Event(
                    connection_handles=[sender.handle], num_completed_packets=[acknowledged]
                )
            )
        return crossed > 0

    def _note_silence(self, heard: bool) -> None:
        now_us = self._air.loop.now_us
        if heard:
            self._silent_since_us = None
        elif self._silent_since_us is None:
            self._silent_since_us = now_us
        elif now_us - self._silent_since_us >= self._air.settings.supervision_us:
            self._time_out()

    def reach_changed(self) -> None:
        """An end went out of reach or came back: start or stop the supervision time."""
        self._lost = self._lost or not all(self._air.is_present(end.sim) for end in self._ends)
        if self._reachable:
            if self._supervision is not None:
                self._supervision.cancel()
                self._supervision = None
            self.arm()
        elif self._supervision is None:
            loop = self._air.loop
            self._supervision = loop.call_at_us(
                loop.now_us + self._air.settings.supervision_us, self._time_out
            )

    def _time_out(self) -> None:
        for end in self._ends:
            end.outgoing.clear()
            if end.is_open and self._air.is_present(end.sim):
                end.sim.on_le_disconnected(end, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
        self._finish()

    def end_closed(self) -> None:
        """An end closed. When both did, or cannot, nothing is left to watch."""
        if not any(end.is_open for end in self._ends):
            self._finish()

    def _finish(self) -> None:
        for timer in (self._timer, self._supervision):
            if timer is not None:
                timer.cancel()
        self._timer = self._supervision = None
        if self._air.watches(self):
            self._air.remove_connection(self)
