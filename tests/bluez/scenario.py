"""What is tried in the guest: the collector, as a ward runs it, with the kernel's Bluetooth.

Runs as `python -m tests.bluez.scenario FOLDER` beside bluetoothd, on what recorded.py left in that
folder; see __main__.py, which starts all this.
"""

import asyncio
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from bleak import BleakScanner
from bumble import hci
from bumble.device import AdvertisingType

from pouch_host.collect.backoff import growing_pause_s
from pouch_protocol import constants as c
from pouch_sim.radio import stack
from tests.bluez import lines
from tests.bluez.bluetoothd import cached_tables, kernel_adapter
from tests.bluez.real_path import (
    BAND_ID,
    INTERVAL_S,
    SEED,
    RealPath,
    Unexpected,
    press_twice,
    require,
    until,
)
from tests.e2e.whole_path import flashed

# Stream frames in the middle of a pull: the band has some ninety to send.
_BREAK_AFTER = 25
# What the firmware offers: a frame then fills a link packet.
_MTU = 247

# Address and manufacturer data of two advertisers.
_TOKENS = (
    ("F5:00:00:00:00:01", bytes.fromhex("010203a1a2a3")),
    ("F5:00:00:00:00:02", bytes.fromhex("040506b4b5b6")),
)
_COMPANY_UNASSIGNED = 0xFFFF
_ADVERTISE_US = 50_000
_FLAGS = b"\x02\x01\x06"
_SERVICE_UUID_128, _MANUFACTURER_DATA = 0x07, 0xFF


def advertisement(token):
    """Return the payload of a band that has something to say of itself."""
    service = bytes.fromhex(c.SERVICE_UUID.replace("-", ""))[::-1]
    company = _COMPANY_UNASSIGNED.to_bytes(2, "little")
    return b"".join(
        (
            _FLAGS,
            bytes((len(service) + 1, _SERVICE_UUID_128)),
            service,
            bytes((len(company) + len(token) + 1, _MANUFACTURER_DATA)),
            company,
            token,
        )
    )


async def hear_token(air, address, token):
    """See that bleak hands on the manufacturer data beside a service that it filters by."""
    _, controller = await stack.power_on(
        "beacon", hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS), air
    )
    controller.advertiser.begin(
        AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE,
        hci.OwnAddressType.RANDOM,
        _ADVERTISE_US,
        advertisement(token),
        b"",
    )
    heard = {}

    def take(device, advertised):
        heard[device.address] = advertised.manufacturer_data

    async with BleakScanner(take, service_uuids=[c.SERVICE_UUID]):
        await until(lambda: address in heard, f"hearing {address}")
    controller.advertiser.stop()
    air.remove_controller(controller)
    require(
        heard[address] == {_COMPANY_UNASSIGNED: token},
        f"bleak made {heard[address]} of {token.hex()}",
    )


async def scenario(path, band):
    """Everything, in order."""
    async with kernel_adapter(path.simulation.air) as adapter:
        lines.step(f"the kernel has an adapter: {adapter}")
        for address, token in _TOKENS:
            await hear_token(path.simulation.air, address, token)
        lines.step("heard a token in an advertisement, and another from another address")
        await until(lambda: band.is_on, "the band starts")
        async with path.collecting():
            await interruptions(path, band)
            await last_rounds(path, band)
        lines.step(f"bluetoothd keeps the tables of {cached_tables()} devices")


async def interruptions(path, band):
    """Pull twice, and each time something comes between."""
    mtus = []

    def hang_up():
        for number, connection in band._radio.active._connections.items():
            mtus.append(connection.att_mtu)
            band._radio.active.disconnect(number)

    def carry_away():
        band.in_range = False

    outcome = await path.interrupted_pull(band, _BREAK_AFTER, hang_up)
    require(mtus == [_MTU], f"the MTU was {mtus}")
    lines.step(f"MTU {_MTU}; the band hung up in the middle: {outcome}")
    outcome = await path.interrupted_pull(band, _BREAK_AFTER, carry_away)
    lines.step(f"the band was carried away in the middle: {outcome}")
    band.in_range = True
    # It has failed twice in a row, and has to wait for its next turn.
    await asyncio.sleep(growing_pause_s(2))


async def last_rounds(path, band):
    """Pull the rest, and then what is new; compare with the flash."""
    await press_twice(band)
    result = await path.pulled("the rest")
    frames = band.notification_count
    held = path.stored(BAND_ID)
    require(result.missing_count == 0, f"records are missing: {result}")
    require(result.damaged_count == 0, f"frames were damaged: {result}")
    require(sorted(held) == list(range(len(held))), "the numbers have gaps")
    lines.step(f"the rest was pulled: {result.new_count} of {len(held)} records")

    # At once: what it records from there on nobody pulls.
    path.when_pulled = band.cut_power
    await press_twice(band)
    result = await path.pulled("what is new")
    stored = path.stored(BAND_ID)
    frames = band.notification_count - frames
    require(result.new_count == len(stored) - len(held) > 0, f"a second round: {result}")
    # A record has 20 bytes, a frame twelve times as many.
    require(frames <= result.new_count, f"{frames} frames for {result.new_count} records")
    lines.step(f"a second round brought {result.new_count} new records in {frames} frames")
    on_band = flashed(band)
    require(stored == on_band, f"store and flash differ: {differences(stored, on_band)}")
    lines.step(f"the store holds what the flash holds: {len(stored)} records")


def differences(stored, on_band):
    """Return in words how two `{record_no: (boot_id, bytes)}` differ."""
    others = {number for number in stored.keys() & on_band if stored[number] != on_band[number]}
    return ", ".join(
        f"{where} {number} ({held[number][1].hex()})"
        for where, held, numbers in (
            ("only in the store", stored, stored.keys() - on_band),
            ("only in the flash", on_band, on_band.keys() - stored),
            ("another in the flash", on_band, others),
        )
        for number in sorted(numbers)
    )


def main(recorded):
    """Run the scenario; return the exit code.

    Args:
        recorded: folder with what recorded.py made.
    """
    lines.step("simulator and collector are loaded")
    with tempfile.TemporaryDirectory() as folder:
        # What is outside can only be read.
        for name in (f"bands/band-{BAND_ID:08x}.flash", "pouch.db"):
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            shutil.copy(Path(recorded) / name, Path(folder) / name)
        path = RealPath(Path(folder), SEED)
        band = path.add_band(band_id=BAND_ID, interval_s=INTERVAL_S)
        try:
            path.run(scenario(path, band))
        except Unexpected as error:
            print(band.log_text())
            lines.failed(error)
            return 1
        except Exception as error:  # noqa: BLE001 - it goes where somebody reads it
            print(band.log_text())
            traceback.print_exc()
            lines.failed(f"{type(error).__name__}: {error}")
            return 1
    lines.passed()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
