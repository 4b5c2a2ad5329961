"""Observations of skin-to-skin contact: hours of a local day, and sessions."""

from typing import Any

from pouch_host.export.columns import table

from .codes import CATEGORY, DAY_COLUMNS, SESSION_COLUMNS, Resource, concept, our_coding
from .people import reference, software_id
from .values import absent, component, period, quantity

_DAYS = table("days")
_SESSIONS = table("sessions")

# Nobody answered to a session, so nobody has verified it: that is what preliminary means.
_STATUSES = {
    "derived": "preliminary",
    "confirmed": "final",
    "corrected": "corrected",
    "rejected": "entered-in-error",
    "observed": "final",
}
_SAID = ("corrected", "observed")
_ABSENT = {"reviewed_hours": "not-performed", "band_hours": "not-performed"}


def hours_of(row: dict[str, Any], whole: Resource, *, over: bool) -> Resource:
    """Return the Observation of a row of the table `days`, without id, subject and performer.

    Args:
        row: of the table.
        whole: Period of the local day.
        over: that day was over when it was exported.
    """
    return {
        "status": "final" if over else "preliminary",
        "category": [_therapy()],
        "code": concept(our_coding("ssc-hours-per-day")),
        "effectivePeriod": whole,
        **_hours(row),
        **_derived(row),
        "component": [
            component("day", _DAYS.column(name), row[name], _ABSENT.get(name, "not-applicable"))
            for name in DAY_COLUMNS
        ],
    }


def session_of(row: dict[str, Any], machine_end: str | None, final_end: str | None) -> Resource:
    """Return the Observation of a row of `sessions`, without id, subject and performer.

    Args:
        row: of the table.
        machine_end: last second of the session as it was derived; None if it was not.
        final_end: last second of what counts after a nurse's answer; None if nothing does.
    """
    machine = None if row["begin_local"] is None else period(row["begin_local"], machine_end)
    final = (
        None if row["final_begin_local"] is None else period(row["final_begin_local"], final_end)
    )
    parts = [component("session", _SESSIONS.column(name), row[name]) for name in SESSION_COLUMNS]
    if row["origin"] == "corrected" and machine is not None:
        code = concept(our_coding("session-derived-period"))
        parts.append({"code": code, "valuePeriod": machine})
    # What a nurse rejected keeps the minutes that were rejected; its status withdraws them.
    minutes = row["minutes"] if final is None else row["final_minutes"]
    return {
        "status": _STATUSES[row["origin"]],
        "category": [_therapy()],
        "code": concept(our_coding("ssc-session")),
        "effectivePeriod": final or machine,
        "valueQuantity": quantity(minutes, "min"),
        **_source(row),
        "component": parts,
    }


def _therapy() -> Resource:
    return concept({"system": CATEGORY, "code": "therapy", "display": "Therapy"})


def _hours(row: dict[str, Any]) -> Resource:
    """Return the value of a day: none where no minute of it is known, for that is not 0 hours."""
    if row["unknown_minutes"] == row["elapsed_minutes"]:
        return {"dataAbsentReason": absent("unknown")}
    return {"valueQuantity": quantity(row["hours"], "h")}


def _source(row: dict[str, Any]) -> Resource:
    """Return whose begin and end a session has: the algorithm's, or those that staff said."""
    if row["origin"] not in _SAID:
        return _derived(row)
    said = {"method": concept(our_coding("said-by-staff"))}
    # What is derived of a corrected session stands in its components.
    return said if row["begin_local"] is None else _derived(row) | said


def _derived(row: dict[str, Any]) -> Resource:
    version = row["algorithm_version"]
    return {
        "method": concept(our_coding("derived-from-records"), text=f"Derived by {version}"),
        "device": reference("Device", software_id(version)),
    }
