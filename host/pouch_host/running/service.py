"""Tells a service manager how a long command is: it is there, it works, it ends.

systemd's protocol of one-line datagrams (sd_notify), which other managers speak too. Where there
is no such manager, nothing is said.
"""

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

_US_PER_S = 1_000_000


class ServiceManager:
    """The manager that has started this process, if there is one.

    Args:
        environment: where it has left its address.
        clock_s: returns seconds that go on evenly.
    """

    def __init__(self, environment: Mapping[str, str], clock_s: Callable[[], float]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._clock_s = clock_s
        # Twice as often as it wants to hear: one word may come late.
        wanted_us = environment.get("WATCHDOG_USEC", "")
        for_us = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._every_s = int(wanted_us) / _US_PER_S / 2 if wanted_us.isdigit() and for_us else None
        self._next_s = clock_s()

    def ready(self) -> None:
        """Say that the work has begun."""
        self._say("READY=1")

    def alive(self, *, ok: bool, status: str) -> None:
        """Say that the work goes on, as often as the manager wants to hear it.

        Args:
            ok: whether it does; a manager that does not hear that it does starts it anew.
            status: one line for whoever asks the manager.
        """
        if self._clock_s() < self._next_s:
            return
        self._next_s = self._clock_s() + (self._every_s or 10.0)
        watchdog = "\nWATCHDOG=1" if ok and self._every_s is not None else ""
        self._say(f"STATUS={status}{watchdog}")

    def stopping(self) -> None:
        """Say that the work ends."""
        self._say("STOPPING=1")

    def _say(self, text: str) -> None:
        if not self._address:
            return
        # An address that begins so is one without a file.
        address = f"\0{self._address[1:]}" if self._address[0] == "@" else self._address
        # A manager that does not listen is no fault of the ward's.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(text.encode(), address)
