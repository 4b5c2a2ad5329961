"""One infant's days, and all that they rest on, up to now."""

import math
from dataclasses import dataclass

from pouch_host.analysis.band_hours import BandDay
from pouch_host.analysis.days import Day
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.parameters import Parameters
from pouch_host.analysis.states import MINUTE_S
from pouch_host.store import Infant, Store

from .blocks import blocks_of
from .inputs import Context, inputs_of
from .recompute import Ward, keep
from .results import band_days_of, cut, decode_day, results_of


@dataclass(frozen=True, slots=True)
class InfantDays:
    """One infant's days.

    Attributes:
        infant_code: which infant.
        days: by date; days on which the infant had no band are left out.
        band_days: what the bands counted themselves and showed, one for each of `days`.
    """

    infant_code: str
    days: tuple[Day, ...]
    band_days: tuple[BandDay, ...] = ()


def infant_days(
    store: Store,
    now_utc_s: float,
    infant_code: str | None = None,
    *,
    parameters: Parameters | None = None,
) -> list[InfantDays]:
    """Return the daily hours of every infant, or of one.

    What had to be worked out is stored, if the store can be written and is not asked about a
    past that lies before what it holds.

    Args:
        store: where the records are.
        now_utc_s: minutes that are not over by then do not count.
        infant_code: only this infant.
        parameters: other ones than those that came with this version.

    Raises:
        InputError: there is no such infant, or `now_utc_s` is years after an assignment began.
        StoreError: the store cannot be read.
    """
    ward = Ward.of(Context.of(store, now_utc_s, parameters))
    return [_days(ward, infant) for infant in ward.chosen(infant_code)]


def infant_analysis(
    store: Store,
    now_utc_s: float,
    infant_code: str,
    *,
    from_utc_s: float | None = None,
    to_utc_s: float | None = None,
    parameters: Parameters | None = None,
) -> InfantAnalysis:
    """Return everything that is derived of one infant. Nothing is stored.

    Args:
        store: where the records are.
        now_utc_s: minutes that are not over by then are left out.
        infant_code: which infant.
        from_utc_s: no minute before this one; sessions and days that it falls into stay whole.
        to_utc_s: no minute that ends after this, likewise.
        parameters: other ones than those that came with this version.

    Raises:
        InputError: there is no such infant, or `now_utc_s` is years after an assignment began.
        StoreError: the store cannot be read.
    """
    ward = Ward.of(Context.of(store, now_utc_s, parameters))
    (infant,) = ward.chosen(infant_code)
    inputs = inputs_of(ward.context, infant, ward.given.get(infant.infant_id, []))
    analysis = results_of(ward.context, inputs, blocks_of(ward.context, inputs))
    first, last = 0, inputs.elapsed
    if from_utc_s is not None:
        first = max(first, math.floor((from_utc_s - inputs.first_utc_s) / MINUTE_S))
    if to_utc_s is not None:
        last = min(last, math.floor((to_utc_s - inputs.first_utc_s) / MINUTE_S))
    first = min(first, inputs.elapsed)
    return cut(analysis, slice(first, max(first, last)), ward.context.zone)


def _days(ward: Ward, infant: Infant) -> InfantDays:
    state = ward.states.get(infant.infant_id)
    tables = ward.context.store.derived
    if state is not None and state.until_utc_s is None and ward.is_current(infant):
        stored = [decode_day(day.results) for day in tables.days(infant.infant_id)]
        days, bands = zip(*stored, strict=True) if stored else ((), ())
        return InfantDays(infant.code, days, bands)
    inputs = inputs_of(ward.context, infant, ward.given.get(infant.infant_id, []))
    blocks = blocks_of(ward.context, inputs)
    analysis = results_of(ward.context, inputs, blocks)
    newest = state is None or state.as_of_utc_s <= ward.context.now_utc_s
    if tables.writable and newest and not ward.is_current(infant):
        keep(ward, inputs, blocks, analysis)
    return InfantDays(infant.code, analysis.days, band_days_of(ward.context, inputs, analysis))
