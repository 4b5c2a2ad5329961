"""MicroPython side of the driver bench: runs one line of code at a time, see ../bench.py."""

import json
import sys

from drivers.fault import SensorFault


def _exchange(message: dict) -> dict:
    sys.stdout.write(json.dumps(message) + "\n")
    return json.loads(sys.stdin.readline())


class BenchI2c:
    """The methods of `machine.I2C` that drivers use, answered by the CPython twins."""

    def readfrom_mem_into(self, address, register, buffer):
        buffer[:] = self._transfer(address, bytes([register]), len(buffer))

    def readfrom_mem(self, address, register, count):
        return self._transfer(address, bytes([register]), count)

    def writeto_mem(self, address, register, payload):
        self._transfer(address, bytes([register]) + bytes(payload), 0)

    def _transfer(self, address, write, read_count):
        answer = _exchange({"address": address, "write": write.hex(), "read_count": read_count})
        if "errno" in answer:
            raise OSError(answer["errno"])
        return bytes.fromhex(answer["read"])


def _serve():
    names = {"i2c": BenchI2c()}
    result = {}
    while True:
        request = _exchange(result)
        try:
            if "statement" in request:
                exec(request["statement"], names)
                result = {"value": None}
            else:
                result = {"value": eval(request["expression"], names)}
        except SensorFault as fault:
            result = {"fault": fault.code}
        except Exception as error:
            result = {"error": repr(error)}


_serve()
