"""What a connection to a band must offer, whether by Bluetooth or by cable."""

from collections.abc import Container
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class LinkFailure(Enum):
    """Why a connection could not be made or did not last.

    After REFUSED there is no sense in trying again: the band understood, and will not. SLOW is a
    connection that was ended so that others get their turn; STALE one to a band that has not the
    services that this machine remembered of it, and has now forgotten. NO_KEY is a band whose key
    this host has not, NOT_AUTHENTIC somebody who says to be a band and has not its key.
    """

    NOT_REACHED = auto()
    LOST = auto()
    SILENT = auto()
    SLOW = auto()
    STALE = auto()
    REFUSED = auto()
    NO_KEY = auto()
    NOT_AUTHENTIC = auto()


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

    async def hear(self, skip: Container[str], timeout_s: float) -> FoundBand | None:
        """Listen until a band advertises; return it at once, for it is not on the air for long.

        Args:
            skip: addresses that are not wanted; asked each time that one is heard.
            timeout_s: how long to listen; None is returned after that.

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
