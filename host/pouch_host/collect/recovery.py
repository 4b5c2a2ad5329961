"""Resets a Bluetooth adapter of this machine, where the library for it is installed (Linux).

The only file that knows bluetooth-auto-recovery. It is an extra of the package and not needed to
collect: PyRIC, on which it rests, is under the GPL, and a ward that hands on an installation with
it has duties that it has not with the rest.
"""

import asyncio
import re
from typing import Any

# Power off and on, a USB reset, and the wait until the adapter is there again: twenty seconds.
_RESET_TIMEOUT_S = 60.0
_IN_PATH = re.compile(r"/org/bluez/hci(\d+)/")


class ResetFailed(OSError):
    """The adapter was not reset; the message says what to do."""


def adapter_name(details: Any) -> str | None:
    """Return the adapter that heard a device, such as "hci0", from what BlueZ says of it.

    Args:
        details: of bleak's device; on Linux a dictionary with the device's D-Bus path.
    """
    path = details.get("path") if isinstance(details, dict) else None
    found = _IN_PATH.match(path) if isinstance(path, str) else None
    return f"hci{found[1]}" if found else None


async def reset(name: str | None) -> None:
    """Switch an adapter off and on, and reset it on its USB bus where it is on one.

    Args:
        name: such as "hci0"; None for the first there is.

    Raises:
        ResetFailed: it could not be done.
    """
    try:
        from bluetooth_adapters import get_adapters_from_hci
        from bluetooth_auto_recovery import recover_adapter
    except ImportError as error:
        raise ResetFailed(
            "cannot be reset from here: install bluetooth-auto-recovery (Linux only),"
            " or unplug it and plug it in again"
        ) from error
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_RESET_TIMEOUT_S):
            # Asked of the kernel and not of BlueZ, which does not know an adapter that is down.
            adapters = await loop.run_in_executor(None, get_adapters_from_hci)
            chosen = _choose(adapters, name)
            # USB too, since it was silent or failed with its power on.
            done = await recover_adapter(chosen["dev_id"], chosen["bdaddr"], gone_silent=True)
    except TimeoutError as error:
        raise ResetFailed(f"not reset within {_RESET_TIMEOUT_S:g} s: unplug it") from error
    if not done:
        raise ResetFailed(
            "could not be reset: this needs the capabilities NET_ADMIN and NET_RAW,"
            " or unplug it and plug it in again"
        )


def _choose(adapters: dict[int, dict[str, Any]], name: str | None) -> dict[str, Any]:
    for number in sorted(adapters):
        if name in (None, adapters[number]["name"]):
            return adapters[number]
    if not adapters:
        raise ResetFailed("cannot be reset: the kernel knows none, or this needs NET_RAW")
    return adapters[min(adapters)]
