"""Time zones by name, as a person types them."""

from zoneinfo import ZoneInfo

from pouch_host.errors import InputError

# Copies that some systems keep in these folders; those in "right" count leap seconds.
_COPIES = ("posix/", "right/")


def named_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name: "UTC", or area and place such as "Asia/Karachi".

    Other names, such as "localtime" or "EST", mean another zone on another computer, or none.

    Raises:
        InputError: there is no such zone.
    """
    refusal = InputError(f"unknown time zone {name!r}: give an IANA name such as Asia/Karachi")
    if name != "UTC" and ("/" not in name or name.startswith(_COPIES)):
        raise refusal
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:
        raise refusal from error
