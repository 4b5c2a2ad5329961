"""The tables of infants and of what people did: assignments, alerts, answers, the audit."""

from pouch_host.alerts.alert import EventKind
from pouch_host.alerts.classes import AlertClass
from pouch_host.store.handovers import Caregiver
from pouch_host.store.remarks import (
    LOW_HOURS_REASONS,
    SESSION_END_REASONS,
    RemarkKind,
    Verdict,
)

from .kinds import (
    ADMINISTRATIVE,
    BAND,
    CONFIRMED,
    DERIVED,
    INFANT,
    SITE,
    Column,
    Table,
    count,
    day,
    flag,
    moment,
    number,
    text,
)

WEIGHT_CLASSES = ("under_1000", "1000_1499", "1500_1999", "2000_2499", "2500_and_more", "unknown")
BORN_STATUSES = ("told", "not_known", "left_out")
TEXT_STATUSES = ("none", "given", "left_out")

_STAFF = "name of the member of staff, or a study code; NA for a command on the computer"


def _who(description: str = _STAFF) -> Column:
    return text("who", description, ADMINISTRATIVE)


INFANTS = Table(
    "infants",
    "Infants",
    "One infant, known by a code; the store has no name",
    ("infant",),
    (
        SITE,
        INFANT,
        count("weight_g", "at admission or last weighed", ADMINISTRATIVE, unit="g", minimum=100,
              maximum=10_000, required=False),
        text("weight_class", "of that weight, in grams", DERIVED, values=WEIGHT_CLASSES,
             required=True),
        count("gestation_days", "gestational age at birth", ADMINISTRATIVE, unit="d", minimum=100,
              maximum=330, required=False),
        day("born_date", "local date of birth, moved with the infant's other dates; NA if it is "
            "not known, or left out since dates are real", ADMINISTRATIVE, required=False),
        text("born_status", "whether born_date is told; left out where names are and dates are "
             "real", ADMINISTRATIVE, values=BORN_STATUSES, required=True),
        number("target_h", "hours of contact a day that it is to have", ADMINISTRATIVE, unit="h",
               minimum=0, maximum=24, required=True),
        text("target_source", "whether it is the infant's own or the usual one", ADMINISTRATIVE,
             values=("own", "usual"), required=True),
        *moment("admitted", "since when it is here; NA if it only ever got a band", ADMINISTRATIVE,
                required=False),
        *moment("discharged", "since when it is gone; NA while it is here", ADMINISTRATIVE,
                required=False),
        count("assignment_count", "how often it got a band", ADMINISTRATIVE),
        *moment("first_band", "beginning of its first assignment; NA without one", ADMINISTRATIVE,
                required=False),
        *moment("last_band", "end of its last assignment; NA while it lasts", ADMINISTRATIVE,
                required=False),
    ),
)  # fmt: skip

ASSIGNMENTS = Table(
    "assignments",
    "Assignments",
    "A band belonged to an infant from one moment up to, but without, another",
    ("infant", "band", "from_utc"),
    (
        SITE,
        INFANT,
        BAND,
        *moment("from", "first second of it", ADMINISTRATIVE),
        *moment("to", "first second after it; NA while it lasts", ADMINISTRATIVE, required=False),
        flag("open", "it lasts", ADMINISTRATIVE),
        text("ended_by", "how it ended", ADMINISTRATIVE,
             values=("lasts", "released", "next_assignment"), required=True),
    ),
)  # fmt: skip

ALERTS = Table(
    "alerts",
    "Alerts",
    "One thing that happened to an alert: raised, rang, acknowledged, muted, cleared",
    ("infant", "event_no"),
    (
        SITE,
        INFANT,
        day("date", "local date", DERIVED),
        count("event_no", "number of the event of this infant, in the order of telling", DERIVED,
              minimum=1),
        count("alert_id", "counts the alerts of one infant; NA for mutes and annotations", DERIVED,
              minimum=None, required=False),
        text("kind", "what happened", DERIVED, values=tuple(EventKind), required=True),
        text("alert_class", "class of the alert; NA for the mute of a family", DERIVED,
             values=tuple(AlertClass)),
        *moment("time", "the moment that it tells of", DERIVED),
        *moment("told", "when it was told", DERIVED),
        text("action", "what the screen asked for; NA for nothing", DERIVED),
        text("reason", "one word on why; NA where the kind says all", DERIVED),
        _who("who acknowledged or muted, or a study code; NA for nobody"),
        text("target", "class or family that was muted; NA if none", DERIVED),
        *moment("until", "end of a mute; NA if none", DERIVED, required=False),
        text("state", "state of the minute that led to it; NA if not told", DERIVED),
        number("state_probability", "of that state at least; NA if not told", DERIVED, minimum=0,
               maximum=1),
        number("skin_c", "skin temperature (chest) that led to it; NA if not told", DERIVED,
               unit="Cel", minimum=-40, maximum=125),
        number("core_c", "estimate of the core that led to it; NA if not told", DERIVED,
               unit="Cel", minimum=20, maximum=45),
        number("core_sd_c", "standard deviation of that estimate; NA if not told", DERIVED,
               unit="Cel", minimum=0, maximum=10),
        number("outer_c", "temperature of the caregiver face; NA if not told", DERIVED,
               unit="Cel", minimum=-40, maximum=125),
        number("battery_mv", "battery; NA if not told", DERIVED, unit="mV", minimum=0,
               maximum=10_000),
    ),
)  # fmt: skip

