"""The tables of what is derived: minutes, sessions, days, temperature episodes, gaps."""

from .kinds import (
    ALGORITHM,
    BAND_COUNTED,
    CONFIRMED,
    DATE,
    DERIVED,
    INFANT,
    OBSERVED,
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

STATES = ("unknown", "off", "caregiver_only", "infant_only", "ssc")
SKIN_STATUSES = ("measured", "not_measured")
TEMPERATURE_STATUSES = ("valid", "not_settled", "not_measured", "no_band")
CORE_STATUSES = ("estimated", "temperature_not_valid", "state_not_known")
CONTACT = ("yes", "no", "unknown")
CONTACT_SOURCES = ("derived", "confirmed")
ORIGINS = ("derived", "confirmed", "corrected", "rejected", "observed")
PROVIDERS = ("mother", "other", "unknown")
REVIEW_STATUSES = ("no_review", "reviewed")
GAP_CAUSES = ("no_band", "no_records", "damaged", "no_clock", "sensor_fault")
EPISODE_LINES = (
    "core_below_36_5", "core_below_36_0", "core_below_35_5", "core_above_37_5", "core_above_38_0",
)  # fmt: skip

_DAY_MINUTES_MAX = 1500
_C = "Cel"
_CHEST = "skin, chest"


def _minutes(name: str, description: str, source: str = DERIVED) -> Column:
    return count(name, description, source, unit="min", maximum=_DAY_MINUTES_MAX)


MINUTES = Table(
    "minutes",
    "Minutes",
    "One minute of one infant, from its first band on; minutes without a band are told apart",
    ("infant", "time_utc"),
    (
        SITE,
        INFANT,
        DATE,
        *moment("time", "where the minute begins", DERIVED),
        flag("band_assigned", "a band was assigned to the infant in this minute", DERIVED),
        text("state", "who touches the band", DERIVED, values=STATES, required=True),
        number(
            "probability", "of that state at least; NA where the state is unknown", DERIVED,
            minimum=0, maximum=1,
        ),
        number(
            "ssc_probability_low",
            "of skin-to-skin contact at least, whatever missing records might have said",
            DERIVED, minimum=0, maximum=1, required=True,
        ),
        number(
            "ssc_probability_high", "of skin-to-skin contact at most", DERIVED,
            minimum=0, maximum=1, required=True,
        ),
        number(
            "coverage", "share of the minute that records speak for", DERIVED,
            minimum=0, maximum=1, required=True,
        ),
        text(
            "contact", "skin-to-skin contact after the nurses' answers", DERIVED,
            values=CONTACT, required=True,
        ),
        text(
            "contact_source", "who says so: Pouch alone, or a nurse's answer to a session",
            DERIVED, values=CONTACT_SOURCES, required=True,
        ),
        number(
            "skin_c", f"temperature of the infant face ({_CHEST}), mean of the minute, whatever "
            "it touches", OBSERVED, unit=_C, minimum=-40, maximum=125,
        ),
        text(
            "skin_status", "whether skin_c was measured", OBSERVED,
            values=SKIN_STATUSES, required=True,
        ),
        number(
            "outer_c", "temperature of the caregiver face, mean of the minute", OBSERVED,
            unit=_C, minimum=-40, maximum=125,
        ),
        flag(
            "temperature_valid",
            "the infant face was on the infant's skin, settled, and stayed there", DERIVED,
        ),
        text(
            "temperature_status", "why a temperature is valid or not", DERIVED,
            values=TEMPERATURE_STATUSES, required=True,
        ),
        number(
            "core_estimate_c", "estimate of the core temperature; it does not replace a "
            "thermometer", DERIVED, unit=_C, minimum=20, maximum=45,
        ),
        number(
            "core_estimate_sd_c", "standard deviation of that estimate", DERIVED, unit=_C,
            minimum=0, maximum=10,
        ),
        text(
            "core_status", "why there is an estimate or not", DERIVED,
            values=CORE_STATUSES, required=True,
        ),
        ALGORITHM,
    ),
    per_date=True,
)  # fmt: skip

SESSIONS = Table(
    "sessions",
    "Sessions of skin-to-skin contact",
    "One session: as Pouch derived it, what a nurse said of it, and what counts after that",
    ("infant", "session_no"),
    (
        SITE,
        INFANT,
        DATE,
        count("session_no", "number of the session of this infant, by time", DERIVED, minimum=1),
        text(
            "origin",
            "derived: by Pouch, nobody answered; confirmed, corrected, rejected: by Pouch, and a "
            "nurse said so; observed: by a nurse alone, Pouch has none",
            DERIVED, values=ORIGINS, required=True,
        ),
        *moment("begin", "first confirmed minute, as Pouch has it; NA if a nurse alone has it",
                DERIVED, required=False),
        *moment("end", "end of the last confirmed minute, as Pouch has it", DERIVED,
                required=False),
        count("minutes", "from begin to end, bridged gaps included, as Pouch has it", DERIVED,
              unit="min", required=False),
        flag("is_long", "an hour or more, as Pouch has it", DERIVED, required=False),
        count("ssc_minutes", "confirmed minutes of contact in it", DERIVED, unit="min",
              required=False),
        count("unknown_minutes", "bridged minutes that are not known", DERIVED, unit="min",
              required=False),
        count("other_minutes", "bridged minutes in another state", DERIVED, unit="min",
              required=False),
        flag("begin_known", "the minute before it is known not to be contact", DERIVED,
             required=False),
        flag("end_known", "the minute after it is known not to be contact", DERIVED,
             required=False),
        text("provider", "whose chest it was, a guess from the caregiver face", DERIVED,
             values=PROVIDERS, required=True),
        number("provider_probability", "of that guess; NA where it is unknown", DERIVED,
               minimum=0, maximum=1),
        text("verdict", "a nurse's newest answer", CONFIRMED,
             values=("no_review", "confirmed", "corrected", "rejected", "missed"), required=True),
        text("reviewed_by", "who gave it", CONFIRMED),
        *moment("reviewed", "when it was given", CONFIRMED, required=False),
        *moment("said_begin", "begin as the nurse has it", CONFIRMED, required=False),
        *moment("said_end", "end as the nurse has it", CONFIRMED, required=False),
        flag("changed_since_review", "Pouch has other edges now than those that were reviewed",
             DERIVED, required=False),
        flag("counts", "it counts as contact after the review", DERIVED),
        *moment("final_begin", "begin that counts after the review", DERIVED, required=False),
        *moment("final_end", "end that counts after the review", DERIVED, required=False),
        count("final_minutes", "minutes that count after the review; 0 if rejected", DERIVED,
              unit="min"),
        ALGORITHM,
    ),
)  # fmt: skip

DAYS = Table(
    "days",
    "Days",
    "One local day of one infant with a band; a clock change makes one of 23 or 25 hours",
    ("infant", "date"),
    (
        SITE,
        INFANT,
        DATE,
        *moment("begin", "where the local day begins", DERIVED),
        *moment("end", "where it ends", DERIVED),
        count("age_days", "age on this day, the day of birth being day 0; NA if the date of birth "
              "is not known, later, or left out", DERIVED, unit="d", required=False),
        count("postmenstrual_days", "gestational age at birth and age together; NA if one of them "
              "is not known or left out", DERIVED, unit="d", minimum=100, required=False),
        count("day_minutes", "length of the day", DERIVED, unit="min", minimum=1200,
              maximum=1680),
        _minutes("elapsed_minutes", "minutes of it with a band assigned, up to the export"),
        _minutes("ssc_minutes", "minutes of confirmed skin-to-skin contact"),
        _minutes("infant_only_minutes", "minutes with the band on the infant alone"),
        _minutes("caregiver_only_minutes", "minutes with the band on a caregiver alone"),
        _minutes("off_minutes", "minutes in which the band touched nobody"),
        _minutes("unknown_minutes", "elapsed minutes of which the state is not known"),
        number("hours", "confirmed hours of contact; nothing is imputed, so 0 too where nothing "
               "is known: coverage and the bounds say so", DERIVED, unit="h",
               minimum=0, maximum=25, required=True),
        number("hours_lower", "hours of contact at least", DERIVED, unit="h", minimum=0,
               maximum=25, required=True),
        number("hours_upper", "hours of contact at most", DERIVED, unit="h", minimum=0,
               maximum=25, required=True),
        number("bounds_coverage", "share of days whose true hours lie between both, as promised",
               DERIVED, minimum=0, maximum=1, required=True),
        number("coverage", "known part of the elapsed minutes", DERIVED, minimum=0, maximum=1,
               required=True),
        number("target_h", "hours that this infant is to have", DERIVED, unit="h", minimum=0,
               maximum=24, required=True),
        text("target_met", "yes, no, or it cannot be said; a partial day is never no", DERIVED,
             values=("yes", "no", "cannot_say"), required=True),
        flag("valid_20h", "at least 20 hours are known", DERIVED),
        flag("valid_16h", "at least 16 hours are known", DERIVED),
        flag("partial", "admission, discharge, a break without a band, or the day is not over",
             DERIVED),
        count("session_count", "sessions that began on this day, as Pouch has them", DERIVED),
        count("long_session_count", "those of them of an hour or more", DERIVED),
        _minutes("longest_session_minutes", "longest stretch of a session that lies on this day"),
        _minutes("longest_gap_minutes", "longest run of minutes known not to be contact"),
        number("night_share", "share of the confirmed contact between 22 and 6 local time; NA "
               "without contact", DERIVED, minimum=0, maximum=1),
        _minutes("mother_minutes", "confirmed minutes in sessions that were the mother's"),
        _minutes("other_minutes", "confirmed minutes in sessions of somebody else"),
        _minutes("provider_unknown_minutes", "the other confirmed minutes"),
        _minutes("valid_minutes", "minutes with a valid temperature"),
        _minutes("below_36_5_minutes", "valid minutes with an estimated core below 36.5 C"),
        _minutes("below_36_0_minutes", "valid minutes with an estimated core below 36.0 C"),
        _minutes("below_35_5_minutes", "valid minutes with an estimated core below 35.5 C"),
        _minutes("below_32_0_minutes", "valid minutes with an estimated core below 32.0 C"),
        _minutes("above_37_5_minutes", "valid minutes with an estimated core above 37.5 C"),
        _minutes("above_38_0_minutes", "valid minutes with an estimated core of 38.0 C or more"),
        number("skin_c_min", f"coldest valid minute ({_CHEST}); NA without a valid minute",
               OBSERVED, unit=_C, minimum=-40, maximum=125),
        number("skin_c_median", f"median of the valid minutes ({_CHEST}); NA without one",
               OBSERVED, unit=_C, minimum=-40, maximum=125),
        text("review_status", "whether a nurse answered to a session of this day", CONFIRMED,
             values=REVIEW_STATUSES, required=True),
        number("reviewed_hours", "hours of contact after the nurses' answers; NA without one",
               CONFIRMED, unit="h", minimum=0, maximum=25),
        count("confirmed_session_count", "sessions of this day confirmed or corrected by a nurse",
              CONFIRMED),
        count("rejected_session_count", "sessions of this day that a nurse rejected", CONFIRMED),
        count("observed_session_count", "sessions of this day that a nurse alone reported",
              CONFIRMED),
        text("band_status", "whether the band's own count is there", BAND_COUNTED,
             values=("counted", "not_counted"), required=True),
        number("band_hours", "hours of contact that the band counted and showed; NA without",
               BAND_COUNTED, unit="h", minimum=0, maximum=25),
        number("band_compared_hours", "confirmed hours of Pouch in the same minutes",
               DERIVED, unit="h", minimum=0, maximum=25),
        number("band_covered_minutes", "elapsed minutes that the band's count speaks for",
               BAND_COUNTED, unit="min", minimum=0, maximum=1500, required=True),
        count("band_alert_count", "alerts that began on the band", BAND_COUNTED),
        ALGORITHM,
    ),
)  # fmt: skip

EPISODES = Table(
    "temperature_episodes",
    "Temperature episodes",
    "A run of minutes whose estimated core lies beyond a line; an estimate is no measurement",
    ("infant", "line", "begin_utc"),
    (
        SITE,
        INFANT,
        day("date", "local date on which it begins", DERIVED),
        text("line", "which line", DERIVED, values=EPISODE_LINES, required=True),
        number("line_c", "the line", DERIVED, unit=_C, minimum=30, maximum=42, required=True),
        *moment("begin", "first minute beyond the line", DERIVED),
        *moment("end", "end of the last minute beyond it", DERIVED),
        count("minutes", "from begin to end; a minute that is not valid ends an episode", DERIVED,
              unit="min", minimum=1),
        number("core_c_extreme", "coldest (below a line) or warmest (above) estimate", DERIVED,
               unit=_C, minimum=20, maximum=45, required=True),
        number("core_c_extreme_sd", "standard deviation of that estimate", DERIVED, unit=_C,
               minimum=0, maximum=10, required=True),
        number("skin_c_extreme", f"coldest or warmest minute ({_CHEST})", OBSERVED, unit=_C,
               minimum=-40, maximum=125, required=True),
        number("valid_share", "share of valid minutes among the ten before and the ten after it",
               DERIVED, minimum=0, maximum=1, required=True),
        flag("begin_valid", "the minute before it was valid: it began then, and not earlier",
             DERIVED),
        flag("end_valid", "the minute after it was valid: it ended then, and not later", DERIVED),
        count("ssc_minutes", "minutes of it in skin-to-skin contact", DERIVED, unit="min"),
        ALGORITHM,
    ),
)  # fmt: skip

GAPS = Table(
    "gaps",
    "Gaps",
    "A stretch of time, between an infant's first and last band, for which something is missing",
    ("infant", "cause", "part", "begin_utc"),
    (
        SITE,
        INFANT,
        day("date", "local date on which it begins", DERIVED),
        text("cause", "no_band: none assigned; no_records: the band was off the air or its "
             "records are missing; damaged: records came and cannot be read; no_clock: records "
             "came whose time is not known; sensor_fault: a part of the band reported a fault",
             DERIVED, values=GAP_CAUSES, required=True),
        text("part", "which sensor, of a fault; all of it else", OBSERVED,
             values=("all", "infant_thermometer", "caregiver_thermometer", "touch", "motion"),
             required=True),
        text("band", "band that was worn; NA without one", DERIVED),
        *moment("begin", "where it begins", DERIVED),
        *moment("end", "where it ends", DERIVED),
        number("minutes", "its length", DERIVED, unit="min", minimum=0, required=True),
        count("missing_records", "records that are missing or unreadable, where numbers tell it",
              DERIVED, required=False),
    ),
)  # fmt: skip
