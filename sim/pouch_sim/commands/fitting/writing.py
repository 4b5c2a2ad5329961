"""Puts fitted numbers into the text of a parameter file; its comments and all else stay."""

import re
from collections.abc import Mapping

from pouch_host.analysis.parameters import CoreGap, DayBounds, Parameters
from pouch_host.analysis.states import State


def with_looks(text: str, parameters: Parameters) -> str:
    """Return the text with mean and spread of each substate and channel."""
    for place, substate in enumerate(parameters.substates):
        for name, channel in parameters.channels.items():
            pair = f"[{channel.mean[place]:.1f}, {channel.sd[place]:.1f}]"
            text = _set(text, f"substates.{substate}", name, pair)
    return text


def with_breathing(text: str, found: Mapping[str, Mapping[str, list[float]]]) -> str:
    """Return the text with the breathing of each answer to whose chest moves the pod."""
    for body, table in found.items():
        for name, numbers in table.items():
            listed = ", ".join(str(float(number)) for number in numbers)
            text = _set(text, f"breathing.{body}", name, f"[{listed}]")
    return text


def with_core(text: str, gaps: Mapping[State, CoreGap]) -> str:
    """Return the text with the core above the skin."""
    for state, gap in gaps.items():
        for name in CoreGap.__slots__:
            text = _set(text, f"core.{state.word}", name, str(getattr(gap, name)))
    return text


def with_day_bounds(text: str, bounds: DayBounds) -> str:
    """Return the text with the bounds of a day."""
    for name in ("edge_min", "share", "hours"):
        text = _set(text, "day_bounds", name, str(getattr(bounds, name)))
    return text


def _set(text: str, table: str, key: str, value: str) -> str:
    """Return the text with one value changed.

    Raises:
        ValueError: the table has no such key.
    """
    pattern = rf"(^\[{re.escape(table)}\]\n(?:(?!^\[).*\n)*?{key} = )[^\n]*"
    changed, count = re.subn(pattern, rf"\g<1>{value}", text, count=1, flags=re.MULTILINE)
    if not count:
        raise ValueError(f"the parameter file has no {key} in [{table}]")
    return changed
