"""Makes the Bluetooth host stack, Bumble's, on top of a simulated controller."""

from __future__ import annotations

from bumble import hci
from bumble.device import Device, DeviceConfiguration
from bumble.host import Host
from bumble.keys import MemoryKeyStore
from bumble.transport.common import AsyncPipeSink

from pouch_sim.radio.controller import SimController
from pouch_sim.radio.link import RadioLink

# An identity key of zeros: addresses are static here, nothing is ever resolved, and a drawn key
# would differ from run to run.
_NO_IRK = bytes(16)


class _DirectHost(Host):
    """Bumble's host without the log of every packet, and with a short way for frequent ones.

    Commands and events still cross as bytes, as on a real HCI. Data packets and what is heard of
    advertisements are handed over as they are: writing and parsing them again was a third of the
    cost of a notification, and half of that of listening to a ward.
    """

    def __init__(self, controller: SimController) -> None:
        super().__init__(controller, AsyncPipeSink(controller))
        self._sim_controller = controller

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        if isinstance(packet, hci.HCI_AclDataPacket):
            self._sim_controller.on_hci_packet(packet)
        elif self.hci_sink is not None:
            self.hci_sink.on_packet(bytes(packet))

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        if isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        elif isinstance(packet, hci.HCI_Event):
            self.on_hci_event_packet(packet)


async def power_on(
    name: str,
    address: hci.Address,
    air: RadioLink,
    public_address: hci.Address | None = None,
) -> tuple[Device, SimController]:
    """Return a powered device with the random static `address`, and its controller.

    Args:
        name: for messages.
        address: its random static address.
        air: the link.
        public_address: that of its chip, if it has one.
    """
    controller = SimController(name, air, public_address)
    # Bumble's GATT service has characteristics that NimBLE's has not; nothing of ours needs it.
    config = DeviceConfiguration(
        name=name, address=address, irk=_NO_IRK, gatt_service_enabled=False
    )
    device = Device(config=config, host=_DirectHost(controller))
    device.keystore = MemoryKeyStore()
    await device.power_on()
    return device, controller
