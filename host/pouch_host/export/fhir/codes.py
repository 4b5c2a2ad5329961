"""Codes of others, and a code system of our own for what none of them has.

No LOINC or SNOMED CT code for hours of skin-to-skin contact was found. LOINC 39106-0 is never
used: its answers are words such as "cold", not numbers.
"""

from typing import Any

from pouch_host.export.columns import Column, table

Resource = dict[str, Any]

LOINC = "http://loinc.org"
MDC = "urn:iso:std:iso:11073:10101"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
SECURITY = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
VITAL_SIGNS = "http://hl7.org/fhir/StructureDefinition/vitalsigns"

OURS = "urn:uuid:d44c7f23-6afd-4458-a4df-55db060ec10f"
"""Canonical address of our code system. It never changes; `VERSION` does with the codes."""

VERSION = "1"
CODE_SYSTEM_ID = "pouch"

BODY_TEMPERATURE = {"system": LOINC, "code": "8310-5", "display": "Body temperature"}
MDC_TEMP_SKIN = {"system": MDC, "code": "150388", "display": "MDC_TEMP_SKIN"}
MDC_FIRMWARE = {"system": MDC, "code": "531976", "display": "MDC_ID_PROD_SPEC_FW"}
MDC_SOFTWARE = {"system": MDC, "code": "531975", "display": "MDC_ID_PROD_SPEC_SW"}
THORAX = {"system": SNOMED, "code": "51185008", "display": "Thoracic structure"}
PSEUDONYMISED = {"system": SECURITY, "code": "PSEUDED", "display": "pseudonymized"}

DAY_COLUMNS = (
    "hours_lower", "hours_upper", "bounds_coverage", "coverage", "day_minutes", "elapsed_minutes",
    "unknown_minutes", "target_h", "target_met", "valid_20h", "valid_16h", "partial",
    "session_count", "long_session_count", "longest_session_minutes", "longest_gap_minutes",
    "night_share", "mother_minutes", "other_minutes", "provider_unknown_minutes",
    "review_status", "reviewed_hours", "band_status", "band_hours",
)  # fmt: skip
"""Columns of `days` that are components beside the hours of a day."""

SESSION_COLUMNS = (
    "origin", "minutes", "ssc_minutes", "unknown_minutes", "other_minutes", "begin_known",
    "end_known", "provider", "provider_probability", "changed_since_review",
)  # fmt: skip
"""Columns of `sessions` that are components beside the minutes of a session."""

SKIN_COLUMNS = ("skin_c_min", "skin_c_median", "valid_minutes")
"""Columns of `days` that are components beside the minutes of temperature."""


def _own(code: str, display: str, definition: str) -> Resource:
    return {"code": code, "display": display, "definition": definition}


_OTHERS = (
    _own(
        "ssc-hours-per-day",
        "Skin-to-skin contact, hours of a local day",
        "Confirmed hours of skin-to-skin contact on a local day, worked out from the band's "
        "records; nothing is imputed: minutes that are not known count in day-hours-upper only",
    ),
    _own(
        "ssc-session",
        "Skin-to-skin contact, session",
        "Minutes of one session of skin-to-skin contact: as a nurse said if one did, else as "
        "worked out from the band's records",
    ),
    _own(
        "skin-temperature-minutes",
        "Skin temperature, chest, minutes",
        "Mean of each minute in which the band's infant face lay on the infant's skin and had "
        "settled; E in every other minute. Skin, not core; it does not replace a thermometer",
    ),
    _own(
        "infant-face-temperature",
        "Temperature of the band's infant face, minutes",
        "Mean of each minute that was measured, whatever the infant face touched: skin, cloth or "
        "air; E in every other minute. It is not a temperature of the infant unless "
        "skin-temperature-minutes has it too",
    ),
    _own(
        "session-derived-period",
        "Session as derived",
        "Begin and end of a session as worked out from the records, where a nurse said otherwise",
    ),
    _own("minute-means", "Means of minutes", "Mean of the samples of each minute"),
    _own(
        "derived-from-records",
        "Derived from records",
        "Worked out by an algorithm from touch, temperature and motion, as told by its version",
    ),
    _own(
        "said-by-staff",
        "Said by staff",
        "Begin and end as a nurse said them, not as worked out from the band's records",
    ),
    _own("band", "Band", "Chest band that measures skin-to-skin contact"),
    _own("software", "Software", "Program that collects bands' records and works out contact"),
    _own("algorithm", "Algorithm version", "Version of method and parameters"),
)


def concept(*codings: dict[str, str], text: str = "") -> Resource:
    """Return a CodeableConcept."""
    found: Resource = {"coding": list(codings)}
    return found | ({"text": text} if text else {})


def our_coding(code: str) -> dict[str, str]:
    """Return a coding of our code system; KeyError if it has no such code."""
    return {"system": OURS, "code": code, "display": _DISPLAYS[code]}


def column_code(kind: str, column: str, value: str = "") -> str:
    """Return the code of a column, or of a word in it.

    Args:
        kind: "day" or "session": both tables have columns of the same name.
        column: its name.
        value: the word.
    """
    return "-".join(filter(None, (kind, column, value))).replace("_", "-")


def code_system() -> Resource:
    """Return our CodeSystem; a column's definition is that of the codebook."""
    return {
        "resourceType": "CodeSystem",
        "id": CODE_SYSTEM_ID,
        "url": OURS,
        "version": VERSION,
        "name": "PouchCodes",
        "title": "Codes of Pouch",
        "status": "active",
        "experimental": False,
        "publisher": "Pouch",
        "description": "What Pouch measures and derives of skin-to-skin contact between a newborn "
        "and its caregiver. A research tool; it does not replace a thermometer.",
        "caseSensitive": True,
        "content": "complete",
        "count": len(_CONCEPTS),
        "concept": list(_CONCEPTS),
    }


def _of_columns(kind: str, table_name: str, names: tuple[str, ...]) -> list[Resource]:
    found: list[Resource] = []
    for name in names:
        column = table(table_name).column(name)
        found.append(
            {
                "code": column_code(kind, name),
                "display": _display(kind, column),
                "definition": _definition(column),
                "designation": [{"language": "ur", "value": column.label_ur}],
            }
        )
        found += [
            {
                "code": column_code(kind, name, value),
                "display": f"{_display(kind, column)}: {value.replace('_', ' ')}",
            }
            for value in column.values
        ]
    return found


def _display(kind: str, column: Column) -> str:
    return f"{kind.capitalize()}: {column.label}"


def _definition(column: Column) -> str:
    # NA is what files of text have; a resource has a dataAbsentReason.
    return f"{column.description.replace('; NA ', '; absent ')} ({column.source})"


_CONCEPTS: tuple[Resource, ...] = (
    *_OTHERS,
    *_of_columns("day", "days", DAY_COLUMNS + SKIN_COLUMNS),
    *_of_columns("session", "sessions", SESSION_COLUMNS),
)
_DISPLAYS: dict[str, str] = {one["code"]: one["display"] for one in _CONCEPTS}
