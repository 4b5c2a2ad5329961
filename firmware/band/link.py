"""The Bluetooth service: windows, advertising, and the tables that a host finds.

    off -- open(ms) --> advertising -- central connects --> connected
     ^                      |   ^                              |
     +----- time is up -----+   +---- it leaves, or is lost ---+

The radio is on in windows only: it cannot be on in light sleep, and it costs a hundred times as
much. The interrupt handler runs on the radio's own stack with a few kB and must not fail: it only
notes what happened. Everything else is done by `serve`.

In each window the band is another one on the air: a new address, and an advertisement whose six
bytes only who has its key can tell from noise.
"""

import asyncio

import bluetooth
from micropython import const

from pouch_protocol import constants as c
from pouch_protocol.band import BandSession

from .talk import Talk, wait

_IRQ_CENTRAL_CONNECT = const(1)
_IRQ_CENTRAL_DISCONNECT = const(2)
# What BTstack says instead of the second where it has forgotten whose connection ended.
_IRQ_PERIPHERAL_DISCONNECT = const(8)

_FLAG_READ = const(0x02)
_FLAG_WRITE = const(0x08)
_FLAG_NOTIFY = const(0x10)
_FLAG_INDICATE = const(0x20)

# Nineteen advertisements in a window of one second: with a third of them lost, a host that listens
# half of the time misses all once in 2,000 windows, and one that heard the band reaches it within
# a tenth of a second. The radio draws the same whether it advertises or not (docs/DESIGN.md).
_ADVERTISE_INTERVAL_US = const(50_000)
# After a connection the radio stays on for as long as a host takes to connect again.
_TAIL_MS = const(2_000)
# Whoever has not proved to have the key by then is sent away: the radio is on for nobody else, at
# a day of battery an hour. A host finds its way and proves it in two seconds on a slow link.
_STRANGER_MS = const(10_000)
# And who has come in vain so often in a window is not waited for: it was no bad luck.
_STRANGERS_MAX = const(1)
# 244 bytes of value fill one 251-byte link packet exactly (247 - 3 of ATT header). Where each
# frame is waited for, it costs two connection events however long it is: there the longest value
# of all, 512 bytes.
_MTU = const(247)
_MTU_WAITED_FOR = const(515)
_TOKEN_BYTES = const(6)
# Random static: the port draws another address each time it is told.
_NEW_ADDRESS = const(1)

# What Device Information says is the same for every band and every version of its firmware, and
# Battery tells it by class only: anybody may read both.
_MANUFACTURER = b"Pouch"
_MODEL = b"Chest band"


def radio():  # noqa: ANN201 - the port's own class
    """Return the port's Bluetooth radio."""
    return bluetooth.BLE()


def _advertisement() -> bytearray:
    """Return what is advertised: flags, the service, and room for a token as data of a maker.

        | 02 01 06 | 11 07 UUID of the service | 09 FF FFFF token |
          3          18                          10: 31 bytes, all there are

    No name, nothing that tells bands apart. FFFF is the company number that the SIG leaves to
    those who have none.
    """
    # A UUID gives its bytes as they go on the air; the type stubs do not know that.
    service = bytes(bluetooth.UUID(c.SERVICE_UUID))  # pyright: ignore[reportArgumentType]
    return bytearray(b"\x02\x01\x06\x11\x07" + service + b"\x09\xff\xff\xff" + bytes(_TOKEN_BYTES))


def _services(stream_flag: int) -> tuple:
    """Return what a host finds."""
    uuid = bluetooth.UUID
    control = uuid(c.CONTROL_UUID), _FLAG_WRITE | _FLAG_INDICATE
    stream = uuid(c.STREAM_UUID), stream_flag
    manufacturer = uuid(c.MANUFACTURER_NAME_UUID), _FLAG_READ
    model = uuid(c.MODEL_NUMBER_UUID), _FLAG_READ
    return (
        (uuid(c.SERVICE_UUID), (control, stream)),
        (uuid(c.DEVICE_INFORMATION_UUID), (manufacturer, model)),
        (uuid(c.BATTERY_UUID), ((uuid(c.BATTERY_LEVEL_UUID), _FLAG_READ),)),
    )


