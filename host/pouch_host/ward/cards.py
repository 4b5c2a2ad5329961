"""One infant of the board: its row judged for display, with what stands and what is muted.

Nothing here is text for a person: the words belong to the templates.
"""

from collections.abc import Iterable
from dataclasses import replace

from pouch_host.alerts.mutes import Mute
from pouch_host.derive import BoardRow

from . import order
from .board import InfantNow, StandingAlert
from .lines import BATTERY_LOW_MV, STALE_AFTER_S, crossed_line
from .told import BEHIND_S


def infant_now(
    row: BoardRow,
    *,
    alerts: tuple[StandingAlert, ...] = (),
    mutes: tuple[Mute, ...] = (),
    stale_after_s: float = STALE_AFTER_S,
    version: int = 0,
) -> InfantNow:
    """Judge one row for display.

    Args:
        row: what was derived from the store.
        alerts: what stands, the gravest first.
        mutes: what is muted.
        stale_after_s: age in seconds from which data is shown as stale.
        version: of the board in which it changed last.
    """
    stale, old = _is_stale(row, stale_after_s), _is_old(row, stale_after_s)
    line = None
    if row.core_c is not None and row.temperature_valid:
        line = crossed_line(row.core_c)
    return InfantNow(
        row=row,
        place=order.place(row, line, alerts, unseen=stale or old),
        alerts=alerts,
        mutes=mutes,
        version=version,
        stale=stale,
        temperature_old=old,
        line=line,
        battery_low=row.battery_mv is not None and row.battery_mv < BATTERY_LOW_MV,
        confirmed_percent=_percent(row.ssc_hours, row.target_h),
        possible_percent=_percent(row.ssc_hours_upper, row.target_h),
    )


def aged(infant: InfantNow, now_utc_s: float, stale_after_s: float) -> InfantNow:
    """Return an infant as it is at another moment if nothing came in."""
    row = infant.row.aged(now_utc_s)
    stale, old = _is_stale(row, stale_after_s), _is_old(row, stale_after_s)
    if (stale, old) == (infant.stale, infant.temperature_old):
        return replace(infant, row=row)
    return infant_now(
        row,
        alerts=infant.alerts,
        mutes=infant.mutes,
        stale_after_s=stale_after_s,
        version=infant.version,
    )


def worst_first(infants: Iterable[InfantNow]) -> tuple[InfantNow, ...]:
    """Return infants in the order of the board."""
    return tuple(sorted(infants, key=order.rank))


def differs(infant: InfantNow, other: InfantNow) -> bool:
    """Tell whether a screen has to show one infant anew. Ages alone are no reason."""
    return _ageless(infant) != _ageless(other)


def _is_stale(row: BoardRow, stale_after_s: float) -> bool:
    return row.last_record_age_s is None or row.last_record_age_s > stale_after_s


def _is_old(row: BoardRow, stale_after_s: float) -> bool:
    """Tell whether a reading is older than that of an infant whose records are not stale can be.

    A reading is known to be valid only by the minutes after it.
    """
    limit_s = stale_after_s + BEHIND_S
    return row.temperature_age_s is not None and row.temperature_age_s > limit_s


def _ageless(infant: InfantNow) -> InfantNow:
    row = replace(infant.row, temperature_age_s=None, last_record_age_s=None, contact_lost_s=None)
    return replace(infant, row=row, version=0)


def _percent(hours: float, target_h: float) -> float:
    return round(100 * min(max(hours / target_h, 0.0), 1.0), 1)
