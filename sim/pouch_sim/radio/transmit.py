r"""Values on their way to a band's central: notifications, indications and their confirmations.

    NimBLE     notify, indicate --> buffers --> air        full: ENOMEM, and nothing is sent
    BTstack    notify, indicate --> buffers --> air
                      \--> indications that wait --/        each served before any notification
                      \--> notifications that wait -/

BTstack keeps what finds no buffer on the heap and sends indications first (att_server.c, its
three phases): an indication overtakes the notifications that wait, and its confirmation says
nothing about them.
"""

from __future__ import annotations

import asyncio
import collections
import errno
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from bumble.device import Connection, Device

from pouch_sim.errors import FlashMisuse
from pouch_sim.radio.profile import StackProfile
from pouch_sim.vm import frames

_NOTIFICATION = b"\x1b"
_INDICATION = b"\x1d"
_HEADER_BYTES = 3

# Both stacks give a transaction this long (Core specification, vol. 3 part F, 3.3.3).
_CONFIRM_S = 30.0
# What BTstack's port keeps with each value that waits: its own record, and that of the heap.
_WAITING_BYTES = 48

# Told how an indication ended: number of the connection, handle, status.
IndicationDone = Callable[[int, int, int], None]


@dataclass(frozen=True)
class _Value:
    """One value for a connection."""

    connection: Connection
    handle: int
    data: bytes

    @property
    def heap_bytes(self) -> int:
        return len(self.data) + _WAITING_BYTES


class _Confirmation:
    """What Bumble's server fulfils when a confirmation comes: a future would tell of it later."""

    def __init__(self, taken: Callable[[], None]) -> None:
        self._taken = taken

    def set_result(self, _result: None) -> None:
        self._taken()


class Transmitter:
    """Sends the values of one band while its radio is on.

    Args:
        device: Bumble's host stack of the band.
        profile: the board's stack.
        done: told of each indication's end.

    Attributes:
        waiting_count_max: the most values that ever waited on the heap at once.
    """

    def __init__(self, device: Device, profile: StackProfile, done: IndicationDone) -> None:
        self._server = device.gatt_server
        self._profile = profile
        self._done = done
        # For each value in a buffer, how many packets the host had queued with it.
        self._buffered: collections.deque[int] = collections.deque()
        self._notifications: collections.deque[_Value] = collections.deque()
        self._indications: collections.deque[_Value] = collections.deque()
        self._waiting_bytes = 0
        self._unconfirmed: _Value | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.waiting_count_max = 0
        queue = device.host.le_acl_packet_queue
        assert queue is not None
        self._queue = queue
        queue.on("flow", self._on_flow)

    def end(self) -> None:
        """Drop all work: the radio is off."""
        self._forget()
        self._queue.remove_listener("flow", self._on_flow)

    def connection_ended(self, connection: Connection) -> None:
        """Free what will never be sent, and tell of the indication that was under way."""
        value = self._unconfirmed
        self._forget()
        if value is not None and value.connection is connection:
            self._done(value.connection.handle, value.handle, self._profile.status_disconnected)

    def _forget(self) -> None:
        self._buffered.clear()
        self._notifications.clear()
        self._indications.clear()
        self._waiting_bytes = 0
        self._settle()

    def notify(self, connection: Connection, handle: int, data: bytes) -> None:
        """Send a notification, subscribed or not, cut to what the MTU allows.

        Raises:
            OSError: ENOMEM, there is no buffer; nothing is sent.
            FlashMisuse: more waits than a board has memory for.
        """
        value = _cut(connection, handle, data)
        if self._has_buffer():
            self._put(_NOTIFICATION, value)
        else:
            self._keep(self._notifications, value)

    def indicate(self, connection: Connection, handle: int, data: bytes) -> None:
        """Send an indication; `done` is told how it ends.

        Raises:
            OSError: ENOMEM, as above.
            FlashMisuse: as above.
        """
        value = _cut(connection, handle, data)
        must_wait = self._profile.confirms_each and self._unconfirmed is not None
        if self._has_buffer() and not must_wait:
            self._indicate(value)
        else:
            self._keep(self._indications, value)

    def _has_buffer(self) -> bool:
        return len(self._buffered) < self._profile.buffers

    def _keep(self, waiting: collections.deque[_Value], value: _Value) -> None:
        bytes_max = self._profile.queued_bytes_max
        if bytes_max is None:
            raise OSError(errno.ENOMEM, "no buffer")
        waiting.append(value)
        self._waiting_bytes += value.heap_bytes
        count = len(self._notifications) + len(self._indications)
        self.waiting_count_max = max(self.waiting_count_max, count)
        if self._waiting_bytes > bytes_max:
            raise FlashMisuse(
                f"{count} values wait for the radio, {self._waiting_bytes} bytes of heap"
            )

    def _put(self, opcode: bytes, value: _Value) -> None:
        pdu = opcode + frames.U16.pack(value.handle) + value.data
        self._server.send_gatt_pdu(value.connection, pdu)
        self._buffered.append(self._queue.queued)

    def _indicate(self, value: _Value) -> None:
        self._put(_INDICATION, value)
        if self._unconfirmed is not None:
            # NimBLE sends the second too, and takes the first confirmation for both.
            self._unconfirmed = value
            return
        self._unconfirmed = value
        loop = asyncio.get_running_loop()
        confirmation = cast("asyncio.Future[Any]", _Confirmation(self._on_confirmation))
        self._server.pending_confirmations[value.connection] = confirmation
        self._timer = loop.call_later(_CONFIRM_S, self._on_time_out)

    def _settle(self) -> _Value | None:
        """Have no indication under way; return the one that was."""
        value, self._unconfirmed = self._unconfirmed, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if value is not None:
            self._server.pending_confirmations[value.connection] = None
        return value

    def _on_confirmation(self) -> None:
        self._finish(0)

    def _on_time_out(self) -> None:
        self._timer = None
        self._finish(self._profile.status_timed_out)

    def _finish(self, status: int) -> None:
        value = self._settle()
        if value is not None:
            self._done(value.connection.handle, value.handle, status)
            self._pump()

    def _on_flow(self) -> None:
        # The controller sent packets: their buffers are free again.
        while self._buffered and self._buffered[0] <= self._queue.completed:
            self._buffered.popleft()
        self._pump()

    def _pump(self) -> None:
        """Move what waits into buffers that are free: all indications first."""
        while self._has_buffer():
            if self._indications and self._unconfirmed is None:
                value = self._indications.popleft()
                self._indicate(value)
            elif self._notifications:
                value = self._notifications.popleft()
                self._put(_NOTIFICATION, value)
            else:
                return
            self._waiting_bytes -= value.heap_bytes


def _cut(connection: Connection, handle: int, data: bytes) -> _Value:
    return _Value(connection, handle, data[: connection.att_mtu - _HEADER_BYTES])
