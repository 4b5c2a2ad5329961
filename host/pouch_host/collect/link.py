"""What a connection to a band must offer, whether by Bluetooth or, later, by cable."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class LinkFailure(Enum):
    """Why a connection could not be made or did not last."""

    NOT_REACHED = auto()
    LOST = auto()
    SILENT = auto()
    REFUSED = auto()


class LinkError(Exception):
    """A connection failed. Nothing that was stored is affected: try again later.

    Attributes:
        reason: which kind of failure it was.
    """

    def __init__(self, reason: LinkFailure, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class FoundBand:
    """A band seen advertising.

    Attributes:
        address: what this adapter calls it; says nothing about which band it is.
        handle: the adapter's own object for it.
    """

    address: str
    handle: object


class BandLink(Protocol):
    """An open connection that carries frames."""

    @property
    def frame_bytes_max(self) -> int:
        """Bytes that one frame to the band may have now."""
        ...

    async def send(self, frame: bytes) -> None:
        """Write a frame to the control channel.

        Raises:
            LinkError: the connection is gone.
        """
        ...

    async def receive(self, timeout_s: float) -> tuple[int, bytes]:
        """Wait for the next frame; return its channel and bytes.

        Raises:
            LinkError: the connection is gone, or nothing came for `timeout_s` seconds.
        """
        ...


class BandAdapter(Protocol):
    """Whatever finds bands and connects to them."""

    async def discover(self, duration_s: float) -> list[FoundBand]:
        """Listen for bands; return those heard, always in the same order.

        Args:
            duration_s: how long to listen.

        Raises:
            LinkError: the adapter itself does not work.
        """
        ...

    def connect(self, band: FoundBand) -> AbstractAsyncContextManager[BandLink]:
        """Connect to a band for the length of a `with` block.

        Raises:
            LinkError: it could not be reached, is not a band, or the connection broke.
        """
        ...
