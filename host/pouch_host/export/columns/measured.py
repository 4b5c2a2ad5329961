"""The tables of what bands sent: records, the bands themselves, and their clocks."""

from pouch_protocol import constants as c

from .kinds import (
    ADMINISTRATIVE,
    BAND,
    COLLECTOR,
    DATE,
    DERIVED,
    INFANT,
    OBSERVED,
    SITE,
    Column,
    Table,
    count,
    flag,
    moment,
    number,
    text,
)

_U16, _U32 = 65_535, 4_294_967_295
_TOUCH_PF_MAX = _U16 / c.STEPS_PER_PF
_BYTE = 255

SENSOR_STATUSES = ("measured", "fault", "out_of_range", "missing")

LOG = count("log_id", "log on the band, or its study code", OBSERVED, maximum=_U32)
BOOT = count("boot_id", "boot of the band that wrote it", OBSERVED, maximum=_U16)


def _raw(name: str, description: str, smallest: int, largest: int) -> Column:
    return count(
        name, f"{description}, as the band sent it", OBSERVED, minimum=smallest, maximum=largest
    )


def _status(name: str, what: str) -> Column:
    return text(
        name, f"whether {what} was measured", OBSERVED, values=SENSOR_STATUSES, required=True
    )


RECORDS = Table(
    "records",
    "Records",
    "One sample of a band, as it was sent (raw) and in units, of the infant that wore it then",
    ("band", "log_id", "record_no"),
    (
        SITE,
        INFANT,
        DATE,
        *moment("time", "when it was taken, by the fitted clock, to the millisecond", DERIVED),
        BAND,
        LOG,
        BOOT,
        count("record_no", "number of the record in its log", OBSERVED, maximum=_U32),
        count("uptime_cs", "hundredths of a second since that boot", OBSERVED, maximum=_U32),
        count("flags", "bits as the band set them (SPEC.md 3)", OBSERVED, maximum=_U16),
        flag("worn_by_infant", "the band was set to be worn by the infant", OBSERVED),
        _raw("infant_temperature_c128", "infant face, 1/128 Celsius; -32768 is missing",
             -32_768, 32_767),
        number("infant_temperature_c", "temperature of the infant face (skin, chest)", OBSERVED,
               unit="Cel", minimum=-256, maximum=256),
        _status("infant_temperature_status", "infant_temperature_c"),
        _raw("caregiver_temperature_c128", "caregiver face, 1/128 Celsius; -32768 is missing",
             -32_768, 32_767),
        number("caregiver_temperature_c", "temperature of the caregiver face", OBSERVED,
               unit="Cel", minimum=-256, maximum=256),
        _status("caregiver_temperature_status", "caregiver_temperature_c"),
        _raw("infant_touch_pf512", "infant electrode, 1/512 picofarad; 65535 is missing", 0, _U16),
        number("infant_touch_pf", "capacitance at the infant face", OBSERVED, unit="pF",
               minimum=0, maximum=_TOUCH_PF_MAX),
        _status("infant_touch_status", "infant_touch_pf"),
        _raw("caregiver_touch_pf512", "caregiver electrode, 1/512 picofarad; 65535 is missing",
             0, _U16),
        number("caregiver_touch_pf", "capacitance at the caregiver face", OBSERVED, unit="pF",
               minimum=0, maximum=_TOUCH_PF_MAX),
        _status("caregiver_touch_status", "caregiver_touch_pf"),
        _raw("activity_raw", "activity; 255 is missing", 0, _BYTE),
        number("activity_mg", "how much the pod moved since the sample before, thousandths of g",
               OBSERVED, unit="mg", minimum=0, maximum=254),
        _raw("breath_adult_raw", "adult breathing band; 255 is missing", 0, _BYTE),
        number("breath_adult", "power in the adult breathing band, 16 steps per doubling",
               OBSERVED, minimum=0, maximum=254),
        _raw("breath_infant_raw", "infant breathing band; 255 is missing", 0, _BYTE),
        number("breath_infant", "power in the infant breathing band, 16 steps per doubling",
               OBSERVED, minimum=0, maximum=254),
        _status("motion_status", "activity and breathing"),
    ),
    per_date=True,
)  # fmt: skip

