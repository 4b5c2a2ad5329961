"""Asks one connected band for what is not its records: tests, settings, key, reset."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from pouch_protocol import constants as c

from .exchange import Exchange


@dataclass(frozen=True)
class Settings:
    """What a band is set to.

    Attributes:
        interval_s: seconds between samples, 10 to 300.
        plan: PLAN_DEFAULT or PLAN_SLOW, how often the radio is on.
        worn_by_infant: whether the infant wears the band, and not the caregiver.
        blinded: whether light and vibration are off.
        quiet_from_min: minute of the local day from which the band is quiet.
        quiet_until_min: minute at which that ends; the same for never quiet.
        utc_offset_min: local time minus UTC, minutes.
        target_min: minutes of contact a day that progress is shown against.
    """

    interval_s: int
    plan: int
    worn_by_infant: bool
    blinded: bool
    quiet_from_min: int
    quiet_until_min: int
    utc_offset_min: int
    target_min: int

    @classmethod
    def from_fields(cls, fields: dict[str, int]) -> "Settings":
        """Return the settings in a SETTINGS_REPLY."""
        values: dict[str, Any] = dict(fields)
        switches = values.pop("switches")
        return cls(
            worn_by_infant=bool(switches & c.SWITCH_WORN_BY_INFANT),
            blinded=bool(switches & c.SWITCH_BLINDED),
            **values,
        )

    def fields(self) -> dict[str, int]:
        """Return the fields of a CONFIGURE."""
        values = asdict(self)
        worn_by_infant, blinded = values.pop("worn_by_infant"), values.pop("blinded")
        values["switches"] = c.SWITCH_WORN_BY_INFANT * worn_by_infant | c.SWITCH_BLINDED * blinded
        return values

    def changed(self, changes: dict[str, Any]) -> "Settings":
        """Return these settings with other values for some, by the names of the attributes."""
        return replace(self, **changes)


@dataclass(frozen=True)
class BandClock:
    """What a band takes the time for.

    Attributes:
        is_set: whether somebody has told it the time since it started.
        ahead_s: seconds by which it is ahead of this host's clock, if it is set.
        told_ago_s: seconds since it was told, if it is set.
    """

    is_set: bool
    ahead_s: float = 0.0
    told_ago_s: float = 0.0


class BandCommands:
    """One connected band, and what can be asked of it.

    Every method raises `Refusal` when the band will not do it, and LinkError when the connection
    is gone or silent: whether it was done is not known then.

    Attributes:
        exchange: the conversation.
        band: fields of its INFO_REPLY.
    """

    def __init__(self, exchange: Exchange) -> None:
        """Take a conversation in which the band has said who it is."""
        self.exchange = exchange
        self.band = exchange.info

    @property
    def label(self) -> str:
        """The band's printed label."""
        return c.band_label(self.band["band_id"])

    @property
    def board(self) -> str:
        """Name of the band's board."""
        return self.band["board"].rstrip(b"\0").decode("ascii", "replace")

    @property
    def version(self) -> tuple[int, int, int]:
        """Version of the firmware that runs: major, minor, patch."""
        band = self.band
        return band["firmware_major"], band["firmware_minor"], band["firmware_patch"]

    async def clock(self, utc_now_s: Callable[[], float]) -> BandClock:
        """Ask what the band takes the time for.

        Args:
            utc_now_s: returns this host's time, Unix seconds.
        """
        told = await self.exchange.time()
        if told["status"] != c.TIME_SET:
            return BandClock(is_set=False)
        # It was said half a round trip ago.
        now_s = utc_now_s() - self.exchange.round_trip_ms / 2000
        age_cs = (told["uptime_cs"] - told["set_uptime_cs"]) & 0xFFFFFFFF
        ahead_s = told["utc_s"] + told["utc_ms"] / 1000 - now_s
        return BandClock(is_set=True, ahead_s=ahead_s, told_ago_s=age_cs / c.CS_PER_S)

    async def settings(self) -> Settings:
        """Ask what the band is set to."""
        return Settings.from_fields(
            await self.exchange.ask(c.OP_SETTINGS, c.OP_SETTINGS_REPLY, {})
        )

    async def self_test(self) -> dict[str, int]:
        """Have the band try its parts; return the fields of its SELF_TEST_REPLY."""
        return await self.exchange.ask(c.OP_SELF_TEST, c.OP_SELF_TEST_REPLY, {})

    async def identify(self, duration_s: int) -> None:
        """Have the band blink.

        Args:
            duration_s: for how long, 1 to IDENTIFY_S_MAX.
        """
        await self.exchange.ask(c.OP_IDENTIFY, c.OP_RESPONSE, {"duration_s": duration_s})

    async def configure(self, settings: Settings) -> None:
        """Give the band these settings; it starts again with them. Takes its key.

        Args:
            settings: all of them.
        """
        await self.exchange.ask(c.OP_CONFIGURE, c.OP_RESPONSE, settings.fields())

    async def set_key(self, key: bytes) -> None:
        """Give the band a key; takes the old one, or over a cable a hand at its button."""
        await self.exchange.ask(c.OP_SET_KEY, c.OP_RESPONSE, {"key": key})

    async def factory_reset(self) -> None:
        """Have the band forget everything: records, settings, key and updates.

        Takes its key, or over a cable somebody who holds the button.
        """
        await self.exchange.ask(c.OP_FACTORY_RESET, c.OP_RESPONSE, {})
