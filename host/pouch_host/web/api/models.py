"""What the API answers with. A field is never renamed or given another meaning within a version.

Times are UTC, written with "Z"; local days are dates in the site's zone. What is not known is
null, and contact that is not known is in no number of hours but the upper bound.
"""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

StateName = Literal["ssc", "infant_only", "caregiver_only", "off", "unknown"]
Celsius = Annotated[float, Field(description="Degrees Celsius.")]
Hours = Annotated[float, Field(ge=0, le=25, description="Hours.")]
Share = Annotated[float, Field(ge=0, le=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Failure(_Model):
    """Why a request was not answered."""

    status: int = Field(description="HTTP status.")
    reason: str = Field(description="One line: what was wrong and what to do.")


class Site(_Model):
    """The ward."""

    name: str
    zone: str = Field(description="IANA name of the time zone in which days begin.")
    now: dt.datetime = Field(description="The ward's clock.")
    software_version: str
    algorithm_version: str
    notice: str = Field(description="What Pouch is not.")


class Infant(_Model):
    """An infant, by its code. There are no names."""

    code: str
    weight_g: int | None = Field(description="At admission or last weighed.")
    gestation_days: int | None = Field(description="Gestational age at birth.")
    born: dt.date | None = Field(description="Date of birth in the site's zone.")
    target_h: Hours = Field(description="Contact a day that it is to have.")
    admitted: dt.datetime | None
    discharged: dt.datetime | None


class Band(_Model):
    """A band that the ward has met."""

    label: str
    firmware_version: str | None
    battery_mv: int | None
    first_contact: dt.datetime | None
    last_contact: dt.datetime | None


class Assignment(_Model):
    """When an infant had which band. `ended` is the first second without it."""

    band: str
    begun: dt.datetime
    ended: dt.datetime | None


class Alert(_Model):
    """An alert that stands."""

    alert_id: int
    alert_class: str
    family: str
    priority: Literal["low", "medium", "high"]
    action: str = Field(description="Name of the picture that says what to do.")
    raised: dt.datetime
    ringing: bool
    escalated: bool
    acknowledged_by: str | None
    acknowledged: dt.datetime | None


class InfantNow(_Model):
    """One card of the board."""

    code: str
    band: str | None
    state: StateName
    stale: bool
    ssc_hours: Hours
    ssc_hours_lower: Hours
    ssc_hours_upper: Hours
    target_h: Hours
    coverage: Share
    chest_skin_c: Celsius | None = Field(description="At the chest; never an axillary one.")
    chest_skin_valid: bool
    chest_skin_at: dt.datetime | None
    core_c: Celsius | None = Field(description="Estimate of the core from a valid reading.")
    core_sd_c: float | None
    newest_record_at: dt.datetime | None
    battery_mv: int | None
    alerts: list[Alert]


class Board(_Model):
    """The ward as it is now, worst first."""

    looked: dt.datetime = Field(description="When the store was last looked at.")
    watch: Literal["looking", "starting", "busy", "stopped"] = Field(
        description="Whether it is looked at now; if busy or stopped, all here is of `looked`."
    )
    waiting: int = Field(description="Infants not worked out yet since the start, and not here.")
    reading: bool = Field(description="The store is still being read since the start.")
    failure: str | None = Field(description="Why what is shown is not up to date, or null.")
    infants: list[InfantNow]


class Day(_Model):
    """One local day of an infant."""

    date: dt.date
    day_minutes: int = Field(description="1440; 1380 or 1500 where clocks change.")
    elapsed_minutes: int = Field(description="With a band, up to now.")
    ssc_minutes: int
    infant_only_minutes: int
    caregiver_only_minutes: int
    off_minutes: int
    unknown_minutes: int
    hours: Hours
    hours_lower: Hours
    hours_upper: Hours
    bounds_coverage: Share = Field(description="Share of days that the bounds hold on.")
    coverage: Share
    target_h: Hours
    target_met: Literal["yes", "no", "cannot_say"]
    reviewed_hours: Hours | None = Field(description="With nurses' answers; null without any.")
    valid_20h: bool
    valid_16h: bool
    partial: bool
    contents: dict[str, Any] = Field(description="Sessions, night and providers.")
    temperatures: dict[str, Any] = Field(description="Minutes below and above the lines.")
    algorithm_version: str


class Review(_Model):
    """A nurse's answer to a session."""

    verdict: Literal["confirmed", "corrected", "rejected", "missed", "withdrawn"]
    said_begin: dt.datetime | None
    said_end: dt.datetime | None
    who: str
    when: dt.datetime


class Session(_Model):
    """A session as the machine has it, and the newest answer to it."""

    begin: dt.datetime | None = Field(description="Null for one that the machine missed.")
    end: dt.datetime | None
    ssc_minutes: int | None
    unknown_minutes: int | None
    other_minutes: int | None
    provider: Literal["mother", "other", "unknown"] | None
    provider_probability: float | None
    review: Review | None
    changed_since_review: bool


class Minutes(_Model):
    """Minutes in a row, a column each."""

    begin: dt.datetime = Field(description="Begin of the first minute.")
    state: list[StateName | None] = Field(description="Null where the infant had no band.")
    probability: list[float | None]
    chest_skin_c: list[float | None]
    chest_skin_valid: list[bool]
    core_c: list[float | None]
    core_sd_c: list[float | None]
    algorithm_version: str


class Event(_Model):
    """One thing that happened to an alert."""

    kind: str
    alert_class: str | None
    alert_id: int | None
    at: dt.datetime
    told: dt.datetime
    action: str
    reason: str
    who: str
    target: str
    values: dict[str, Any]


class Remark(_Model):
    """A reason that staff gave. Free text is not part of the API."""

    kind: str
    date: dt.date | None
    at: dt.datetime | None
    reason: str | None
    who: str
    when: dt.datetime
