"""The table of infants."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pouch_host.derive import target_h
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.selection import Selection
from pouch_host.store import Infant

if TYPE_CHECKING:
    import polars as pl

TABLE = table("infants")

# Of birth weight, as programmes report it; the last class has no upper end.
_CLASSES = (
    (1000, "under_1000"), (1500, "1000_1499"), (2000, "1500_1999"), (2500, "2000_2499"),
)  # fmt: skip


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the infants, each in a frame: its moments are told by its own shift."""
    for look in selection.looks():
        infant = look.infant
        times = selection.times(infant)
        ends = [one.to_utc_s for one in look.given]
        last = (
            None if None in ends else max((end for end in ends if end is not None), default=None)
        )
        values: dict[str, Any] = {
            "site": selection.site,
            "infant": selection.codes.infant(infant.code),
            "weight_g": infant.weight_g,
            "weight_class": weight_class(infant.weight_g),
            "gestation_days": infant.gestation_days,
            **_born(selection, infant),
            "target_h": target_h(infant),
            "target_source": "usual" if infant.target_minutes is None else "own",
            "assignment_count": len(look.given),
        }
        moments = {
            "admitted": infant.admitted_utc_s,
            "discharged": infant.discharged_utc_s,
            "first_band": min((one.from_utc_s for one in look.given), default=None),
            "last_band": last,
        }
        for name, utc_s in moments.items():
            values |= times.pair(name, [utc_s])
        yield frame_of(TABLE, values)


def _born(selection: Selection, infant: Infant) -> dict[str, Any]:
    """Return the columns of birth.

    Where names are hidden the date is told only if it is moved, as all of the infant's dates are.
    """
    if infant.born_on is None:
        return {"born_date": None, "born_status": "not_known"}
    if not selection.tells_births:
        return {"born_date": None, "born_status": "left_out"}
    return {
        "born_date": [selection.times(infant).date(infant.born_on)],
        "born_status": "told",
    }


def weight_class(weight_g: int | None) -> str:
    """Return the class of a weight in grams; "unknown" without one."""
    if weight_g is None:
        return "unknown"
    return next((name for end_g, name in _CLASSES if weight_g < end_g), "2500_and_more")
