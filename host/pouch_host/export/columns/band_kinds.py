"""The tables of records that are no samples: what a band counted, met and says of itself.

One table for each kind of record. Only readable records are in them: `bands` counts those whose
checksum does not hold, and `gaps` tells for which time.
"""

from pouch_protocol import constants as c

from .kinds import (
    ADMINISTRATIVE,
    BAND,
    BAND_COUNTED,
    DERIVED,
    OBSERVED,
    SITE,
    Column,
    Table,
    count,
    moment,
    number,
    text,
)
from .measured import BOOT, LOG

_BYTE, _U16, _U32 = 255, 65_535, 4_294_967_295
_I16 = 32_767
_THAT_OR_MORE = "; 255 is that or more"

EVENTS = {
    c.EVENT_ALERT_COLD: "alert_cold",
    c.EVENT_ALERT_ESCALATED: "alert_escalated",
    c.EVENT_ALERT_CLEARED: "alert_cleared",
    c.EVENT_ALERT_ACKNOWLEDGED: "alert_acknowledged",
    c.EVENT_BATTERY_LOW: "battery_low",
    c.EVENT_BATTERY_STOP: "battery_stop",
    c.EVENT_BATTERY_RESUME: "battery_resume",
    c.EVENT_GESTURE: "gesture",
    c.EVENT_CONFIGURED: "configured",
    c.EVENT_UPDATE_STARTED: "update_started",
    c.EVENT_UPDATE_CONFIRMED: "update_confirmed",
    c.EVENT_UPDATE_ROLLED_BACK: "update_rolled_back",
    c.EVENT_SELF_TEST: "self_test",
    c.EVENT_FACTORY_RESET: "factory_reset",
    c.EVENT_TARGET_REACHED: "target_reached",
    c.EVENT_KEY_SET: "key_set",
}
CHOICES = {
    (c.EVENT_GESTURE, c.GESTURE_SHOW): "show",
    (c.EVENT_GESTURE, c.GESTURE_ADVERTISE): "advertise",
    (c.EVENT_GESTURE, c.GESTURE_RECOVER): "recover",
    (c.EVENT_CONFIGURED, c.PLAN_DEFAULT): "default_plan",
    (c.EVENT_CONFIGURED, c.PLAN_SLOW): "slow_plan",
    (c.EVENT_KEY_SET, 1): "by_old_key",
    (c.EVENT_KEY_SET, 0): "by_hand",
}
RESETS = {
    c.RESET_UNKNOWN: "unknown",
    c.RESET_POWER_ON: "power_on",
    c.RESET_HARD: "hard",
    c.RESET_WATCHDOG: "watchdog",
    c.RESET_DEEP_SLEEP: "deep_sleep",
    c.RESET_SOFT: "soft",
}
MODULES = {1: "application"}


def _head() -> tuple[Column, ...]:
    return (
        SITE,
        text("infant", "infant that wore the band then; NA for nobody, and where the time is not "
             "known", ADMINISTRATIVE),
        BAND,
        LOG,
        BOOT,
        count("record_no", "number of the record in its log", OBSERVED, maximum=_U32),
        count("uptime_cs", "hundredths of a second since that boot", OBSERVED, maximum=_U32),
        count("flags", "bits as the band set them; none has a meaning here yet", OBSERVED,
              maximum=_U16),
        *moment("time", "when it was written, by the fitted clock, to the millisecond; NA where "
                "the boot has no clock", DERIVED, required=False),
    )  # fmt: skip


def _table(name: str, title: str, description: str, *columns: Column) -> Table:
    key = ("band", "log_id", "record_no")
    return Table(name, title, description, key, (*_head(), *columns))


TALLIES = _table(
    "band_tallies",
    "The band's own hours",
    "What a band counted itself and showed to the mother, about once an hour; hours that count "
    "are in `days`",
    *moment("begin", "where the counted time begins, likewise", DERIVED, required=False),
    count("span_s", "counted time, since the tally before it or the boot", BAND_COUNTED, unit="s",
          maximum=_U16),
    count("contact_s", "of it, what the band took for skin-to-skin contact", BAND_COUNTED,
          unit="s", maximum=_U16),
    count("unknown_s", "of it, what the band could not tell", BAND_COUNTED, unit="s",
          maximum=_U16),
    count("contact_24h_min", "contact in the last 24 hours, as the band showed it", BAND_COUNTED,
          unit="min", maximum=1440),
    count("battery_days_raw", "days that the battery would last, as the band sent it; 255 is not "
          "known", OBSERVED, maximum=_BYTE),
    count("battery_days", "days that the battery would last; NA if not known", OBSERVED, unit="d",
          maximum=_BYTE - 1, required=False),
    count("alert_count", f"alerts that began since the tally before it{_THAT_OR_MORE}",
          BAND_COUNTED, maximum=_BYTE),
)  # fmt: skip

