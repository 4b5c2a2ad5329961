"""What this computer is called on its network: names and addresses for a certificate."""

import ipaddress
import re
import socket
from contextlib import suppress

# Linux: the IPv4 address of an interface, at these bytes of what the kernel fills in.
_SIOCGIFADDR = 0x8915
_REQUEST_BYTES = 256
_NAME_BYTES = 15
_ADDRESS_AT = slice(20, 24)
# What a certificate can name; some computers are called otherwise, and are then not found by it.
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def machine_names() -> list[str]:
    """Return names and addresses of this computer, its host name first.

    With its name in the ward's own network by multicast DNS (".local"), which a Raspberry Pi
    answers to without any set-up.
    """
    host = socket.gethostname().lower().rstrip(".")
    names = [host, *([] if "." in host else [f"{host}.local"])] if is_host_name(host) else []
    own = ["localhost", "127.0.0.1", "::1"]
    return list(dict.fromkeys([*names, *own, *_addresses(host)]))


def is_host_name(name: str) -> bool:
    """Tell whether a certificate can name a host so, in small letters."""
    return _HOST_NAME.fullmatch(name) is not None


def is_address(name: str) -> bool:
    """Tell whether a text is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Tell whether only this computer reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_any(host: str) -> bool:
    """Tell whether an address stands for all of this computer's."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _addresses(host: str) -> list[str]:
    found = _interface_addresses()
    with suppress(OSError, UnicodeError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(host, None)]
    # "fe80::1%eth0" names an interface of this computer and means nothing to another.
    return sorted({one for one in found if "%" not in one and not is_loopback(one)})


def _interface_addresses() -> list[str]:
    try:
        from fcntl import ioctl
    except ImportError:
        return []
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            request = name.encode()[:_NAME_BYTES].ljust(_REQUEST_BYTES, b"\0")
            # An interface without an address; or not Linux, where the number means another thing.
            with suppress(OSError):
                answer = ioctl(asked, _SIOCGIFADDR, request)
                found.append(str(ipaddress.IPv4Address(answer[_ADDRESS_AT])))
    return found
