"""The memory of a process and of all that it starts, while it runs."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_EVERY_S = 0.2
_KB = 1024


class TreeMemory:
    """Looks at a tree of processes several times a second, on Linux.

    What processes share, such as the code of libraries, counts once (proportional set size).

    Args:
        pid: of the first process.

    Attributes:
        most_bytes: the most that all had together so far.
    """

    def __init__(self, pid: int) -> None:
        self.most_bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY_S):
            now = sum(_bytes_of(pid) for pid in _tree(self._pid))
            self.most_bytes = max(self.most_bytes, now)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(text) for text in children.read_text().split()]
            except OSError:
                continue
    return found


def _bytes_of(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        # It has ended meanwhile.
        return 0
    lines = [line.split() for line in text.splitlines()]
    return sum(int(line[1]) * _KB for line in lines if line[0] == "Pss:")
