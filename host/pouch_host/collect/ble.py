"""Bands over Bluetooth LE, with bleak's public API. The only file that knows bleak."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakError
from bleak_retry_connector import (
    BleakConnectionError,
    BleakNotFoundError,
    clear_cache,
    close_stale_connections,
    establish_connection,
)

from pouch_protocol import constants as c

from . import recovery
from .healing import Step
from .link import FoundBand, LinkError, LinkFailure

# A band is on the air for a second and answers within a tenth of one; whoever waits for longer
# waits for its next window, a minute away, and meanwhile hears no other band.
_CONNECT_TIMEOUT_S = 8
_CONNECT_ATTEMPTS = 2
_DISCONNECT_TIMEOUT_S = 10
# What the operating system takes to begin or end a scan is a fraction of a second, or for ever.
_SCANNER_TIMEOUT_S = 10
_CLOSE_STALE_TIMEOUT_S = 20
# What BlueZ says of an adapter that is switched off or gone.
_NOT_READY = "org.bluez.Error.NotReady"
_ERRORS = (BleakError, TimeoutError, OSError, EOFError)


class BleAdapter:
    """One Bluetooth adapter of this machine, or a simulated one."""

    def __init__(
        self,
        scanner_backend: type[BaseBleakScanner] | None = None,
        client_backend: type[BaseBleakClient] | None = None,
        reset: Callable[[str | None], Awaitable[None]] = recovery.reset,
    ) -> None:
        """Choose the backends; None is the operating system's own.

        Args:
            scanner_backend: passed to BleakScanner.
            client_backend: passed to BleakClient.
            reset: resets an adapter, by its name if that is known; raises OSError if it cannot.
        """
        # bleak takes a backend only when there is one to take.
        self._for_scanner: dict[str, Any] = {}
        if scanner_backend is not None:
            self._for_scanner["backend"] = scanner_backend
        self._for_client: dict[str, Any] = {}
        if client_backend is not None:
            self._for_client["backend"] = client_backend
        self._reset = reset
        self._heard_s: float | None = None
        self._name: str | None = None
        # Whom a connect was tried to since the last that succeeded: these may be half open.
        self._not_reached: dict[str, BLEDevice] = {}

    @property
    def heard_s(self) -> float | None:
        """When anything at all was last heard; see BandAdapter."""
        return self._heard_s

    async def hear(
        self, wanted: Callable[[FoundBand], bool], timeout_s: float
    ) -> FoundBand | None:
        """Listen until a band that is wanted advertises; see BandAdapter.

        Raises:
            LinkError: there is no usable adapter.
        """
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[FoundBand] = loop.create_future()

        def take(device: BLEDevice, advertisement: AdvertisementData) -> None:
            self._heard_s = loop.time()
            if heard.done() or c.SERVICE_UUID not in advertisement.service_uuids:
                return
            token = advertisement.manufacturer_data.get(c.COMPANY_ID, b"")
            band = FoundBand(device.address, device, bytes(token))
            if wanted(band):
                heard.set_result(band)

        # Strangers are heard too and passed over here: that they are heard shows that it works.
        scanner = BleakScanner(take, **self._for_scanner)
        try:
            async with _scanning(scanner):
                await asyncio.wait([heard], timeout=timeout_s)
        except _ERRORS as error:
            raise _adapter_error(error) from error
        if not heard.done():
            return None
        band = heard.result()
        assert isinstance(band.handle, BLEDevice)
        self._name = recovery.adapter_name(band.handle.details) or self._name
        return band

    async def heal(self, step: Step) -> None:
        """Do something for an adapter that seems to be stuck; see BandAdapter."""
        if step is Step.CLOSE_STALE:
            stale, self._not_reached = self._not_reached, {}
            with suppress(*_ERRORS):
                async with asyncio.timeout(_CLOSE_STALE_TIMEOUT_S):
                    for device in stale.values():
                        await close_stale_connections(device)
        elif step is Step.RESET:
            try:
                await self._reset(self._name)
            except OSError as error:
                raise _adapter_error(error) from error
        # A scan begins anew with each `hear`: RESTART_SCAN needs no more than the next one.

    @asynccontextmanager
    async def connect(self, band: FoundBand) -> AsyncIterator["BleLink"]:
        """Connect to a band and subscribe to its channels; disconnect at the end.

        Raises:
            LinkError: it could not be reached, or is not a band.
        """
        assert isinstance(band.handle, BLEDevice)
        link = BleLink(band.address)
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                client = await establish_connection(
                    BleakClient,
                    band.handle,
                    band.address,
                    disconnected_callback=link.on_disconnect,
                    max_attempts=_CONNECT_ATTEMPTS,
                    # Those for any app to read are left out: each costs round trips.
                    services=[c.SERVICE_UUID],
                    **self._for_client,
                )
        except (BleakConnectionError, BleakNotFoundError, *_ERRORS) as error:
            if _NOT_READY in str(error):
                raise _adapter_error(error) from error
            self._not_reached[band.address] = band.handle
            detail = f"{band.address}: {str(error) or 'timed out'}"
            raise LinkError(LinkFailure.NOT_REACHED, detail) from error
        self._not_reached.clear()
        try:
            await link.open(client)
            yield link
        except (BleakError, TimeoutError) as error:
            raise LinkError(LinkFailure.LOST, f"{band.address}: {error}") from error
        finally:
            await _disconnect(client)


class BleLink:
    """One connection: frames in a queue, in the order in which they arrived."""

    def __init__(self, address: str) -> None:
        """Wait for `open`.

        Args:
            address: what the adapter calls the band.
        """
        self._address = address
        self._client: BleakClient | None = None
        self._control: BleakGATTCharacteristic | None = None
        self._frames: asyncio.Queue[tuple[int, bytes] | None] = asyncio.Queue()

    @property
    def frame_bytes_max(self) -> int:
        """Bytes that one frame to the band may have now; the MTU can still grow."""
        assert self._control is not None
        return max(c.FRAME_BYTES_MIN, self._control.max_write_without_response_size)

    async def open(self, client: BleakClient) -> None:
        """Subscribe to both channels. The band says nothing before it is asked."""
        self._client = client
        self._control = client.services.get_characteristic(c.CONTROL_UUID)
        stream = client.services.get_characteristic(c.STREAM_UUID)
        if self._control is None or stream is None:
            # A cached table of another firmware: the next connection must read it anew.
            await clear_cache(client.address)
            raise LinkError(LinkFailure.STALE, f"{self._address}: not a Pouch band's service")
        await client.start_notify(self._control, self._take(c.CHANNEL_CONTROL))
        await client.start_notify(stream, self._take(c.CHANNEL_STREAM))

    async def send(self, frame: bytes) -> None:
        """Write a frame to the control point, with response; see BandLink."""
        assert self._client is not None
        assert self._control is not None
        try:
            await self._client.write_gatt_char(self._control, frame, response=True)
        except BleakError as error:
            raise LinkError(LinkFailure.LOST, f"{self._address}: {error}") from error

    async def receive(self, timeout_s: float) -> tuple[int, bytes]:
        """Wait for a frame; see BandLink."""
        try:
            async with asyncio.timeout(timeout_s):
                item = await self._frames.get()
        except TimeoutError as error:
            message = f"{self._address}: nothing came for {timeout_s:g} s"
            raise LinkError(LinkFailure.SILENT, message) from error
        if item is None:
            raise LinkError(LinkFailure.LOST, f"{self._address}: the connection ended")
        return item

    def on_disconnect(self, _client: BleakClient) -> None:
        """Wake whoever waits for a frame."""
        self._frames.put_nowait(None)

    def _take(self, channel: int):  # noqa: ANN202 - bleak's callback type is private
        def callback(_characteristic: BleakGATTCharacteristic, data: bytearray) -> None:
            self._frames.put_nowait((channel, bytes(data)))

        return callback


@asynccontextmanager
async def _scanning(scanner: BleakScanner) -> AsyncIterator[None]:
    """Scan for the length of a `with` block, beginning and ending within a bound."""
    try:
        async with asyncio.timeout(_SCANNER_TIMEOUT_S):
            await scanner.start()
    except BaseException:
        # It may have got half of the way; why it went no further is what counts.
        with suppress(*_ERRORS):
            await _stop(scanner)
        raise
    try:
        yield
    finally:
        await _stop(scanner)


async def _stop(scanner: BleakScanner) -> None:
    async with asyncio.timeout(_SCANNER_TIMEOUT_S):
        await scanner.stop()


def _adapter_error(error: BaseException) -> LinkError:
    return LinkError(LinkFailure.ADAPTER, f"Bluetooth adapter: {str(error) or 'no answer'}")


async def _disconnect(client: BleakClient) -> None:
    """Leave, within a bound; a link that is already gone is left."""
    try:
        async with asyncio.timeout(_DISCONNECT_TIMEOUT_S):
            await client.disconnect()
    except (BleakError, TimeoutError, EOFError):
        return
