"""Writes the guest's first file system: busybox, init, the modules and what init is told.

An archive of cpio's "newc" format, not compressed: it is 10 MB and read once, from memory.
"""

import shlex
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.bluez.packages import Parts

INIT = Path(__file__).with_name("guest_init.sh")

_MAGIC = b"070701"
_NUMBERS = 13
_TRAILER = "TRAILER!!!"
_ALIGN_BYTES = 4
_FOLDERS = ("bin", "dev", "host", "modules", "new", "proc", "sys", "upper")


def build(parts: Parts, settings: Mapping[str, str]) -> bytes:
    """Return the archive.

    Args:
        parts: what the guest is made of.
        settings: shell variables for guest_init.sh.
    """
    files = [
        ("init", INIT.read_bytes(), 0o755),
        ("settings", shell_settings(settings).encode(), 0o644),
        ("bin/busybox", parts.busybox.read_bytes(), 0o755),
        # The interpreter that init's first line names; busybox makes the other commands.
        ("bin/sh", parts.busybox.read_bytes(), 0o755),
    ]
    files += [(f"modules/{path.name}", path.read_bytes(), 0o644) for path in parts.modules]
    files.append(("order", "".join(f"{path.name}\n" for path in parts.modules).encode(), 0o644))
    return archive(_FOLDERS, files)


def shell_settings(settings: Mapping[str, str]) -> str:
    """Return lines that a shell reads as assignments, whatever the values hold."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())


def archive(folders: Iterable[str], files: Iterable[tuple[str, bytes, int]]) -> bytes:
    """Return a newc archive.

    Args:
        folders: names.
        files: name, contents and permission bits of each; its folder is among `folders`.
    """
    entries = [(name, b"", stat.S_IFDIR | 0o755) for name in folders]
    entries += [(name, data, stat.S_IFREG | mode) for name, data, mode in files]
    entries.append((_TRAILER, b"", 0))
    return b"".join(
        _entry(number, name, data, mode) for number, (name, data, mode) in enumerate(entries, 1)
    )


def _entry(number: int, name: str, data: bytes, mode: int) -> bytes:
    encoded = name.encode() + b"\0"
    # i-node, mode, user, group, links, time, size, four device numbers, name's length, checksum.
    numbers = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
    assert len(numbers) == _NUMBERS
    header = _MAGIC + b"".join(b"%08X" % value for value in numbers)
    return _padded(header + encoded) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _ALIGN_BYTES)