BAND_EVENTS = _table(
    "band_events",
    "Events of bands",
    "One thing that happened to a band: its alerts, battery, button, settings, updates",
    count("event_raw", "number of the event (SPEC.md 3.7)", OBSERVED, maximum=_BYTE),
    text("event", "what happened; NA for an event that this version does not know", OBSERVED,
         values=EVENTS.values()),
    count("detail_raw", "as the band sent it; what it means depends on the event", OBSERVED,
          maximum=_U32),
    count("value_raw", "likewise", OBSERVED, minimum=-_I16 - 1, maximum=_I16),
    number("skin_c", "of an alert: temperature of the infant face (skin, chest); NA else",
           OBSERVED, unit="Cel", minimum=-256, maximum=256),
    number("line_c", "of an alert: the line that was crossed; NA else", OBSERVED, unit="Cel",
           minimum=-328, maximum=328),
    count("battery_mv", "of the battery: its voltage; NA else", OBSERVED, unit="mV",
          minimum=-_I16 - 1, maximum=_I16, required=False),
    count("contact_24h_min", "of a target: contact in the last 24 hours, as the band counted it; "
          "NA else", BAND_COUNTED, unit="min", minimum=-_I16 - 1, maximum=_I16, required=False),
    text("choice", "which gesture, which power plan, or who set the key; NA else", OBSERVED,
         values=CHOICES.values()),
    text("firmware_version", "of an update: the version; NA else", OBSERVED),
    text("failed_parts", "of a self-test: parts that failed, or none; NA else", OBSERVED),
)  # fmt: skip

HEALTH = _table(
    "band_health",
    "Health of bands",
    "What failed on a band since the record before it, once a day and when something failed",
    count("infant_thermometer_faults", f"samples without the infant face{_THAT_OR_MORE}",
          BAND_COUNTED, maximum=_BYTE),
    count("caregiver_thermometer_faults", f"samples without the caregiver face{_THAT_OR_MORE}",
          BAND_COUNTED, maximum=_BYTE),
    count("touch_faults", f"samples without touch{_THAT_OR_MORE}", BAND_COUNTED, maximum=_BYTE),
    count("motion_faults", f"samples without motion{_THAT_OR_MORE}", BAND_COUNTED, maximum=_BYTE),
    count("flash_faults", f"writes that the file system refused{_THAT_OR_MORE}", BAND_COUNTED,
          maximum=_BYTE),
    count("restarts", "starts since the log began that were not a power-on, modulo 256",
          BAND_COUNTED, maximum=_BYTE),
    count("free_heap_min_bytes", "least free memory after a collection", OBSERVED, unit="By",
          maximum=_U32),
)  # fmt: skip

BOOTS = _table(
    "band_boots",
    "Starts of bands",
    "One start of a band, with its cause and its program",
    count("reset_cause_raw", "number of the cause (SPEC.md 3.3)", OBSERVED, maximum=_BYTE),
    text("reset_cause", "why it started; NA for a cause that this version does not know",
         OBSERVED, values=RESETS.values()),
    text("firmware_version", "that it started with", OBSERVED, required=True),
)  # fmt: skip

STATUS = _table(
    "band_status",
    "Status of bands",
    "Battery, memory and losses of a band, about once an hour",
    count("battery_mv", "voltage of the cell", OBSERVED, unit="mV", maximum=_U16),
    count("free_heap_bytes", "free memory of the interpreter", OBSERVED, unit="By", maximum=_U32),
    count("records_lost", "records given up so far since there was no room", BAND_COUNTED,
          maximum=_U32),
    count("segments_damaged", "files set aside since their beginning cannot be read"
          f"{_THAT_OR_MORE}", BAND_COUNTED, maximum=_BYTE),
)  # fmt: skip

FAULTS = _table(
    "band_faults",
    "Faults of bands",
    "An error that the program of a band met",
    count("module_raw", "number of the part of the program (SPEC.md 3.5)", OBSERVED,
          maximum=_BYTE),
    text("module", "which part; NA for one that this version does not know", OBSERVED,
         values=MODULES.values()),
    count("fault_code", "number of the error, where it has one", OBSERVED, maximum=_U16),
    count("fault_count", "how often since the record before it", BAND_COUNTED, maximum=_U16),
)  # fmt: skip
