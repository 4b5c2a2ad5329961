"""Ends a long command in order when a person or a service manager says so."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(Exception):
    """The work was ended by a signal, in order: what it held is stored and closed.

    Attributes:
        signal_no: which signal.
    """

    def __init__(self, signal_no: signal.Signals) -> None:
        super().__init__(signal_no.name)
        self.signal_no = signal_no


async def until_signalled(work: Coroutine[Any, Any, _T], on_signal: Callable[[], None]) -> _T:
    """Run work to its end, or cancel it at the first SIGINT (Ctrl-C) or SIGTERM.

    A second signal, of either kind, ends the process at once, as if nobody handled it.

    Args:
        work: ends in order when it is cancelled.
        on_signal: told of the first signal, before the work has ended.

    Returns:
        What the work returned.

    Raises:
        Stopped: a signal came and the work has ended for it.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    came: list[signal.Signals] = []

    def stop(signal_no: signal.Signals) -> None:
        came.append(signal_no)
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
            # The system's own way, which asks nobody: the work may hang in a call that blocks.
            signal.signal(each, signal.SIG_DFL)
        on_signal()
        task.cancel()

    before = {each: signal.getsignal(each) for each in _SIGNALS}
    for each in _SIGNALS:
        loop.add_signal_handler(each, stop, each)
    try:
        return await task
    except asyncio.CancelledError:
        if came:
            raise Stopped(came[0]) from None
        raise
    finally:
        task.cancel()
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
            signal.signal(each, before[each] or signal.SIG_DFL)
