"""Stand-in for `select`: polls objects written in Python, and waits on the simulator's clock.

asyncio's own core waits here, so the frozen asyncio of the interpreter runs unchanged.
"""

import simrt as _rt

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16

_IOCTL_POLL = 3


class poll:
    def __init__(self):
        self._objects = {}

    def register(self, obj, eventmask=POLLIN | POLLOUT):
        if not hasattr(obj, "ioctl"):
            raise OSError(22)  # a file of the simulating machine is nothing a board has
        self._objects[id(obj)] = (obj, eventmask)

    def modify(self, obj, eventmask):
        self._objects[id(obj)] = (obj, eventmask)

    def unregister(self, obj):
        del self._objects[id(obj)]

    def _ready(self):
        found = []
        for obj, eventmask in self._objects.values():
            flags = obj.ioctl(_IOCTL_POLL, eventmask)
            if flags:
                found.append((obj, flags))
        return found

    def poll(self, timeout=-1):
        due_us = -1 if timeout < 0 else _rt.now + timeout * 1000
        while True:
            found = self._ready()
            if found or timeout == 0 or 0 <= due_us <= _rt.now:
                return found
            _rt.wait_until(due_us)
            if timeout >= 0:
                # asyncio takes an early return well, and it must see what an event queued.
                return self._ready()

    ipoll = poll
