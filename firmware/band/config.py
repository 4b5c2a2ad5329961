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

    def __init__(self, band_id: int, interval_s: int = 30, worn_by_infant: bool = False) -> None:
        """Check and hold the settings.

        Raises:
            ValueError: a value outside its range.
        """
        if not c.INTERVAL_S_MIN <= interval_s <= c.INTERVAL_S_MAX:
            raise ValueError("interval_s %d" % interval_s)
        if not 0 <= band_id <= 0xFFFFFFFF:  # noqa: PLR2004 - the widest u32
            raise ValueError("band_id %d" % band_id)
        self.band_id = band_id
        self.interval_s = interval_s
        self.worn_by_infant = worn_by_infant


def load(root: str, unique_id: bytes) -> Config:
    """Return the settings stored on the band.

    A missing or damaged file gives the defaults with an identity made from the chip's: a band
    that has lost its settings goes on recording.

    Args:
        root: folder of the band's file system.
        unique_id: the chip's own serial number.
    """
    try:
        with open(root + _FILE) as file:
            values = json.load(file)
        return Config(
            values["band_id"], values.get("interval_s", 30), values.get("worn_by_infant", False)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Config(binascii.crc32(unique_id))