REVIEWS = Table(
    "reviews",
    "Answers to sessions",
    "One answer of a nurse to a session, with what Pouch had then; the newest holds",
    ("infant", "review_no"),
    (
        SITE,
        INFANT,
        count("review_no", "number of the answer about this infant, in their order", DERIVED,
              minimum=1),
        *moment("answered", "when the answer was given", CONFIRMED),
        text("verdict", "what the nurse said", CONFIRMED, values=tuple(Verdict), required=True),
        _who("who answered, or a study code"),
        *moment("begin", "begin of the session as Pouch had it then; NA for one that it missed",
                DERIVED, required=False),
        *moment("end", "end of it likewise", DERIVED, required=False),
        *moment("said_begin", "begin as the nurse has it; NA if not told", CONFIRMED,
                required=False),
        *moment("said_end", "end as the nurse has it; NA if not told", CONFIRMED,
                required=False),
    ),
)  # fmt: skip

REMARKS = Table(
    "remarks",
    "Remarks",
    "A note of staff, a reason for a day of few hours, or why contact ended",
    ("infant", "remark_no"),
    (
        SITE,
        INFANT,
        count("remark_no", "number of the remark about this infant, in their order", DERIVED,
              minimum=1),
        text("kind", "what it is about", CONFIRMED, values=tuple(RemarkKind), required=True),
        day("date", "local day with few hours; NA else", CONFIRMED, required=False),
        *moment("time", "when contact ended, or what a note tells of; NA else", CONFIRMED,
                required=False),
        text("reason", "code of the reason; NA for a note", CONFIRMED,
             values=dict.fromkeys((*SESSION_END_REASONS, *LOW_HOURS_REASONS))),
        text("text", "free text; only with --free-text", CONFIRMED),
        text("text_status", "whether there is free text, and whether it is in this file",
             CONFIRMED, values=TEXT_STATUSES, required=True),
        _who("who wrote it, or a study code"),
        *moment("written", "when it was written", CONFIRMED),
    ),
)  # fmt: skip

HANDOVERS = Table(
    "handovers",
    "Handovers",
    "To whom an infant was given, as staff wrote it down",
    ("infant", "handover_no"),
    (
        SITE,
        INFANT,
        count("handover_no", "number of the handover of this infant, by time", DERIVED,
              minimum=1),
        *moment("time", "when the infant came there", CONFIRMED),
        text("caregiver", "to whom", CONFIRMED, values=tuple(Caregiver), required=True),
        _who("who wrote it down, or a study code"),
        *moment("written", "when it was written down", CONFIRMED),
    ),
)  # fmt: skip

AUDIT = Table(
    "audit",
    "Audit",
    "One thing that somebody did; where dates are shifted, only what is about an infant",
    ("audit_no",),
    (
        SITE,
        count("audit_no", "rises in the order of noting; where dates are shifted, within each "
              "infant only", DERIVED, minimum=1),
        *moment("time", "when it was done", ADMINISTRATIVE),
        text("what", "a word for it", ADMINISTRATIVE, required=True),
        _who(),
        text("infant", "infant that it is about; NA if about none", ADMINISTRATIVE),
        text("band", "band that it is about; NA if about none", ADMINISTRATIVE),
        *moment("from", "of an assignment or session its begin; NA else", ADMINISTRATIVE,
                required=False),
        *moment("to", "of an assignment or session its end; NA else", ADMINISTRATIVE,
                required=False),
        count("target_minutes", "of a target the contact a day; NA else, and for the usual one",
              ADMINISTRATIVE, unit="min", maximum=1440, required=False),
        text("detail", "what else there is, as JSON; NA without, and where names are left out",
             ADMINISTRATIVE),
    ),
)  # fmt: skip