async def _send_stranger_away(talk: Talk, session: BandSession) -> None:
    await asyncio.sleep_ms(_STRANGER_MS)
    if not session.trusted:
        talk.send_away()


class Link:
    """Serves one host at a time.

    Attributes:
        opened_count: windows since boot; one that came up shows that the radio works.
    """

    def __init__(self, ble, source, awake, in_order: bool) -> None:
        """Hold the parts; the radio stays off until `open`.

        Args:
            ble: the port's `bluetooth.BLE()`.
            source: what a BandSession asks, see pouch_protocol.band; also its token and battery.
            awake: told while the radio is on, so that the band does not sleep.
            in_order: how the port's stack sends, see Talk.serve.
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
        self._talk = None
        # What went wrong in the interrupt handler; `serve` raises it.
        self._failure = None
        self._in_order = in_order
        # One for all windows: a new one in each would come to lie where an update needs room.
        self._advertisement = _advertisement()
        self._services = _services(_FLAG_NOTIFY if in_order else _FLAG_INDICATE)
        self.opened_count = 0
        ble.irq(self._irq)

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
        talk = self._talk
        if talk is not None:
            talk.send_away()

    async def serve(self) -> None:
        """Open a window whenever one is wanted, for ever.

        Raises:
            Exception: whatever failed in the interrupt handler: the band must start again.
        """
        while self._failure is None:
            await self._wanted.wait()
            self._switch_on()
            window_ms = self._take_wanted()
            strangers = 0
            while window_ms and self._failure is None:
                talk = await self._advertise(window_ms)
                if talk is not None and self._failure is None:
                    self._tell_found()
                    strangers += not await self._serve(talk)
                    tail_ms = _TAIL_MS if strangers <= _STRANGERS_MAX else 0
                    window_ms = max(tail_ms, self._take_wanted())
                else:
                    window_ms = self._take_wanted()
            self._ble.active(False)
            self._on_found = None
            self._wanted.clear()
            self._awake.release(self._awake.RADIO)
        raise self._failure

    async def _serve(self, talk: Talk) -> bool:
        """Serve a host until it has left; tell whether it had the key."""
        session = BandSession(self._source)
        watch = asyncio.create_task(_send_stranger_away(talk, session))
        await talk.serve(session, self._control, self._stream, self._in_order)
        watch.cancel()
        return session.trusted

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
        self._talk = None
        ble = self._ble
        ble.active(True)
        mtu = _MTU if self._in_order else _MTU_WAITED_FOR
        ble.config(addr_mode=_NEW_ADDRESS, mtu=mtu, gap_name="Pouch")
        handles = ble.gatts_register_services(self._services)
        (self._control, self._stream), (manufacturer, model), (level,) = handles
        # Without this a write over 20 bytes is cut without an error.
        ble.gatts_set_buffer(self._control, mtu)
        ble.gatts_write(manufacturer, _MANUFACTURER)
        ble.gatts_write(model, _MODEL)
        ble.gatts_write(level, bytes((self._source.battery_level(),)))
        self._advertisement[-_TOKEN_BYTES:] = self._source.token()
        self.opened_count += 1

    async def _advertise(self, window_ms: int) -> "Talk | None":
        """Wait for a host; return the connection of one that came."""
        self._flag.clear()
        # BTstack advertises again by itself as soon as a host has left: the next may be here.
        if self._talk is None:
            self._ble.gap_advertise(_ADVERTISE_INTERVAL_US, self._advertisement)
            await wait(self._flag, window_ms)
        return self._talk

    def _irq(self, event: int, data: tuple) -> None:
        try:
            self._note(event, data)
        except Exception as error:  # noqa: BLE001 - MicroPython would drop the handler for good
            self._failure = error
            self._end()
            self._flag.set()

    def _note(self, event: int, data: tuple) -> None:
        if event == _IRQ_CENTRAL_CONNECT:
            self._end()
            self._talk = Talk(self._ble, data[0], self._flag, self._indicated)
            self._flag.set()
        elif event in (_IRQ_CENTRAL_DISCONNECT, _IRQ_PERIPHERAL_DISCONNECT):
            self._end()
        elif self._talk is not None:
            self._talk.take(event, data)

    def _end(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.close()
