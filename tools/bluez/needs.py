"""What a machine must have before the BlueZ guest can be built and run on it."""

import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from tools.bluez.errors import CannotRun

# Command and the Debian package that brings it. The kernel, bluetoothd and busybox are fetched:
# nobody wants them installed. dbus-daemon runs in the guest, which sees this machine's files.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {"qemu-system-x86_64": "qemu-system-x86", "dbus-daemon": "dbus"}
)


def check(
    *,
    system: str = sys.platform,
    machine: str = platform.machine(),
    which: Callable[[str], object] = shutil.which,
) -> None:
    """See that this machine can build and run the guest.

    Args:
        system: as `sys.platform` has it.
        machine: as `platform.machine()` has it.
        which: returns where a command is, or None.

    Raises:
        CannotRun: it cannot.
    """
    if system != "linux" or machine != "x86_64":
        # The guest runs this machine's own Python: its processor has to be the guest's.
        raise CannotRun(f"needs Linux on x86_64, and this is {system} on {machine}")
    if not (which("apt-get") and which("dpkg")):
        raise CannotRun("needs Debian or what is made of it: here is no apt-get with dpkg")
    missing = [package for command, package in COMMANDS.items() if not which(command)]
    if missing:
        raise CannotRun(f"sudo apt-get install --no-install-recommends {' '.join(missing)}")
