"""What a connection to a band must offer, whether by Bluetooth or by cable."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from .healing import Step


class LinkFailure(Enum):
    """Why a connection could not be made or did not last.

    After REFUSED there is no sense in trying again: the band understood, and will not. SLOW is a
    connection that was ended so that others get their turn; STALE one to a band that has not the
    services that this machine remembered of it, and has now forgotten. ADAPTER is this machine's
    own radio: no band is to blame. NO_KEY is a band whose key this host has not, NOT_AUTHENTIC
    somebody who says to be a band and has not its key.
    """

    NOT_REACHED = auto()
    LOST = auto()
    SILENT = auto()
    SLOW = auto()
    STALE = auto()
    REFUSED = auto()
    NO_KEY = auto()
    NOT_AUTHENTIC = auto()
    ADAPTER = auto()


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
        address: what this adapter calls it; says nothing about which band it is, and is another
            one each time that the band switches its radio on.
        handle: the adapter's own object for it.
        token: what the band advertises for those who have its key; empty if it advertises none.
    """

    address: str
    handle: object
    token: bytes = b""


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

    @property
    def heard_s(self) -> float | None:
        """When anything at all was last heard, a stranger too; on the loop's clock."""
        ...

    async def hear(
        self, wanted: Callable[[FoundBand], bool], timeout_s: float
    ) -> FoundBand | None:
        """Listen until a band advertises; return it at once, for it is not on the air for long.

        Args:
            wanted: asked of each band each time that it is heard; the first that is, is returned.
            timeout_s: how long to listen; None is returned after that.

        Raises:
            LinkError: the adapter itself does not work.
        """
        ...

    async def heal(self, step: Step) -> None:
        """Do something for an adapter that seems to be stuck; takes a minute at most.

        Raises:
            LinkError: it cannot be done on this machine; the message says why.
        """
        ...

    def connect(self, band: FoundBand) -> AbstractAsyncContextManager[BandLink]:
        """Connect to a band for the length of a `with` block.

        Raises:
            LinkError: it could not be reached, is not a band, the connection broke, or the
                adapter does not work.
        """
        ...
