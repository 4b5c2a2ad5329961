"""What a band is told once, when it is set up: `config.json` beside its log."""

import binascii
import json

from pouch_protocol import constants as c

_FILE = "/config.json"


class Config:
    """Settings with their defaults.

    Attributes:
        band_id: u32 that the label shows.
        interval_s: seconds between samples, 10 to 300.
        worn_by_infant: whether the infant wears the band; the caregiver does by default.
    """

    def __init__(self, band_id: int) -> None:
        """Begin with the defaults for a band."""
        self.band_id = band_id
        self.interval_s = 30
        self.worn_by_infant = False


def load(root: str, unique_id: bytes) -> Config:
    """Return the settings stored on the band.

    What is missing or cannot be used gets its default, each setting for itself; the default
    identity is made from the chip's. A band that has lost its settings goes on recording.

    Args:
        root: folder of the band's file system.
        unique_id: the chip's own serial number.
    """
    values = _read(root + _FILE)
    settings = Config(binascii.crc32(unique_id))
    if _is_int(values.get("band_id"), 0, 0xFFFFFFFF):
        settings.band_id = values["band_id"]
    if _is_int(values.get("interval_s"), c.INTERVAL_S_MIN, c.INTERVAL_S_MAX):
        settings.interval_s = values["interval_s"]
    if isinstance(values.get("worn_by_infant"), bool):
        settings.worn_by_infant = values["worn_by_infant"]
    return settings


def _read(path: str) -> dict:
    try:
        with open(path) as file:
            values = json.load(file)
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _is_int(value: object, minimum: int, maximum: int) -> bool:
    # bool is an int to both interpreters, and 30.5 would pass a comparison.
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum
