"""The Bluetooth service: moves frames between a host and a BandSession. Knows no message.

    off -- open(ms) --> advertising -- central connects --> connected
     ^                      |   ^                              |
     +----- time is up -----+   +---- it leaves, or is lost ---+

The radio is on in windows only: it cannot be on in light sleep, and it costs a hundred times as
much. The interrupt handler runs on the radio's own stack with a few kB and must not fail: it only
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

# Nineteen advertisements in a window of one second: with a third of them lost, a host that listens
# half of the time misses all once in 2,000 windows, and one that heard the band reaches it within
# a tenth of a second. The radio draws the same whether it advertises or not (docs/DESIGN.md).
_ADVERTISE_INTERVAL_US = const(50_000)
# After a connection the radio stays on for as long as a host takes to connect again.
_TAIL_MS = const(2_000)
# A host that says nothing for this long is sent away (SPEC.md): it costs a day of battery an hour.
_SILENCE_MS = const(30_000)
# A host's Bluetooth confirms by itself, within a connection interval or two. The band's own gives
# up after 30 s and calls that done (Core specification, vol. 3 part F, 3.3.3): be sooner.
_CONFIRM_MS = const(20_000)
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


def _services() -> tuple:
    control = bluetooth.UUID(c.CONTROL_UUID), _FLAG_WRITE | _FLAG_INDICATE
    stream = bluetooth.UUID(c.STREAM_UUID), _FLAG_NOTIFY
    return ((bluetooth.UUID(c.SERVICE_UUID), (control, stream)),)


class Link:
    """Serves one host at a time.

    Attributes:
        opened_count: windows since boot; one that came up shows that the radio works.
    """

    def __init__(self, ble, source, awake) -> None:
        """Hold the parts; the radio stays off until `open`.

        Args:
            ble: the port's `bluetooth.BLE()`.
            source: what a BandSession asks, see pouch_protocol.band.
            awake: told while the radio is on, so that the band does not sleep.
        """
        self._ble = ble
        self._source = source
        self._awake = awake
        # How long a window is asked for, and who is to be told once a host has come.
        self._wanted_ms = 0
        self._on_found = None
        self._wanted = asyncio.Event()
        self._flag = asyncio.ThreadSafeFlag()
        self._indicated = asyncio.ThreadSafeFlag()
        self._connection = None
        self._mtu = _MTU_DEFAULT
        self._received = []
        # What went wrong in the interrupt handler; `serve` raises it.
        self._failure = None
        self._advertisement = _advertisement()
        self._services = _services()
        self.opened_count = 0
        ble.irq(self._irq)

    @property
    def connected(self) -> bool:
        """Whether a host is there."""
        return self._connection is not None

    @property
    def is_open(self) -> bool:
        """Whether the radio is on, or about to be."""
        return self._wanted.is_set()

    def open(self, window_ms: int, on_found=None) -> None:
        """Be on the air for a while, and longer if a host connects.

        Args:
            window_ms: how long to advertise, from now or from the end of the window that is open.
            on_found: called without arguments when a host connects meanwhile.
        """
        self._wanted_ms = max(self._wanted_ms, window_ms)
        self._on_found = on_found or self._on_found
        self._awake.hold(self._awake.RADIO)
        self._wanted.set()

    def send_away(self) -> None:
        """End the connection, if there is one."""
        connection = self._connection
        if connection is not None:
            # False if it has just gone by itself; the disconnect event ends `_talk` either way.
            self._ble.gap_disconnect(connection)

    async def serve(self) -> None:
        """Open a window whenever one is wanted, for ever.

        Raises:
            Exception: whatever failed in the interrupt handler: the band must start again.
        """
        while self._failure is None:
            await self._wanted.wait()
            self._switch_on()
            window_ms = self._take_wanted()
            while window_ms and self._failure is None:
                if await self._advertise(window_ms):
                    self._tell_found()
                    await self._talk(BandSession(self._source))
                    window_ms = max(_TAIL_MS, self._take_wanted())
                else:
                    window_ms = self._take_wanted()
            self._ble.active(False)
            self._on_found = None
            self._wanted.clear()
            self._awake.release(self._awake.RADIO)
        raise self._failure

    def _take_wanted(self) -> int:
        wanted_ms, self._wanted_ms = self._wanted_ms, 0
        return wanted_ms

    def _tell_found(self) -> None:
        on_found, self._on_found = self._on_found, None
        if on_found is not None:
            on_found()

    def _switch_on(self) -> None:
        # A radio that is switched off tells of no disconnection: who came in its last instant is
        # gone, and nobody may wait for them now.
        self._connection = None
        self._ble.active(True)
        self._ble.config(mtu=_MTU, gap_name="Pouch")
        ((self._control, self._stream),) = self._ble.gatts_register_services(self._services)
        # Without this a write over 20 bytes is cut without an error.
        self._ble.gatts_set_buffer(self._control, _MTU)
        self.opened_count += 1

    async def _advertise(self, window_ms: int) -> bool:
        """Wait for a host; tell whether one came."""
        self._flag.clear()
        self._ble.gap_advertise(_ADVERTISE_INTERVAL_US, self._advertisement)
        await self._wait(window_ms)
        return self._connection is not None and self._failure is None

    async def _wait(self, timeout_ms: int) -> bool:
        """Wait until the handler noted something; tell whether it did in time."""
        try:
            await asyncio.wait_for_ms(self._flag.wait(), timeout_ms)
        except asyncio.TimeoutError:
            return False
        return True

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
        else:
            return
        self._flag.set()

    async def _talk(self, session: BandSession) -> None:
        """Serve one connection until it ends: no other begins before `serve` advertises."""
        while self._connection is not None and self._failure is None:
            while self._received:
                session.receive(self._received.pop(0))
            item = session.next_frame(self._mtu - _ATT_HEADER_BYTES)
            if item is None:
                if not await self._wait(_SILENCE_MS):
                    self.send_away()
            elif item[0] == c.CHANNEL_STREAM:
                await self._send(self._ble.gatts_notify, self._stream, item[1])
            else:
                # Two indications under way lose one of their confirmations: wait for each.
                self._indicated.clear()
                if await self._send(self._ble.gatts_indicate, self._control, item[1]):
                    await self._confirmed()

    async def _confirmed(self) -> None:
        """Wait for the host's confirmation; a host that gives none is sent away."""
        try:
            await asyncio.wait_for_ms(self._indicated.wait(), _CONFIRM_MS)
        except asyncio.TimeoutError:
            self.send_away()

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
