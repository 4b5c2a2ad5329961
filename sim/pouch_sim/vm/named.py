"""What a band asks for by name: functions and constants of the board that the simulator has.

    (whose, name)                        a constant, or nothing for a function
    (whose, name, arguments, options)    the result of the function

The owner of the names is an object for each; what begins with an underscore is not offered.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from pouch_sim.errors import SimulationError
from pouch_sim.vm import frames
from pouch_sim.vm.frames import Refused


class Spelled:
    """A result in the words of the band's own interpreter, where it is no plain value.

    Args:
        text: what the band evaluates.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        """Return the text."""
        return self._text


def answer(owners: Mapping[Any, object], payload: bytes) -> bytes | Awaitable[bytes]:
    """Return the reply to a request by name.

    Args:
        owners: owner of the names, by what the band calls it.
        payload: the request.

    Raises:
        Refused: there is no such owner, it has nothing by that name, or that takes other
            arguments.
        OSError: what the firmware is to be told.
    """
    value = _value(owners, payload)
    return _later(value) if inspect.iscoroutine(value) else frames.result(value)


def repeat(owners: Mapping[Any, object], payload: bytes) -> None:
    """Do what a band was granted before, and does not wait for.

    Raises:
        SimulationError: it is refused this time, or takes time; the band does not know.
    """
    asked = payload.decode()
    try:
        value = _value(owners, payload)
    except (OSError, Refused) as error:
        raise SimulationError(f"granted before, refused now: {asked}: {error}") from None
    if inspect.iscoroutine(value):
        value.close()
        raise SimulationError(f"granted at once before, takes time now: {asked}")


def _value(owners: Mapping[Any, object], payload: bytes) -> object:
    whose, name, *call = frames.arguments(payload)
    if whose not in owners:
        raise Refused("ImportError", f"no module named '{whose}'")
    found = None if name.startswith("_") else getattr(owners[whose], name, None)
    if found is None:
        raise Refused("AttributeError", f"no attribute '{name}'")
    if not call:
        return None if callable(found) else found
    arguments, options = call
    try:
        return found(*arguments, **options)
    except TypeError:
        _check(name, found, arguments, options)
        raise


def _check(
    name: str, function: Callable[..., object], arguments: tuple[Any, ...], options: dict[str, Any]
) -> None:
    """Make sure that a function takes these arguments, so that its error is its own."""
    try:
        inspect.signature(function).bind(*arguments, **options)
    except TypeError as error:
        raise Refused("TypeError", f"{name}: {error}") from None


async def _later(value: Coroutine[Any, Any, object]) -> bytes:
    return frames.result(await value)
