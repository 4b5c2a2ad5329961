"""Which tables become which forms of a REDCap project, and which stay out of it.

A form that repeats has one instance for each row of its table. Names of forms and prefixes are
part of every field's name: a project that was set up last year knows them, so they never change.
"""

from dataclasses import dataclass

from pouch_host.export.columns import Table, table

RECORD_ID = "record_id"
"""The first field of every project: the infant's code."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form (REDCap: instrument).

    Attributes:
        name: of the form.
        table: whose rows it takes.
        prefix: of the names of its fields.
        repeats: an infant has any number of it; else just one.
        label: tells instances apart on REDCap's screens: a field's name in brackets.
        order: columns by which instances are numbered; () for the order of the table.
    """

    name: str
    table: Table
    prefix: str
    repeats: bool = True
    label: str = ""
    order: tuple[str, ...] = ()


FORMS = (
    Form("infant", table("infants"), "inf", repeats=False),
    Form("assignment", table("assignments"), "asg", label="[asg_from_local]"),
    Form("day", table("days"), "day", label="[day_date]"),
    Form("session", table("sessions"), "ses", label="[ses_origin] [ses_date]"),
    Form(
        "temperature_episode",
        table("temperature_episodes"),
        "tep",
        label="[tep_line] [tep_begin_local]",
        # The table goes line by line; by time, a new episode comes behind those that were there.
        order=("begin_utc", "line"),
    ),
    Form("alert", table("alerts"), "alr", label="[alr_kind] [alr_time_local]"),
    Form("gap", table("gaps"), "gap", label="[gap_cause] [gap_begin_local]"),
    Form("review", table("reviews"), "rev", label="[rev_verdict] [rev_answered_local]"),
    Form("remark", table("remarks"), "rmk", label="[rmk_kind] [rmk_written_local]"),
    Form("handover", table("handovers"), "hov", label="[hov_caregiver] [hov_time_local]"),
    Form("told_span", table("told_spans"), "tsp", label="[tsp_told_by] [tsp_begin_local]"),
)

_OF_A_BAND = "about a band, not about an infant"

LEFT_OUT = {
    "records": "millions of rows, and REDCap keeps each value as a row of its own",
    "minutes": "40,000 rows for an infant of 28 days; the forms hold what is counted from them",
    "bands": _OF_A_BAND,
    "clock_anchors": _OF_A_BAND,
    "clock_fits": _OF_A_BAND,
    "band_tallies": f"{_OF_A_BAND}; `day` has the hours that it counted",
    "band_events": f"{_OF_A_BAND}; `alert` has the alerts",
    "band_health": _OF_A_BAND,
    "band_boots": _OF_A_BAND,
    "band_status": _OF_A_BAND,
    "band_faults": f"{_OF_A_BAND}; `gap` has the time that was lost",
    "audit": "also about what belongs to no infant; REDCap keeps a log of its own",
}
"""Tables that are no forms, and why; they are in an export as CSV or Parquet."""

BY_TABLE = {one.table.name: one for one in FORMS}
