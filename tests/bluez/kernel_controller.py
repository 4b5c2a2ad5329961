"""A simulated controller that the Linux kernel takes for a Bluetooth adapter of its own.

bleak -- bluetoothd -- kernel
                         |  /dev/vhci: HCI packets
                  KernelController -- RadioLink -- the controllers of simulated bands
"""

from bumble import hci

from pouch_sim.radio.controller import SimController

_ADDRESS = "F0:F1:F2:00:00:01"


class KernelController(SimController):
    """The controller of the machine that collects.

    What differs from a band's: its host is at the other end of a file, so all that goes there is
    bytes; and it does not offer privacy in the controller. Offered that, BlueZ 5.66 tells of a
    band that it just had a connection to only half a minute later, three times out of three.

    Args:
        air: the simulated radio.
        source: hands over what the kernel says.
        sink: takes what the kernel is told.
    """

    le_features = SimController.le_features & ~hci.LeFeatureMask.LL_PRIVACY

    def __init__(self, air, source, sink):
        super().__init__("kernel", air)
        # Without one bluetoothd has to make one up before it starts the adapter.
        self.public_address = hci.Address(_ADDRESS, hci.Address.PUBLIC_DEVICE_ADDRESS)
        self.host = sink
        source.set_packet_sink(self)

    def send_hci_packet(self, packet):
        if self.host:
            self.air.loop.call_soon(self.host.on_packet, bytes(packet))
