"""Hours of contact as they are written beside a target.

A target is met if the hours at least are no less than it, and missed if those at most are less.
Rounded to the nearest tenth, 7.96 h would read 8.0 beside a target of 8 that is not met. So hours
are rounded down and a target up: what is written reaches the target only where the hours do.
"""

import math

_TENTHS = 10
# Of binary fractions: bounds are sums, and 83 tenths added up lack a last digit. A minute is a
# sixth of a tenth, so this takes none for another one; nor where hours have two digits.
_SLACK = 1e-6


def hours_down(hours: float, decimals: int = 1) -> float:
    """Return hours of contact, or a bound of them, rounded down to a tenth.

    Args:
        hours: they.
        decimals: digits behind the point, where it is not to be a tenth.
    """
    steps = 10**decimals
    return math.floor(steps * hours + _SLACK) / steps


def target_up(target_h: float) -> float:
    """Return a target in hours, rounded up to a tenth; almost all are whole hours."""
    return math.ceil(_TENTHS * target_h - _SLACK) / _TENTHS
