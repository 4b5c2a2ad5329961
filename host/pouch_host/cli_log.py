"""The log of a long command: one line each on stderr, with its time, in the ward's zone."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from zoneinfo import ZoneInfo

from .cli_console import iso_local


class LogLevel(Enum):
    """How much a log says, most first."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@contextmanager
def log_lines(level: LogLevel, zone: ZoneInfo, write: Callable[[str], None]) -> Iterator[None]:
    """Write log lines for the length of a `with` block.

    Args:
        level: what is below it is left out.
        zone: of the times, which bear their offset.
        write: takes one line; it may come from any thread.
    """
    handler = _LineHandler(write)
    handler.setFormatter(_Formatter(zone))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level.value.upper())
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


class _LineHandler(logging.Handler):
    """Hands each line to whoever owns the screen: a table there must not be written over."""

    def __init__(self, write: Callable[[str], None]) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        self._write(self.format(record))


class _Formatter(logging.Formatter):
    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002 - logging's own name and signature
        return iso_local(record.created, self._zone)
