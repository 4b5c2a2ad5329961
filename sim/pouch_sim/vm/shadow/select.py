"""Stand-in for `select`: polls objects written in Python, and waits on the simulator's clock.

asyncio's own core waits here, so the frozen asyncio of the interpreter runs unchanged.
"""

from micropython import const

import sim as _rt

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16

_IOCTL_POLL = const(3)
_EINVAL = const(22)


class poll:
    def __init__(self):
        self._objects = {}

    def register(self, obj, eventmask=POLLIN | POLLOUT, /):
        if not hasattr(obj, "ioctl"):
            raise OSError(_EINVAL)  # a file of the simulating machine is nothing a board has
        self._objects[id(obj)] = (obj, eventmask)

    modify = register

    def unregister(self, obj, /):
        del self._objects[id(obj)]

    def poll(self, timeout=-1, /):
        due_us = -1 if timeout < 0 else _rt.now + timeout * 1000
        while True:
            found = []
            for obj, eventmask in self._objects.values():
                flags = obj.ioctl(_IOCTL_POLL, eventmask)
                if flags:
                    found.append((obj, flags))
            if found or timeout == 0 or 0 <= due_us <= _rt.now:
                return found
            _rt.wait_until(due_us)
            # asyncio takes an early return well, and it must see what an event queued.
            timeout = min(timeout, 0)

    ipoll = poll
