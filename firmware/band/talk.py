r"""One connection of a host: moves frames between the radio and a BandSession. Knows no message.

    session --frames--> notify -----------------> queue of the stack --> host
                   \--> indicate, once the last was confirmed -/

What the interrupt handler notes is kept here, one object for each connection: of a connection
that has ended nothing is left for the next.
"""

import asyncio
import errno

from micropython import const

from pouch_protocol import constants as c

_IRQ_GATTS_WRITE = const(3)
_IRQ_GATTS_INDICATE_DONE = const(20)
_IRQ_MTU_EXCHANGED = const(21)

# A host that says nothing for this long is sent away (SPEC.md): it costs a day of battery an hour.
_SILENCE_MS = const(30_000)
# A host's Bluetooth confirms by itself, within a connection interval or two. The band's own gives
# up after 30 s (Core specification, vol. 3 part F, 3.3.3): be sooner.
_CONFIRM_MS = const(20_000)
_MTU_DEFAULT = const(23)
_ATT_HEADER_BYTES = const(3)
# Writes beyond this many wait in nobody's memory: the host's time-out asks again.
_RECEIVED_MAX = const(8)
# A full transmit queue drains at the next connection event, 15 to 50 ms away; asking every
# 5 ms keeps it full without burning the processor.
_QUEUE_FULL_WAIT_MS = const(5)


async def wait(flag, timeout_ms: int) -> bool:
    """Wait until the handler noted something; tell whether it did in time."""
    try:
        await asyncio.wait_for_ms(flag.wait(), timeout_ms)
    except asyncio.TimeoutError:
        return False
    return True


class Talk:
    """One connection, from when a host came until it left."""

    def __init__(self, ble, connection: int, flag, indicated) -> None:
        """Begin; called by the interrupt handler, as `take` and `close` are.

        Args:
            ble: the port's `bluetooth.BLE()`.
            connection: what the stack calls it.
            flag: set by the handler when there is something to do.
            indicated: the same when an indication has come to its end.
        """
        self._ble = ble
        # None once it has ended.
        self._connection = connection
        self._flag = flag
        self._indicated = indicated
        self._mtu = _MTU_DEFAULT
        self._received = []
        # An indication is under way; how the last one ended.
        self._unconfirmed = False
        self._confirmed = True
        # The band hung up: nothing more is said until the connection has ended.
        self._leaving = False

    def take(self, event: int, data: tuple) -> None:
        """Take an event of this connection."""
        if event == _IRQ_GATTS_WRITE:
            if len(self._received) < _RECEIVED_MAX:
                self._received.append(bytes(self._ble.gatts_read(data[1])))
        elif event == _IRQ_MTU_EXCHANGED:
            self._mtu = data[1]
        elif event == _IRQ_GATTS_INDICATE_DONE:
            # 0 if the host confirmed it.
            self._confirmed = data[2] == 0
            self._indicated.set()
            return
        else:
            return
        self._flag.set()

    def close(self) -> None:
        """The host has left."""
        self._connection = None
        self._flag.set()
        self._indicated.set()

    def send_away(self) -> None:
        """End the connection, if there still is one."""
        # Read once: the handler may run between two looks at it.
        connection = self._connection
        self._leaving = True
        if connection is not None:
            # False if it has just gone by itself; the disconnect event ends all either way.
            self._ble.gap_disconnect(connection)

    async def serve(self, session, control: int, stream: int, in_order: bool) -> None:
        """Carry frames to and fro until the connection has ended.

        Args:
            session: the BandSession.
            control: handle of the control point.
            stream: handle of the record stream.
            in_order: whether the stack sends indications and notifications in one order, and
                refuses what it has no room for. One that does not gets the stream as indications:
                nothing else tells when a frame has left it (docs/DESIGN.md, 4).
        """
        while self._connection is not None:
            self._hand_over(session)
            item = None
            if not self._leaving:
                item = session.next_frame(self._mtu - _ATT_HEADER_BYTES)
            if item is None:
                settled = self._leaving or await self._settled()
                if settled and not await wait(self._flag, _SILENCE_MS):
                    self.send_away()
            elif in_order and item[0] == c.CHANNEL_STREAM:
                await self._send(session, self._ble.gatts_notify, stream, item[1])
            elif await self._settled():
                # It is not waited for: what is notified goes out behind it meanwhile.
                self._indicated.clear()
                self._unconfirmed = self._confirmed = True
                handle = stream if item[0] == c.CHANNEL_STREAM else control
                await self._send(session, self._ble.gatts_indicate, handle, item[1])

    def _hand_over(self, session) -> None:
        while self._received:
            session.receive(self._received.pop(0))

    async def _settled(self) -> bool:
        """Wait until no indication is under way, for two lose one confirmation.

        A host that confirms none is sent away.

        Returns:
            whether another may go out.
        """
        if self._unconfirmed:
            if not (await wait(self._indicated, _CONFIRM_MS) and self._confirmed):
                self.send_away()
                return False
            self._unconfirmed = False
        return self._connection is not None

    async def _send(self, session, send, handle: int, frame: bytes) -> None:
        """Send, waiting while the queue is full; what the host writes meanwhile is taken up.

        A host that went away is not an error: the disconnect event ends the connection.
        """
        while True:
            connection = self._connection
            if connection is None:
                return
            try:
                send(connection, handle, frame)
                return
            except OSError as error:
                if error.errno != errno.ENOMEM:
                    return
            await asyncio.sleep_ms(_QUEUE_FULL_WAIT_MS)
            # An ABORT that came holds back what is not generated yet.
            self._hand_over(session)
