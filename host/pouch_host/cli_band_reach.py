"""What all of `pouch band ...` share: which band, its key, and errors in one line each."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import typer
from rich.console import Console

from pouch_protocol.errors import Unsupported

from .band_keys import KeyRing
from .cli_console import print_note, utc_now_s
from .collect.cable import BytePort
from .collect.known import KnownBands
from .collect.link import BandAdapter, LinkError
from .collect.reaching import CableReach, Conversation, RadioReach, Reach
from .errors import BandError, InputError

_T = TypeVar("_T")

# The key itself, for machines that hold their secrets elsewhere. Never an option: whoever lists
# the processes of a computer sees those.
_KEY_VARIABLE = "POUCH_KEY"

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        "--keys",
        metavar="FILE|FOLDER",
        help="File with the band's key, or folder of such files. Without it: this computer's own"
        f" folder of keys, and the key in the environment's {_KEY_VARIABLE} besides.",
    ),
]
TrustClock = Annotated[
    bool,
    typer.Option(
        "--trust-clock",
        help="This computer's clock is right, whatever bands and store say: I have looked.",
    ),
]


class Ways(Protocol):
    """The ways that a computer has to bands."""

    def ports(self) -> dict[str, str]:
        """Return the ports that look like a band's board: name of the port, name of the board."""
        ...

    def open_port(self, name: str) -> AbstractAsyncContextManager[BytePort]:
        """Open a serial port for the length of a `with` block.

        Raises:
            LinkError: there is no such port, or another program has it.
        """
        ...

    def adapter(self) -> BandAdapter:
        """Return the radio."""
        ...

    def utc_now_s(self) -> float:
        """Return the Unix time in seconds."""
        ...


class ThisComputer:
    """The ways that this computer has; see Ways. Each is looked for only when it is wanted."""

    def ports(self) -> dict[str, str]:
        """Return the ports that look like a band's board; see Ways."""
        from .collect import serial

        return serial.board_ports()

    def open_port(self, name: str) -> AbstractAsyncContextManager[BytePort]:
        """Open a serial port; see Ways."""
        from .collect import serial

        return serial.open_port(name)

    def adapter(self) -> BandAdapter:
        """Return the radio; see Ways."""
        from .collect.ble import BleAdapter

        return BleAdapter()

    def utc_now_s(self) -> float:
        """Return the Unix time; see Ways."""
        return utc_now_s()


class Choice:
    """Which band a person asked for, and with which keys.

    Attributes:
        ring: the keys.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self,
        ways: Ways,
        *,
        port: str | None,
        key_file: Path | None,
        ble: str | None = None,
        wait_s: float = 0.0,
    ) -> None:
        """Take what a person said; nothing is opened.

        Args:
            ways: the ways to bands.
            port: serial port, or None.
            key_file: file with the key, or folder of such files; None for this computer's own.
            ble: label of a band on the air, or None.
            wait_s: how long to listen for that.

        Raises:
            InputError: the file holds no key.
        """
        self._ways = ways
        self._port = port
        self._ble = ble
        self._wait_s = wait_s
        self.ring = key_ring(key_file)
        self.clock = ways.utc_now_s

    def reach(self) -> Reach:
        """Return the way to it; nothing is opened.

        Raises:
            InputError: no band was named, and not exactly one is plugged in.
        """
        known = KnownBands(self.ring.keys, self.ring.settle)
        if self._ble is not None:
            adapter = self._ways.adapter()
            return RadioReach(adapter, self._ble, self.clock, known, print_note, self._wait_s)
        boards = self._ways.ports()
        port = self._port or _only(boards)
        open_port = self._ways.open_port
        return CableReach(port, open_port, self.clock, known, print_note, boards.get(port))


def ways_of(context: typer.Context) -> Ways:
    """Return this computer's ways to bands, or those that a test has handed in."""
    return ThisComputer() if context.obj is None else context.obj


def choice_of(context: typer.Context) -> Choice:
    """Return the band that was asked for in a command of `pouch band`."""
    assert isinstance(context.obj, Choice)
    return context.obj


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


def light_and_motor_worked() -> bool:
    """Ask whoever is there what no band can test by itself; where nobody is, nothing is said."""
    return not _somebody_is_there() or typer.confirm("Did light and motor work?", err=True)


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def key_ring(key_file: Path | None) -> KeyRing:
    """Return where this person's keys are.

    Raises:
        InputError: the file that was named holds no key.
    """
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
    except LinkError as error:
        raise BandError(named(reach, error)) from error
    except Unsupported as error:
        raise BandError(f"{reach.where}: {error}: update Pouch on this computer") from error


def named(reach: Reach, error: LinkError) -> str:
    """Return what went wrong, with the band or port in front once."""
    text = str(error)
    # What a link says of itself begins with its port, which may be all that is known.
    return text if text.startswith(f"{reach.where}: ") else f"{reach.where}: {text}"
