"""A Bluetooth controller as Bumble has it, corrected where Bumble's own does not behave.

Written against bumble 0.0.236, pinned, because it overrides methods that are not documented. Each
correction has a test. What is corrected, beside advertising and connections: a cancelled connect
stays pending for ever; packets are 27 bytes long; connection parameters are constants; extended
advertising and its reports are announced, which no board of ours uses.
"""

from __future__ import annotations

from typing import Any, cast

from bumble import hci
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.host import Host

from pouch_sim.radio.advertiser import Advertisement, PacedAdvertiser
from pouch_sim.radio.connection import ConnectionEvents, PacedConnection
from pouch_sim.radio.link import RadioLink

# Longest packet with the data length extension (Core specification, vol 6 part B 2.4).
_DATA_BYTES_MAX = 251

_RSSI_DBM = -50
_INTERVAL_UNIT_US = 1250
_SUPERVISION_UNIT_US = 10_000
_Report = hci.HCI_LE_Advertising_Report_Event


class SimController(Controller):
    """Controller of a simulated band or adapter.

    Args:
        name: for messages.
        air: the link; the controller adds itself.
        public_address: that of the chip, if it has one.
    """

    le_acl_data_packet_length = _DATA_BYTES_MAX
    acl_data_packet_length = _DATA_BYTES_MAX
    supported_max_tx_octets = _DATA_BYTES_MAX
    supported_max_rx_octets = _DATA_BYTES_MAX
    suggested_max_tx_octets = _DATA_BYTES_MAX
    le_features = (
        Controller.le_features
        & ~hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        & ~hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
    )

    def __init__(
        self, name: str, air: RadioLink, public_address: hci.Address | None = None
    ) -> None:
        super().__init__(name, link=air, public_address=public_address)
        self.air = air
        self.advertiser = PacedAdvertiser(self)
        self.le_legacy_advertiser = self.advertiser

    @property
    def is_listening(self) -> bool:
        """Whether it scans, or waits for an advertisement to connect to."""
        return self.le_scan_enable or self.pending_le_connection is not None

    # Packets to and from the host. Bumble's own format every packet for a log nobody reads, which
    # took more than half of the time of a transfer.

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Take a packet from the host."""
        if isinstance(packet, hci.HCI_AclDataPacket):
            connection = self.find_le_connection_by_handle(packet.connection_handle)
            if connection is not None:
                connection.on_hci_acl_data_packet(packet)
        elif isinstance(packet, hci.HCI_Command):
            self.on_hci_command_packet(packet)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet to the host, once the present callback is done."""
        if isinstance(packet, (hci.HCI_AclDataPacket, _Report)):
            self.air.loop.call_soon(cast("Host", self.host).on_hci_packet, packet)
        elif self.host:
            self.air.loop.call_soon(self.host.on_packet, bytes(packet))

    # Listening.

    def on_hci_le_set_scan_enable_command(self, command: Any) -> hci.HCI_StatusReturnParameters:
        """Start or stop scanning."""
        result = super().on_hci_le_set_scan_enable_command(command)
        self.air.listening_began()
        return result

    def on_hci_le_create_connection_command(
        self, command: hci.HCI_LE_Create_Connection_Command
    ) -> None:
        """Start to wait for the peer's advertisement."""
        super().on_hci_le_create_connection_command(command)
        self.air.listening_began()

    def on_hci_le_create_connection_cancel_command(
        self, _command: Any
    ) -> hci.HCI_StatusReturnParameters:
        """Stop waiting, and tell the host with the event the specification asks for."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        self._report_connection(
            hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            0,
            hci.Role.CENTRAL,
            pending.peer_address,
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_advertisement(self, advertising: SimController, advertisement: Advertisement) -> None:
        """Hear an advertisement: report it, and connect if this is the awaited peer."""
        if self.le_scan_enable:
            kind = _Report.EventType
            first = kind.ADV_IND if advertisement.connectable else kind.ADV_NONCONN_IND
            self._report_advertisement(first, advertisement.address, advertisement.data)
            if advertisement.connectable and self.le_scan_type:
                self._report_advertisement(
                    kind.SCAN_RSP, advertisement.address, advertisement.scan_response
                )
        pending = self.pending_le_connection
        if (
            pending is not None
            and advertisement.connectable
            # Its kind is not compared: whoever has an address from a text does not know it.
            and bytes(pending.peer_address) == bytes(advertisement.address)
            and advertisement.address not in self.le_connections
        ):
            self._connect(advertising, advertisement.address)

    def _report_advertisement(self, event_type: int, address: hci.Address, data: bytes) -> None:
        report = _Report.Report(
            event_type=event_type,
            address_type=address.address_type,
            address=address,
            data=data,
            rssi=_RSSI_DBM,
        )
        self.send_hci_packet(_Report([report]))

    # Connections.

    def _connect(self, advertising: SimController, address: hci.Address) -> None:
        self.pending_le_connection = None
        own = self.random_address
        central = self._open(hci.Role.CENTRAL, own, address)
        peripheral = advertising._open(hci.Role.PERIPHERAL, address, own)
        ConnectionEvents(self.air, central, peripheral)
        advertising.advertiser.stop()

    def _open(self, role: hci.Role, own: hci.Address, peer: hci.Address) -> PacedConnection:
        connection = PacedConnection(
            controller=self,
            handle=self.allocate_connection_handle(),
            role=role,
            self_address=own,
            peer_address=peer,
            link=self.air,
            transport=PhysicalTransport.LE,
            link_type=hci.HCI_Connection_Complete_Event.LinkType.ACL,
        )
        self.le_connections[peer] = connection
        self._report_connection(hci.HCI_ErrorCode.SUCCESS, connection.handle, role, peer)
        return connection

    def _report_connection(
        self, status: int, handle: int, role: hci.Role, peer: hci.Address
    ) -> None:
        settings = self.air.settings
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=status,
                connection_handle=handle,
                role=role,
                peer_address_type=peer.address_type,
                peer_address=peer,
                connection_interval=settings.interval_us // _INTERVAL_UNIT_US,
                peripheral_latency=0,
                supervision_timeout=settings.supervision_us // _SUPERVISION_UNIT_US,
                central_clock_accuracy=0,
            )
        )

    def on_le_disconnected(self, connection: Connection, reason: int) -> None:
        """Close this end, and tell the host why."""
        super().on_le_disconnected(connection, reason)
        cast("PacedConnection", connection).close()
