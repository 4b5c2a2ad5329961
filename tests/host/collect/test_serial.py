"""Real serial ports, on a pseudo-terminal: pyserial reads and writes as with a board."""

import asyncio
import os
import sys
import threading
import tty
from types import SimpleNamespace

import pytest

from pouch_host.collect import serial as ports
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.serial import board_ports, open_port

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


@pytest.fixture
def line():
    """Return the far end of a pseudo-terminal and the name of the near one."""
    far, near = os.openpty()
    tty.setraw(near)
    yield far, os.ttyname(near)
    for end in (far, near):
        try:
            os.close(end)
        except OSError:
            continue


def test_bytes_go_both_ways_unchanged(line):
    far, name = line
    everything = bytes(range(256))

    async def scenario():
        async with open_port(name) as port:
            await port.write(everything)
            os.write(far, everything)
            heard = b""
            while len(heard) < 256:
                heard += await port.read()
            return heard

    assert asyncio.run(scenario()) == everything
    assert os.read(far, 1000) == everything


def test_closed_port_leaves_no_thread_and_can_be_opened_again(line):
    _, name = line

    async def scenario():
        async with open_port(name):
            assert "serial" in {thread.name for thread in threading.enumerate()}

    for _ in range(2):
        asyncio.run(scenario())
        assert "serial" not in {thread.name for thread in threading.enumerate()}


def test_port_that_another_program_has_is_told_so(line):
    _, name = line

    async def scenario():
        async with open_port(name):
            with pytest.raises(LinkError, match="another program has this port open") as caught:
                async with open_port(name):
                    pass
            return caught.value

    error = asyncio.run(scenario())
    assert error.reason is LinkFailure.NOT_REACHED
    assert str(error).startswith(f"{name}: ")


def test_port_that_is_not_there_is_told_with_those_that_are(monkeypatch):
    monkeypatch.setattr(ports.list_ports, "comports", lambda: [_port("/dev/ttyACM3", None)])

    async def scenario():
        async with open_port("/dev/nothing-of-ours"):
            pass

    with pytest.raises(LinkError, match=r"/dev/nothing-of-ours: cannot .*here: /dev/ttyACM3\)"):
        asyncio.run(scenario())


def test_port_without_permission_names_the_group():
    assert "dialout" in ports._reason(PermissionError(13, "Permission denied"))


def test_cable_that_is_pulled_is_an_error_for_every_reader(line):
    far, name = line

    async def scenario():
        async with open_port(name) as port:
            os.close(far)
            for _ in range(2):
                with pytest.raises(OSError, match=r".+"):
                    await port.read()

    asyncio.run(scenario())


def _port(device, vid):
    return SimpleNamespace(device=device, vid=vid)


def test_boards_are_told_by_who_made_their_port(monkeypatch):
    found = [
        _port("/dev/ttyS0", None),
        _port("/dev/ttyUSB0", 0x1A86),
        _port("/dev/ttyACM1", 0x2E8A),
        _port("/dev/ttyACM0", 0x303A),
    ]
    monkeypatch.setattr(ports.list_ports, "comports", lambda: found)
    assert list(board_ports().items()) == [
        ("/dev/ttyACM0", "xiao_esp32c3"),
        ("/dev/ttyACM1", "pico_w"),
    ]
