"""What all of `pouch band ...` share: which band, its key, and errors in one line each."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from pouch_protocol.errors import Unsupported

from .band_keys import KeyRing
from .cli_console import print_note, utc_now_s
from .collect.exchange import Refusal
from .collect.known import KnownBands
from .collect.link import LinkError
from .collect.reaching import CableReach, Conversation, RadioReach, Reach
from .collect.refusals import sentence
from .errors import BandError, InputError

_T = TypeVar("_T")

# The key itself, for machines that hold their secrets elsewhere. Never an option: whoever lists
# the processes of a computer sees those.
_KEY_VARIABLE = "POUCH_KEY"

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="File with the band's key, or a folder of such files. Without it: the environment's"
        f" {_KEY_VARIABLE}, then this computer's own folder of keys.",
    ),
]


@dataclass(frozen=True)
class Choice:
    """Which band a person asked for.

    Attributes:
        port: serial port, or None.
        ble: label or Bluetooth address, or None.
        wait_s: how long to listen for it.
        key_file: file with its key, or folder of such files; None for this computer's own.
    """

    port: str | None
    ble: str | None
    wait_s: float
    key_file: Path | None = None

    def reach(self) -> Reach:
        """Return the way to it; nothing is opened.

        Raises:
            InputError: no band was named, and not exactly one is plugged in.
        """
        known = KnownBands(key_ring(self.key_file).keys)
        # Imported here: who asks for help does not wait for Bluetooth.
        if self.ble is not None:
            from .collect.ble import BleAdapter

            adapter = BleAdapter()
            return RadioReach(adapter, self.ble, utc_now_s, known, print_note, self.wait_s)
        from .collect.serial import board_ports, open_port

        boards = board_ports()
        port = self.port or _only(boards)
        return CableReach(port, open_port, utc_now_s, known, print_note, boards.get(port))


def _only(boards: dict[str, str]) -> str:
    """Return the one port that has a board."""
    if not boards:
        raise InputError("no band is plugged in: name one with --port PORT or --ble LABEL")
    if len(boards) > 1:
        raise InputError(f"several boards are plugged in: say --port {' or --port '.join(boards)}")
    (port,) = boards
    print_note(f"using {port}")
    return port


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Show that something goes on, where somebody can see it."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(text):
        yield


def reach_of(context: typer.Context) -> Reach:
    """Return the way to the band that was asked for."""
    return context.obj.reach() if isinstance(context.obj, Choice) else context.obj


def key_ring(key_file: Path | None) -> KeyRing:
    """Return where this person's keys are."""
    folder = Path(typer.get_app_dir("pouch")) / "keys"
    return KeyRing(folder, key_file, os.environ.get(_KEY_VARIABLE), on_note=print_note)


def talk(reach: Reach, action: Callable[[Conversation], Awaitable[_T]]) -> _T:
    """Connect, do something and return what comes of it; see `run`."""

    async def connected() -> _T:
        async with reach.connect() as conversation:
            return await action(conversation)

    return run(reach, connected())


def run(reach: Reach, work: Coroutine[Any, Any, _T]) -> _T:
    """Run what talks to a band.

    Raises:
        BandError: it failed; the message names the band and says what to do.
    """
    try:
        return asyncio.run(work)
    except Refusal as refusal:
        why = sentence(refusal.request, refusal.code)
        raise BandError(f"{reach.where}: {why}") from refusal
    except LinkError as error:
        text = str(error)
        # What the link says of itself begins with its port, which may be all that is known.
        named = text if text.startswith(f"{reach.where}: ") else f"{reach.where}: {text}"
        raise BandError(named) from error
    except Unsupported as error:
        raise BandError(f"{reach.where}: {error}: update Pouch on this computer") from error