BANDS = Table(
    "bands",
    "Bands",
    "One band: what the collector knows of it",
    ("band",),
    (
        SITE,
        BAND,
        *moment("first_contact", "when the collector first met it; NA where dates are shifted",
                COLLECTOR, required=False),
        *moment("last_contact", "when the collector last met it; NA where dates are shifted",
                COLLECTOR, required=False),
        count("battery_mv", "battery at the last contact that told it", OBSERVED, unit="mV",
              required=False),
        text("firmware_version", "at the last contact that told it", OBSERVED),
        count("wire_version", "version of the protocol that it spoke then", OBSERVED,
              required=False),
        count("record_count", "readable records held, of any kind", OBSERVED),
        count("sample_count", "samples among them", OBSERVED),
        count("untimed_sample_count", "samples whose time is not known: they count for nobody",
              DERIVED),
        count("missing_record_count", "records between the first and the last held of each log "
              "that are not held", DERIVED),
        count("damaged_record_count", "records held that cannot be read", DERIVED),
        count("unknown_kind_count", "records of kinds that this version does not know", DERIVED),
    ),
)  # fmt: skip

CLOCK_ANCHORS = Table(
    "clock_anchors",
    "Clock anchors",
    "One moment in which a host told a band the time, with the infant that wore it then",
    ("band", "log_id", "record_no"),
    (
        SITE,
        text("infant", "infant that wore the band then; NA for nobody", ADMINISTRATIVE),
        BAND,
        LOG,
        BOOT,
        count("record_no", "number of the record in its log", OBSERVED, maximum=_U32),
        count("uptime_cs", "hundredths of a second since that boot", OBSERVED, maximum=_U32),
        count("flags", "bits as the band set them; none has a meaning here yet", OBSERVED,
              maximum=_U16),
        *moment("told", "the time that the host told, to the millisecond", COLLECTOR),
        count("source", "who set the clock: 1 is a host", OBSERVED, maximum=_BYTE),
        count("round_trip_ms", "how long the exchange took", OBSERVED, unit="ms", maximum=_U16),
        flag("used", "it is a knot of the fitted clock; others are too near a knot, or contradict",
             DERIVED),
        number("residual_s", "told time minus the fitted clock's; NA where the boot has no clock",
               DERIVED, unit="s"),
    ),
)  # fmt: skip

CLOCK_FITS = Table(
    "clock_fits",
    "Clock fits",
    "The clock of one boot of a band, fitted to its anchors, for each infant that wore it then",
    ("infant", "band", "log_id", "boot_id"),
    (
        SITE,
        INFANT,
        BAND,
        LOG,
        BOOT,
        flag("anchored", "the boot has a clock", DERIVED),
        count("anchor_count", "anchors of the boot", OBSERVED),
        count("knot_count", "anchors that the clock runs through", DERIVED),
        count("rejected_count", "anchors that contradict the others", DERIVED),
        number("rate_before", "seconds of UTC for each second of uptime before the first knot",
               DERIVED, minimum=0.9, maximum=1.1),
        number("rate_after", "likewise after the last knot", DERIVED, minimum=0.9, maximum=1.1),
        number("residual_max_s", "largest distance of an inner knot from the line between its "
               "neighbours; NA under three knots", DERIVED, unit="s", minimum=0),
        *moment("first_record", "time of the boot's first record; NA without a clock", DERIVED,
                required=False),
        *moment("last_record", "time of the boot's last record; NA without a clock", DERIVED,
                required=False),
        *moment("earliest", "without a clock: no record is older, by the boots before; NA if that "
                "is not known", DERIVED, required=False),
        *moment("latest", "without a clock: no record is newer, by the boots after; NA if that is "
                "not known", DERIVED, required=False),
        count("sample_count", "samples of the boot that are held and readable", OBSERVED),
    ),
)  # fmt: skip
