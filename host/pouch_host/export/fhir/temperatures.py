"""Observations of temperature: the minutes of one infant and local day.

    infant-face-temperature    each minute that was measured, whatever the face touched
              ^ derivedFrom
    8310-5 and MDC 150388      of these the minutes on settled skin: vital signs

The series of skin is a component: R4 holds every Observation with LOINC 8310-5 to its profile of
body temperature, whose value can only be one Quantity, and its reference validator does so
unasked. Both that profile and the one of vital signs allow any component.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pouch_host.export.columns import table

from .codes import (
    BODY_TEMPERATURE,
    CATEGORY,
    MDC_TEMP_SKIN,
    SKIN_COLUMNS,
    THORAX,
    VITAL_SIGNS,
    Resource,
    concept,
    our_coding,
)
from .ids import OwnIds
from .people import reference
from .values import absent, component, quantity, sampled

_C = "Cel"
_NOTE = "Skin, chest. A research tool: it does not replace a thermometer."
_SEVERAL = "Several bands were worn on this day: see DeviceUseStatement."
_DAYS = table("days")


@dataclass(frozen=True, slots=True)
class MinutesOfDay:
    """What there is of one infant's local day, a value for each minute up to the export.

    Attributes:
        date: local date, ISO 8601, shifted.
        period: from the first minute to the last second.
        over: the local day was over when it was exported.
        face_c: temperature of the infant face, None where it was not measured.
        skin_c: the same on settled skin, None else.
        bands: ids of the Devices worn on this day.
        row: of the table `days`.
    """

    date: str
    period: Resource
    over: bool
    face_c: Sequence[float | None]
    skin_c: Sequence[float | None]
    bands: Sequence[str]
    row: dict[str, Any]


def temperatures_of(
    day: MinutesOfDay, patient_id: str, site_id: str, ids: OwnIds
) -> list[Resource]:
    """Return the Observations of a day: of the infant face, and of skin.

    A day of a band without a minute of either has it with a dataAbsentReason: that nothing was
    measured is told, not left to be guessed.
    """
    face = _head(day, patient_id, site_id, ids.new("face", day.date)) | {
        "code": concept(our_coding("infant-face-temperature")),
        "method": concept(our_coding("minute-means")),
        "note": _notes(day, "What the band's infant face measured, whatever it touched."),
    }
    face |= _series(day.face_c)
    skin = _head(day, patient_id, site_id, ids.new("skin", day.date)) | {
        "meta": {"profile": [VITAL_SIGNS]},
        "category": [
            concept({"system": CATEGORY, "code": "vital-signs", "display": "Vital Signs"})
        ],
        "code": concept(BODY_TEMPERATURE, MDC_TEMP_SKIN, text="Skin temperature, chest"),
        "bodySite": concept(THORAX, text="skin, chest"),
        "method": concept(
            our_coding("minute-means"),
            text="Means of the minutes in which the infant face lay on skin and had settled, as "
            f"told by {day.row['algorithm_version']}",
        ),
        "derivedFrom": [reference("Observation", face["id"])],
        "note": _notes(day, _NOTE),
    }
    return [face, skin | _skin(day)]


def _head(day: MinutesOfDay, patient_id: str, site_id: str, logical_id: str) -> Resource:
    head = {
        "resourceType": "Observation",
        "id": logical_id,
        "status": "final" if day.over else "preliminary",
        "subject": reference("Patient", patient_id),
        "effectivePeriod": day.period,
        "performer": [reference("Organization", site_id)],
    }
    if len(day.bands) == 1:
        head["device"] = reference("Device", day.bands[0])
    return head


def _notes(day: MinutesOfDay, text: str) -> list[Resource]:
    return [{"text": text}, *([{"text": _SEVERAL}] if len(day.bands) > 1 else [])]


def _series(values: Sequence[float | None]) -> Resource:
    if all(value is None for value in values):
        return {"dataAbsentReason": absent("not-performed")}
    return {"valueSampledData": sampled(values, _C)}


def _skin(day: MinutesOfDay) -> Resource:
    series = _series(day.skin_c)
    if "dataAbsentReason" in series:
        return series
    found = [
        {"code": concept(MDC_TEMP_SKIN, our_coding("skin-temperature-minutes"))} | series,
        *(component("day", _DAYS.column(name), day.row[name]) for name in SKIN_COLUMNS),
    ]
    # Of units, the profile of vital signs knows degrees, and no minutes.
    for one in found:
        if one.get("valueQuantity", quantity(0, _C))["code"] != _C:
            one["valueInteger"] = one.pop("valueQuantity")["value"]
    return {"component": found}
