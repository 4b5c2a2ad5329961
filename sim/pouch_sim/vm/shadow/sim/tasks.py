"""Task queue of asyncio, in Python: the built-in C one reads the real clock.

Installed as `_asyncio` before asyncio is imported. The interface and the meaning of `state` and
`data` are those of MicroPython's asyncio core.
"""

import sys
from time import ticks_diff, ticks_ms


class TaskQueue:
    """Tasks in order of the time they are due; the same time keeps the order of arrival."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        return self._tasks[0] if self._tasks else None

    def push(self, task, due_ms=None, /):
        if due_ms is None:
            due_ms = ticks_ms()
        task.data = None
        task.ph_key = due_ms
        tasks = self._tasks
        at = len(tasks)
        while at and ticks_diff(tasks[at - 1].ph_key, due_ms) > 0:
            at -= 1
        tasks.insert(at, task)

    def pop(self):
        return self._tasks.pop(0)

    def remove(self, task, /):
        self._tasks.remove(task)


class Task:
    """A coroutine; `state` is True while it runs, a TaskQueue while others wait, False after."""

    def __init__(self, coro, globals=None, /):
        self.coro = coro
        self.data = None
        self.state = True
        self.ph_key = 0

    def __iter__(self):
        if not self.state:
            self.state = False
        elif self.state is True:
            self.state = TaskQueue()
        elif type(self.state) is not TaskQueue:
            raise RuntimeError("can't wait")
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        core = sys.modules["asyncio.core"]
        self.state.push(core.cur_task)
        core.cur_task.data = self

    def done(self):
        return not self.state

    def cancel(self):
        if not self.state:
            return False
        core = sys.modules["asyncio.core"]
        if self is core.cur_task:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task.data, Task):
            task = task.data
        if hasattr(task.data, "remove"):
            task.data.remove(task)
            core._task_queue.push(task)
        elif ticks_diff(task.ph_key, ticks_ms()) > 0:
            core._task_queue.remove(task)
            core._task_queue.push(task)
        task.data = core.CancelledError
        return True
