"""The USB port: bytes both ways at the pace of a cable, and Ctrl-C."""

import asyncio

import pytest

from pouch_sim.errors import FlashMisuse
from tests.sim.vm.rig import add_band, run_until_off, simulation

CTRL_C = b"\x03"


def test_bytes_go_both_ways_and_ctrl_c_is_data_until_firmware_lets_it_be_none(tmp_path):
    sim = simulation()
    band = add_band(sim, "usb_echo", tmp_path)
    heard = b""

    async def main():
        nonlocal heard
        band.usb.plug()
        band.usb.open()
        await asyncio.sleep(5)
        band.usb.write(b"a" + CTRL_C + b"\x00\xff\r\n")
        heard += await band.usb.read()
        await asyncio.sleep(1)
        assert band.is_on
        band.usb.write(b"bye")
        await asyncio.sleep(1)
        heard += await band.usb.read()
        assert band.is_on
        band.usb.write(CTRL_C)
        await band.until_off()

    sim.run(main())
    assert heard.startswith(b"A" + CTRL_C + b"\x00\xff\r\n")
    assert b"BYETraceback (most recent call last):\r\n" in heard
    assert heard.endswith(b"ValueError: planted\r\n")
    # What the firmware prints is in the log as ever.
    assert "ValueError: planted" in band.log_text()
    assert band.log_text().splitlines()[-1] == "KeyboardInterrupt"


def test_ctrl_c_ends_firmware_that_did_not_ask_for_more(tmp_path):
    sim = simulation()
    band = add_band(sim, "forever", tmp_path)

    async def main():
        band.usb.plug()
        band.usb.open()
        await asyncio.sleep(5)
        band.usb.write(b"\r" + CTRL_C)
        await band.until_off()
        return sim.loop.now_us

    assert 5_000_000 < sim.run(main()) < 5_010_000


def test_a_cable_carries_a_hundred_kilobytes_a_second(tmp_path):
    sim = simulation()
    band = add_band(sim, "usb_echo", tmp_path)
    data = bytes(range(1, 3)) * 5_000

    async def main():
        band.usb.plug()
        band.usb.open()
        await asyncio.sleep(5)
        began_us = sim.loop.now_us
        band.usb.write(data)
        heard = 0
        while heard < len(data):
            heard += len(await band.usb.read())
        return sim.loop.now_us - began_us

    spent_us = sim.run(main())
    assert 100_000 < spent_us < 250_000


def test_write_that_nobody_takes_costs_its_timeout_once(tmp_path):
    sim = simulation()
    band = add_band(sim, "usb_silent", tmp_path)

    async def main():
        await asyncio.sleep(5)
        band.usb.plug()
        band.usb.open()
        await band.until_off()

    sim.run(main())
    first, second = band.log_text().splitlines()
    assert first == "0 200 0 micropython"
    assert second == "20"


def test_port_has_no_clock_in_light_sleep(tmp_path):
    sim = simulation()
    band = add_band(sim, "usb_asleep", tmp_path)

    async def main():
        band.usb.plug()
        band.usb.open()
        await asyncio.sleep(5)
        band.usb.write(b"lost")
        await asyncio.sleep(5.5)
        band.usb.write(b"heard")
        await band.until_off()

    sim.run(main())
    assert band.log_text().splitlines() == ["asleep 0", "awake 1"]


def test_port_that_is_not_there_cannot_be_opened_and_a_pulled_cable_is_an_error(tmp_path):
    sim = simulation()
    band = add_band(sim, "forever", tmp_path)

    async def main():
        with pytest.raises(OSError, match="cable is not in"):
            band.usb.open()
        with pytest.raises(OSError, match="port is gone"):
            band.usb.write(b"x")
        band.usb.plug()
        band.usb.open()
        with pytest.raises(OSError, match="open already"):
            band.usb.open()
        reading = asyncio.create_task(band.usb.read())
        await asyncio.sleep(1)
        band.usb.unplug()
        with pytest.raises(OSError, match="port is gone"):
            await reading

    sim.run(main())


def test_firmware_that_reads_without_end_is_refused(tmp_path):
    sim = simulation()
    firmware = tmp_path / "band.firmware"
    band = add_band(sim, "forever", tmp_path)
    (firmware / "main.py").write_text("import sys\nsys.stdin.buffer.read()\n")
    with pytest.raises(FlashMisuse, match="reads the USB port for ever"):
        run_until_off(sim, band)
