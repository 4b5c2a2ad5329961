"""What a band is told: `config.json` beside its log. Set over USB or by a host with the key."""

import binascii
import json
import os

from pouch_protocol import constants as c

_FILE = "/config.json"
_NEW_FILE = "/config.new"

_KEY_BYTES = 16
_DAY_MIN = 1440
_UTC_OFFSET_MIN_MAX = 14 * 60


class Config:
    """Settings with their defaults.

    Attributes:
        band_id: u32 that the label shows.
        interval_s: seconds between samples, 10 to 300.
        worn_by_infant: whether the infant wears the band; the caregiver does by default.
        plan: PLAN_DEFAULT or PLAN_SLOW, how often the radio is on.
        blinded: whether light and vibration are off, for the control arm of a trial.
        quiet_from_min: minute of the local day from which the band is quiet; 22:00 by default.
        quiet_until_min: minute at which that ends; the same as `quiet_from_min` for never quiet.
        utc_offset_min: local time minus UTC, minutes; Pakistan's by default.
        target_min: minutes of contact a day that the progress light is measured against; the
            least that WHO recommends by default, eight hours.
        key: the band's 128-bit key, or None before it is given one.
    """

    def __init__(self, band_id: int) -> None:
        """Begin with the defaults for a band."""
        self.band_id = band_id
        self.interval_s = 30
        self.worn_by_infant = False
        self.plan = c.PLAN_DEFAULT
        self.blinded = False
        self.quiet_from_min = 22 * 60
        self.quiet_until_min = 6 * 60
        self.utc_offset_min = 5 * 60
        self.target_min = 8 * 60
        self.key: "bytes | None" = None

    def is_quiet(self, local_min: "int | None") -> bool:
        """Tell whether a minute of the local day is in the quiet hours; an unknown one is not."""
        if local_min is None or self.quiet_from_min == self.quiet_until_min:
            return False
        if self.quiet_from_min < self.quiet_until_min:
            return self.quiet_from_min <= local_min < self.quiet_until_min
        return local_min >= self.quiet_from_min or local_min < self.quiet_until_min


# Each whole number and the range that it may have.
_RANGES = {
    "band_id": (0, 0xFFFFFFFF),
    "interval_s": (c.INTERVAL_S_MIN, c.INTERVAL_S_MAX),
    "plan": (c.PLAN_DEFAULT, c.PLAN_SLOW),
    "quiet_from_min": (0, _DAY_MIN - 1),
    "quiet_until_min": (0, _DAY_MIN - 1),
    "utc_offset_min": (-_UTC_OFFSET_MIN_MAX, _UTC_OFFSET_MIN_MAX),
    "target_min": (1, _DAY_MIN),
}
_SWITCHES = ("worn_by_infant", "blinded")


def load(root: str, unique_id: bytes) -> Config:
    """Return the settings stored on the band.

    What is missing or cannot be used gets its default, each setting for itself; the default
    identity is made from the chip's. A band that has lost its settings goes on recording.

    Args:
        root: folder of the band's file system.
        unique_id: the chip's own serial number.
    """
    settings = Config(binascii.crc32(unique_id))
    apply(settings, _read(root + _FILE))
    return settings


def apply(settings: Config, values: dict) -> bool:
    """Take over every value that can be used; tell whether all could.

    Args:
        settings: changed in place.
        values: by the names of Config's attributes, `key` as 32 hexadecimal digits.
    """
    good = True
    for name, value in values.items():
        in_range = name in _RANGES and _is_int(value, *_RANGES[name])
        if in_range or (name in _SWITCHES and isinstance(value, bool)):
            setattr(settings, name, value)
        elif name == "key" and _key_of(value) is not None:
            settings.key = _key_of(value)
        else:
            good = False
    return good


def save(root: str, settings: Config) -> None:
    """Store the settings: after a power cut the file holds either the old ones or these.

    Args:
        root: folder of the band's file system.
        settings: what to store.
    """
    values = {name: getattr(settings, name) for name in _RANGES}
    values.update({name: getattr(settings, name) for name in _SWITCHES})
    if settings.key is not None:
        values["key"] = binascii.hexlify(settings.key).decode()
    with open(root + _NEW_FILE, "w") as file:
        json.dump(values, file)
    os.rename(root + _NEW_FILE, root + _FILE)


def _read(path: str) -> dict:
    try:
        with open(path) as file:
            values = json.load(file)
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _key_of(text: object) -> "bytes | None":
    if not isinstance(text, str) or len(text) != 2 * _KEY_BYTES:
        return None
    try:
        return binascii.unhexlify(text)
    except ValueError:
        return None


def _is_int(value: object, minimum: int, maximum: int) -> bool:
    # bool is an int to both interpreters, and 30.5 would pass a comparison.
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum
