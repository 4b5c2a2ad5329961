"""The USB port: the same sessions as on the radio, over the line that is the prompt too.

    prompt -- POUCH --> frames, byte 3 is data -- BYE, or 10 s without a frame --> prompt

In the prompt's time byte 3 stops the program, as everybody at a prompt expects, and whatever else
arrives is dropped. Light sleep stops the port: a band sees a computer when it wakes up, and stays
awake while there is one.
"""

import asyncio
import select

from micropython import const

from pouch_protocol import cable
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession

# Ctrl-C, the interrupt key of every prompt; -1 for none.
_INTERRUPT_CHAR = const(3)
_NO_INTERRUPT = const(-1)
# What is read at once, so that a flood does not keep the others waiting: a packet of the port.
_TAKE_BYTES_MAX = const(64)


class Port:
    """Standard input and output as bytes, without blocking where the port lets us.

    `read(n)` of the stream waits until there are n bytes (MicroPython, sys_stdio_mphal.c), so they
    are fetched one by one while there is one. A write nobody takes blocks for 0.2 s on an ESP32-C3
    (ports/esp32/usb_serial_jtag.c) and 0.5 s on a Pico W (mp_usbd_cdc.c) and is then thrown away.
    """

    def __init__(self, reader, writer) -> None:
        """Take the streams.

        Args:
            reader: `sys.stdin.buffer`.
            writer: `sys.stdout.buffer`.
        """
        self._stream = reader
        self._reader = asyncio.StreamReader(reader)
        self._writer = writer
        self._poller = select.poll()
        self._poller.register(reader, select.POLLIN)
        self._byte = bytearray(1)

    async def read(self) -> bytes:
        """Wait for bytes; return those that have come."""
        first = await self._reader.read(1)
        return first + self.take()

    def take(self) -> bytes:
        """Return the bytes that have come, often none."""
        taken = bytearray()
        while len(taken) < _TAKE_BYTES_MAX and self._ready():
            self._stream.readinto(self._byte)
            taken += self._byte
        return bytes(taken)

    def write(self, data: bytes) -> bool:
        """Write; tell whether somebody took it, where the port can tell."""
        return self._writer.write(data) in (None, len(data))

    def _ready(self) -> bool:
        # An iterator that is used up costs no memory, a list does.
        for _ in self._poller.ipoll(0):
            return True
        return False


class UsbLink:
    """Serves the computer at the other end of the cable.

    Attributes:
        talking: whether a conversation is under way.
    """

    def __init__(self, port, source, clock, interrupt_on) -> None:
        """Take the parts.

        Args:
            port: a Port.
            source: what a BandSession asks, see pouch_protocol.band.
            clock: tells the uptime.
            interrupt_on: `micropython.kbd_intr`.
        """
        self._port = port
        self._source = source
        self._clock = clock
        self._interrupt_on = interrupt_on
        self.talking = False

    async def serve(self) -> None:
        """Hold one conversation after the other, for ever."""
        unwrapper = cable.Unwrapper()
        while True:
            for item in unwrapper.feed(await self._port.read()):
                if item == (None, cable.GREETING):
                    await self._converse()
                    unwrapper = cable.Unwrapper()
                    break

    async def _converse(self) -> None:
        self._interrupt_on(_NO_INTERRUPT)
        self.talking = True
        try:
            await self._talk(cable.Unwrapper())
        finally:
            self.talking = False
            self._interrupt_on(_INTERRUPT_CHAR)

    async def _talk(self, unwrapper: cable.Unwrapper) -> None:
        session = self._begin()
        end_ms = self._clock.uptime_ms() + cable.SILENCE_MS
        while session is not None:
            item = session.next_frame(cable.FRAME_BYTES_MAX)
            if item is not None:
                if not self._port.write(cable.wrap(item[0], item[1])):
                    return
                end_ms = self._clock.uptime_ms() + cable.SILENCE_MS
                await asyncio.sleep_ms(0)
                data = self._port.take()
            else:
                data = await self._read(end_ms - self._clock.uptime_ms())
                if not data:
                    return
            for channel, content in unwrapper.feed(data):
                # Only what is ours prolongs it: a person who presses Ctrl-C wants the prompt.
                end_ms = self._clock.uptime_ms() + cable.SILENCE_MS
                if channel == c.CHANNEL_CONTROL:
                    session.receive(content)
                elif content == cable.GREETING:
                    session = self._begin()
                    if session is None:
                        return
                elif content == cable.FAREWELL:
                    return

    def _begin(self) -> "BandSession | None":
        """Answer a greeting; return the session that begins, None if nobody takes that."""
        if not self._port.write(cable.wrap_text(cable.GREETING)):
            return None
        return BandSession(self._source, local=True)

    async def _read(self, timeout_ms: int) -> bytes:
        """Wait for bytes; return none when the time is up."""
        if timeout_ms <= 0:
            return b""
        try:
            return await asyncio.wait_for_ms(self._port.read(), timeout_ms)
        except asyncio.TimeoutError:
            return b""
