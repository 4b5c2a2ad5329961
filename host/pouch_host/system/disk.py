"""How much room there is where the store lies, and when that is too little."""

import shutil
from dataclasses import dataclass
from pathlib import Path

# A ward of fifty bands stores 3 MB a day: half a gigabyte lasts for months, and a warning in time
# for somebody to come by. A backup beside the store needs as much as the store again.
_LOW_BYTES = 500_000_000
_LOW_STORES = 2
# SQLite writes what is new into its log first; below this the next pulls fail.
_FULL_BYTES = 20_000_000

_ENDINGS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of a store.

    Attributes:
        store_bytes: the store with its log.
        free_bytes: room for this user.
        total_bytes: of the disk.
    """

    store_bytes: int
    free_bytes: int
    total_bytes: int

    @property
    def is_full(self) -> bool:
        """Tell whether the next records may find no room."""
        return self.free_bytes < _FULL_BYTES

    @property
    def is_low(self) -> bool:
        """Tell whether somebody has to make room before long."""
        return self.free_bytes < max(_LOW_BYTES, _LOW_STORES * self.store_bytes)


def disk_of(store: Path) -> Disk | None:
    """Return how the disk of a store's file is; None if the system does not tell."""
    try:
        usage = shutil.disk_usage(store.parent)
        size = sum(_size(store.with_name(store.name + ending)) for ending in _ENDINGS)
    except OSError:
        return None
    return Disk(size, usage.free, usage.total)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
