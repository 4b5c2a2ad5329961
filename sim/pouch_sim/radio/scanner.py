"""bleak's scanner on a simulated adapter."""

from __future__ import annotations

import functools
from typing import Any, Literal

from bleak.backends.scanner import (
    AdvertisementData,
    AdvertisementDataCallback,
    BaseBleakScanner,
)
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Device

from pouch_sim.radio.adapter import Adapter, uuid_text

_TYPE = AdvertisingData.Type
_SERVICE_UUIDS = (
    _TYPE.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    _TYPE.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    _TYPE.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _TYPE.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
)
_SERVICE_DATA = (_TYPE.SERVICE_DATA_16_BIT_UUID, _TYPE.SERVICE_DATA_128_BIT_UUID)
_NAMES = (_TYPE.COMPLETE_LOCAL_NAME, _TYPE.SHORTENED_LOCAL_NAME)


@functools.lru_cache(maxsize=256)
def _parse(
    data_bytes: bytes,
) -> tuple[str | None, dict[int, bytes], dict[str, bytes], tuple[str, ...]]:
    """Return name, manufacturers' data, services' data and services of an advertisement.

    A band says the same twenty times in a window, so this is asked twenty times for one answer.
    """
    data = AdvertisingData.from_bytes(data_bytes)
    return (
        next((text for kind in _NAMES if (text := data.get(kind))), None),
        {
            company: bytes(value)
            for company, value in data.get_all(_TYPE.MANUFACTURER_SPECIFIC_DATA)
        },
        {
            uuid_text(uuid): bytes(value)
            for kind in _SERVICE_DATA
            for uuid, value in data.get_all(kind)
        },
        tuple(
            uuid_text(uuid)
            for kind in _SERVICE_UUIDS
            for found in data.get_all(kind)
            for uuid in found
        ),
    )


class SimScanner(BaseBleakScanner):
    """Scanner of one adapter. `SimBackend` makes a subclass that knows which."""

    adapter: Adapter

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: Literal["active", "passive"],
        **_platform: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._is_active = scanning_mode == "active"
        self._device: Device | None = None

    async def start(self) -> None:
        """Begin to report advertisements."""
        self.seen_devices = {}
        device = self._device = await self.adapter.device()
        device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        await self.adapter.start_scanning(active=self._is_active)

    async def stop(self) -> None:
        """Stop; the adapter goes on if another scanner is at work."""
        if self._device is None:
            return
        self._device.remove_listener(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        self._device = None
        await self.adapter.stop_scanning()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        if self.adapter.is_deaf:
            return
        name, manufacturer_data, service_data, uuids = _parse(bytes(advertisement.data))
        heard = AdvertisementData(
            local_name=name,
            manufacturer_data=dict(manufacturer_data),
            service_data=dict(service_data),
            service_uuids=list(uuids),
            tx_power=None,
            rssi=advertisement.rssi,
            platform_data=(advertisement,),
        )
        if not self.is_allowed_uuid(heard.service_uuids):
            return
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, name, advertisement.address, heard)
        self.call_detection_callbacks(device, heard)
