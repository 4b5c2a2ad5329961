"""The controller that the kernel gets, with a kernel that only takes notes."""

import asyncio

from bumble import hci
from bumble.device import AdvertisingType
from bumble.transport.common import PacketParser

from pouch_sim.radio import stack
from pouch_sim.simulation import Simulation
from tests.bluez.kernel_controller import KernelController

BAND = hci.Address("F5:00:00:00:00:01", hci.Address.RANDOM_DEVICE_ADDRESS)


class Kernel:
    """Takes bytes, as a file does."""

    def __init__(self):
        self.received = []

    def set_packet_sink(self, sink):
        self.controller = sink

    def on_packet(self, packet):
        assert isinstance(packet, bytes)
        self.received.append(hci.HCI_Packet.from_bytes(packet))

    def send(self, command):
        # In pieces, as it comes through a file.
        parser = PacketParser(self.controller)
        for byte in bytes(command):
            parser.feed_data(bytes([byte]))


def with_kernel(scenario):
    simulation = Simulation(seed=1, start_utc_s=0)

    async def main():
        kernel = Kernel()
        controller = KernelController(simulation.air, kernel, kernel)
        return await scenario(simulation, kernel, controller)

    return simulation.run(main())


def test_kernel_is_offered_neither_privacy_nor_extended_advertising():
    async def scenario(_simulation, kernel, _controller):
        kernel.send(hci.HCI_LE_Read_Local_Supported_Features_Command())
        await asyncio.sleep(1)
        return kernel.received

    (answer,) = with_kernel(scenario)
    features = int.from_bytes(answer.return_parameters.le_features, "little")
    assert features & hci.LeFeatureMask.LE_ENCRYPTION
    assert not features & hci.LeFeatureMask.LL_PRIVACY
    assert not features & hci.LeFeatureMask.LE_EXTENDED_ADVERTISING


def test_kernel_that_scans_hears_a_band_in_bytes():
    async def scenario(simulation, kernel, _controller):
        _, band = await stack.power_on("band", BAND, simulation.air)
        band.advertiser.begin(
            AdvertisingType.UNDIRECTED, hci.OwnAddressType.RANDOM, 100_000, b"\x02\x01\x06", b""
        )
        kernel.send(hci.HCI_LE_Set_Scan_Enable_Command(le_scan_enable=1, filter_duplicates=0))
        await asyncio.sleep(1)
        return kernel.received[1:]

    heard = with_kernel(scenario)
    assert len(heard) >= 9
    assert {type(event) for event in heard} == {hci.HCI_LE_Advertising_Report_Event}
    assert {str(report.address) for event in heard for report in event.reports} == {str(BAND)}
    assert {report.data for event in heard for report in event.reports} == {b"\x02\x01\x06"}
