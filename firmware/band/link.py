"""The Bluetooth service: moves frames between a host and a BandSession. Knows no message.

    advertising --- central connects ---> connected --- it leaves, or is lost ---> advertising

The interrupt handler runs on the radio's own stack with a few kB and must not fail: it only
notes what happened. Everything else is done by `serve`.
"""

import asyncio
import errno

import bluetooth
from micropython import const

from pouch_protocol import constants as c
from pouch_protocol.band import BandSession

_IRQ_CENTRAL_CONNECT = const(1)
_IRQ_CENTRAL_DISCONNECT = const(2)
_IRQ_GATTS_WRITE = const(3)
_IRQ_GATTS_INDICATE_DONE = const(20)
_IRQ_MTU_EXCHANGED = const(21)

_FLAG_WRITE = const(0x08)
_FLAG_NOTIFY = const(0x10)
_FLAG_INDICATE = const(0x20)

_ADVERTISE_INTERVAL_US = const(500_000)
# 244 bytes of value fill one 251-byte link packet exactly (247 - 3 of ATT header).
_MTU = const(247)
_MTU_DEFAULT = const(23)
_ATT_HEADER_BYTES = const(3)
# Writes beyond this many wait in nobody's memory: the host's time-out asks again.
_RECEIVED_MAX = const(8)
# A full transmit queue drains at the next connection event, 15 to 50 ms away; asking every
# 5 ms keeps it full without burning the processor.
_QUEUE_FULL_WAIT_MS = const(5)


def radio():  # noqa: ANN201 - the port's own class
    """Return the port's Bluetooth radio."""
    return bluetooth.BLE()


def _advertisement() -> bytes:
    """Return the payload: flags and the service. No name, nothing that tells bands apart."""
    # A UUID gives its bytes as they go on the air; the type stubs do not know that.
    service = bytes(bluetooth.UUID(c.SERVICE_UUID))  # pyright: ignore[reportArgumentType]
    return b"\x02\x01\x06" + bytes((len(service) + 1, 0x07)) + service


class Link:
    """Serves one host at a time."""

    def __init__(self, ble, source) -> None:
        """Register the service; call `serve` to start.

        Args:
            ble: the port's `bluetooth.BLE()`.
            source: what a BandSession asks, see pouch_protocol.band.
        """
        self._ble = ble
        self._source = source
        self._flag = asyncio.ThreadSafeFlag()
        self._indicated = asyncio.ThreadSafeFlag()
        self._connection = None
        self._mtu = _MTU_DEFAULT
        self._received = []
        # What went wrong in the interrupt handler; `serve` raises it.
        self._failure = None
        ble.irq(self._irq)
        ble.active(True)
        ble.config(mtu=_MTU, gap_name="Pouch")
        ((self._control, self._stream),) = ble.gatts_register_services(
            (
                (
                    bluetooth.UUID(c.SERVICE_UUID),
                    (
                        (bluetooth.UUID(c.CONTROL_UUID), _FLAG_WRITE | _FLAG_INDICATE),
                        (bluetooth.UUID(c.STREAM_UUID), _FLAG_NOTIFY),
                    ),
                ),
            )
        )
        # Without this a write over 20 bytes is cut without an error.
        ble.gatts_set_buffer(self._control, _MTU)

    async def serve(self) -> None:
        """Advertise, talk to whoever connects, for ever.

        Raises:
            Exception: whatever failed in the interrupt handler: the band must start again.
        """
        while self._failure is None:
            if self._connection is None:
                self._ble.gap_advertise(_ADVERTISE_INTERVAL_US, _advertisement())
            await self._flag.wait()
            if self._connection is not None:
                await self._talk(BandSession(self._source))
        raise self._failure

    def _irq(self, event: int, data: tuple) -> None:
        try:
            self._note(event, data)
        except Exception as error:  # noqa: BLE001 - MicroPython would drop the handler for good
            self._failure = error
            self._flag.set()
            self._indicated.set()

    def _note(self, event: int, data: tuple) -> None:
        if event == _IRQ_CENTRAL_CONNECT:
            self._connection = data[0]
            self._mtu = _MTU_DEFAULT
            self._received = []
        elif event == _IRQ_CENTRAL_DISCONNECT:
            self._connection = None
            self._indicated.set()
        elif event == _IRQ_GATTS_WRITE:
            if len(self._received) < _RECEIVED_MAX:
                self._received.append(bytes(self._ble.gatts_read(data[1])))
        elif event == _IRQ_MTU_EXCHANGED:
            self._mtu = data[1]
        elif event == _IRQ_GATTS_INDICATE_DONE:
            self._indicated.set()
            return
        self._flag.set()

    async def _talk(self, session: BandSession) -> None:
        """Serve one connection until it ends: no other begins before `serve` advertises."""
        while self._connection is not None and self._failure is None:
            while self._received:
                session.receive(self._received.pop(0))
            item = session.next_frame(self._mtu - _ATT_HEADER_BYTES)
            if item is None:
                await self._flag.wait()
            elif item[0] == c.CHANNEL_STREAM:
                await self._send(self._ble.gatts_notify, self._stream, item[1])
            else:
                # Two indications under way lose one of their confirmations: wait for each.
                self._indicated.clear()
                if await self._send(self._ble.gatts_indicate, self._control, item[1]):
                    await self._indicated.wait()

    async def _send(self, send, handle: int, frame: bytes) -> bool:
        """Send, waiting while the queue is full; tell whether it went out.

        A host that went away is not an error: the disconnect event ends the connection.
        """
        while True:
            # Read once: the handler may run between two looks at it.
            connection = self._connection
            if connection is None:
                return False
            try:
                send(connection, handle, frame)
                return True
            except OSError as error:
                if error.errno != errno.ENOMEM:
                    return False
            await asyncio.sleep_ms(_QUEUE_FULL_WAIT_MS)
