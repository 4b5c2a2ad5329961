"""Decoded records of the bands that were asked for last, in a bounded part of memory."""

from collections.abc import Sequence
from threading import Lock
from typing import Protocol

from .decode import BandDecoder, BandRecords
from .rows import Segment

# What is made of a record takes 160 bytes: at most some 400 MB, of a computer's 4 GB.
_RECORDS_KEPT = 2_500_000


class _Reader(Protocol):
    def __call__(self, band_id: int, *, after_id: int) -> Sequence[Segment]: ...


class RecordCache:
    """Keeps what was decoded, until others need the room. May be used by several threads.

    Args:
        name: of the store, for problems.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        # By the order in which they were asked for.
        self._decoders: dict[int, BandDecoder] = {}
        self._lock = Lock()

    def of(self, band_id: int, read: _Reader) -> BandRecords:
        """Return all readable records of a band.

        Args:
            band_id: which band.
            read: returns its segments behind a cursor.
        """
        with self._lock:
            decoder = self._decoders.pop(band_id, None) or BandDecoder(self._name)
            decoder.feed(read(band_id, after_id=decoder.cursor))
            self._decoders[band_id] = decoder
            held = sum(one.record_count for one in self._decoders.values())
            for oldest in list(self._decoders)[:-1]:
                if held <= _RECORDS_KEPT:
                    break
                held -= self._decoders.pop(oldest).record_count
            return decoder.decoded()

    def forget(self, band_id: int) -> None:
        """Give back the memory of a band."""
        with self._lock:
            self._decoders.pop(band_id, None)

    def __len__(self) -> int:
        """Return of how many bands anything is kept."""
        return len(self._decoders)
