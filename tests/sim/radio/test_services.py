"""Several services of one band, read by a stranger, and what its firmware sees of that."""

import asyncio
import uuid

import pytest
from bleak.exc import BleakGATTProtocolError, BleakGATTProtocolErrorCode

from pouch_sim.radio.gatt_traffic import IRQ_GATTS_READ_REQUEST
from pouch_sim.radio.profile import BTSTACK, NIMBLE
from pouch_sim.vm import frames
from pouch_sim.vm.shadow import opcodes as op
from tests.sim.radio.board import READ, Board, services
from tests.sim.radio.helpers import CONTROL, STREAM, client
from tests.sim.vm.rig import simulation

BASE = "0000{:04x}-0000-1000-8000-00805f9b34fb"
DEVICE_INFORMATION, MANUFACTURER, MODEL = 0x180A, 0x2A29, 0x2A24
BATTERY, LEVEL = 0x180F, 0x2A19

each_stack = pytest.mark.parametrize("profile", [NIMBLE, BTSTACK], ids=["NimBLE", "BTstack"])


def short(number):
    return frames.U16.pack(number)


ALL = (
    *services((STREAM, READ), (CONTROL, READ)),
    (short(DEVICE_INFORMATION), ((short(MANUFACTURER), READ), (short(MODEL), READ))),
    (short(BATTERY), ((short(LEVEL), READ),)),
)


async def open_window(board):
    await board.switch_on()
    handles = board.ble.gatts_register_services(ALL)
    _, (manufacturer, model), (level,) = handles
    await board.write(manufacturer, b"Somebody")
    await board.write(model, b"Something")
    await board.write(level, b"\x46")
    await board.advertise()
    return handles


@each_stack
def test_stranger_reads_each_service_and_the_firmware_is_asked_each_time(profile):
    sim = simulation()
    board = Board(sim, profile)

    async def main():
        handles = await open_window(board)
        assert len({handle for service in handles for handle in service}) == 5
        async with client(board.address, sim.backend()) as c:
            found = [service.uuid for service in c.services]
            assert found[-2:] == [BASE.format(DEVICE_INFORMATION), BASE.format(BATTERY)]
            for number, value in (
                (MANUFACTURER, b"Somebody"),
                (MODEL, b"Something"),
                (LEVEL, b"\x46"),
            ):
                assert await c.read_gatt_char(BASE.format(number)) == value
                # By its short number, too, as tools for people do.
                assert await c.read_gatt_char(uuid.UUID(BASE.format(number))) == value
        asked = [
            frames.GATT_EVENT.unpack(payload)[2]
            for opcode, payload in board.events
            if opcode == op.BLE_EVENT and payload[0] == IRQ_GATTS_READ_REQUEST
        ]
        _, (manufacturer, model), (level,) = handles
        assert asked == [manufacturer, manufacturer, model, model, level, level]
        await asyncio.sleep(1)

    sim.run(main())


@each_stack
def test_value_is_another_after_it_was_written_anew_in_the_next_window(profile):
    sim = simulation()
    board = Board(sim, profile)

    async def main():
        await open_window(board)
        await board.switch_off()
        *_, (level,) = await open_window(board)
        await board.write(level, b"\x0a")
        async with client(board.address, sim.backend()) as c:
            assert await c.read_gatt_char(BASE.format(LEVEL)) == b"\x0a"
            with pytest.raises(BleakGATTProtocolError) as caught:
                await c.write_gatt_char(BASE.format(LEVEL), b"\x64", response=True)
            assert caught.value.code is BleakGATTProtocolErrorCode.WRITE_NOT_PERMITTED
            assert await c.read_gatt_char(BASE.format(LEVEL)) == b"\x0a"

    sim.run(main())
