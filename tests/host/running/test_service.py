"""What systemd is told, by its own protocol over a socket."""

import os
import socket

import pytest

from pouch_host.running.service import ServiceManager


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def manager_socket(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        yield listener


def heard(listener):
    said = []
    while True:
        try:
            said.append(listener.recv(4096).decode())
        except BlockingIOError:
            return said


def test_manager_hears_of_begin_and_end(manager_socket):
    manager = ServiceManager({"NOTIFY_SOCKET": manager_socket.getsockname()}, Clock())
    manager.ready()
    manager.stopping()
    assert heard(manager_socket) == ["READY=1", "STOPPING=1"]


def test_watchdog_is_fed_twice_as_often_as_asked_and_only_while_it_works(manager_socket):
    clock = Clock()
    place = {"NOTIFY_SOCKET": manager_socket.getsockname(), "WATCHDOG_USEC": "60000000"}
    manager = ServiceManager(place, clock)
    for _ in range(91):
        manager.alive(ok=True, status="web running")
        clock.now_s += 1
    assert heard(manager_socket) == ["STATUS=web running\nWATCHDOG=1"] * 4
    for _ in range(60):
        manager.alive(ok=False, status="collector silent")
        clock.now_s += 1
    assert heard(manager_socket) == ["STATUS=collector silent"] * 2


def test_watchdog_of_another_process_is_not_fed(manager_socket):
    place = {
        "NOTIFY_SOCKET": manager_socket.getsockname(),
        "WATCHDOG_USEC": "1000000",
        "WATCHDOG_PID": str(os.getpid() + 1),
    }
    ServiceManager(place, Clock()).alive(ok=True, status="running")
    assert heard(manager_socket) == ["STATUS=running"]


def test_address_without_a_file_is_understood():
    name = f"pouch-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.setblocking(False)
        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}, Clock()).ready()
        assert heard(listener) == ["READY=1"]


@pytest.mark.parametrize("place", [{}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_without_a_manager_nothing_is_said_and_nothing_fails(place):
    manager = ServiceManager(place, Clock())
    manager.ready()
    manager.alive(ok=True, status="running")
    manager.stopping()
