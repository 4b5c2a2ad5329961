"""Rules that FHIR R4 has for our resources, beyond the shape that fhir.resources knows.

Written from HL7's StructureDefinitions of R4: Observation (obs-6, obs-7), its profile of vital
signs (vs-1, vs-2, vs-3, category VSCat, unit codes), and its profile of body temperature, to which
every Observation with LOINC 8310-5 is held. Each returns what is wrong, one line each.
"""

import re

from tests.host.export.fhir_reading import length_s, references_in

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
STATUSES = {
    "registered", "preliminary", "final", "amended", "corrected", "cancelled",
    "entered-in-error", "unknown",
}  # fmt: skip
# ValueSet ucum-vitals-common: the units that a Quantity of a vital sign may have.
VITAL_UNITS = {
    "%", "cm", "[in_i]", "kg", "g", "[lb_av]", "Cel", "[degF]", "mm[Hg]", "/min", "kg/m2", "m2",
}  # fmt: skip
ABSENT_REASONS = {
    "unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "masked",
    "not-applicable", "unsupported", "as-text", "error", "not-a-number", "negative-infinity",
    "positive-infinity", "not-performed", "not-permitted",
}  # fmt: skip
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
# A day at least; with a time of day, also seconds and an offset.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?|[EUL]")
_FORBIDDEN = "39106-0"


def observation_faults(one):
    """Return what is wrong with any Observation."""
    return [
        *_if(one.get("status") not in STATUSES, "status is not of ObservationStatus"),
        *_if(len(_values(one)) > 1, "more than one value"),
        *_if(_values(one) and "dataAbsentReason" in one, "obs-6: value and dataAbsentReason"),
        *_if(
            _values(one)
            and any(_same_code(one["code"], part["code"]) for part in one.get("component", [])),
            "obs-7: a component has the code of an Observation with a value",
        ),
        *_if(_FORBIDDEN in str(one), f"LOINC {_FORBIDDEN} is a finding in words, not a number"),
        *(
            f"component {place}: vs-3: neither value nor dataAbsentReason"
            for place, part in enumerate(one.get("component", []))
            if not _values(part) and "dataAbsentReason" not in part
        ),
        *_absent_faults(one),
        *_sampled_faults(one),
    ]


def vital_sign_faults(one):
    """Return what keeps an Observation from the profiles of vital signs and body temperature."""
    codings = one.get("code", {}).get("coding", [])
    categories = [coding for part in one.get("category", []) for coding in part["coding"]]
    value = _values(one)
    units = [
        part["valueQuantity"].get("code")
        for part in one.get("component", [])
        if "valueQuantity" in part
    ]
    return [
        *_if(
            not any(_is(coding, CATEGORY, "vital-signs") for coding in categories),
            "no category vital-signs",
        ),
        *_if(
            not any(_is(coding, LOINC, "8310-5") for coding in codings), "no LOINC 8310-5 in code"
        ),
        *_if(
            any("system" not in coding or "code" not in coding for coding in codings),
            "a coding of code without system or code",
        ),
        *_if(
            not one.get("subject", {}).get("reference", "").startswith("Patient/"),
            "subject is no Patient",
        ),
        *_effective_faults(one),
        *_if(
            not value and not {"dataAbsentReason", "component", "hasMember"} & set(one),
            "vs-2: neither value, dataAbsentReason, component nor member",
        ),
        *_if(value and value != ["valueQuantity"], f"body temperature with a {value}"),
        *_quantity_faults(one),
        *_if(set(units) - VITAL_UNITS, f"a component's unit is not of vital signs: {units}"),
    ]


def reference_faults(resources):
    """Return references that lead nowhere, and ids that FHIR or a second resource refuses."""
    names = [f"{one['resourceType']}/{one['id']}" for one in resources]
    return [
        *(f"{name}: not a logical id" for name in names if not ID.fullmatch(name.split("/")[1])),
        *(f"{name}: twice" for name in sorted(set(names)) if names.count(name) > 1),
        *(
            f"{name}: refers to {target}, which is not there"
            for name, one in zip(names, resources, strict=True)
            for target in references_in(one)
            if target not in set(names)
        ),
    ]


def code_faults(resources):
    """Return codes of our own that our CodeSystem does not have, or shows otherwise."""
    (system,) = (one for one in resources if one["resourceType"] == "CodeSystem")
    known = {one["code"]: one["display"] for one in system["concept"]}
    used = (coding for one in resources for coding in _codings(one))
    return [
        *_if(len(known) != system["count"], "concepts are not as many as are told"),
        *(
            f"{coding['code']}: not as the CodeSystem has it"
            for coding in used
            if coding["system"] == system["url"] and known.get(coding["code"]) != coding["display"]
        ),
    ]


def _codings(value):
    if isinstance(value, dict):
        if {"system", "code", "display"} <= set(value):
            yield value
        for inner in value.values():
            yield from _codings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _codings(inner)


def _effective_faults(one):
    moments = []
    if "effectiveDateTime" in one:
        moments = [one["effectiveDateTime"]]
    elif "effectivePeriod" in one:
        moments = [one["effectivePeriod"].get("start", ""), one["effectivePeriod"].get("end", "")]
    if not moments:
        return ["no effectiveDateTime or effectivePeriod"]
    return list(
        _if(not all(MOMENT.fullmatch(text) for text in moments), "vs-1: not precise to the day")
    )


def _quantity_faults(one):
    quantity = one.get("valueQuantity")
    if quantity is None:
        return []
    told = (quantity.get("system"), quantity.get("code"))
    return [
        *_if(
            "value" not in quantity or "unit" not in quantity, "a Quantity without value or unit"
        ),
        *_if(told != (UCUM, "Cel"), f"a body temperature in {told}"),
    ]


def _absent_faults(one):
    reasons = [
        coding["code"]
        for part in [one, *one.get("component", [])]
        for coding in part.get("dataAbsentReason", {}).get("coding", [])
    ]
    return _if(set(reasons) - ABSENT_REASONS, f"a reason that FHIR does not know: {reasons}")


def _sampled_faults(one):
    faults = []
    for part in [one, *one.get("component", [])]:
        sampled = part.get("valueSampledData")
        if sampled is None:
            continue
        texts = sampled["data"].split(" ")
        origin = sampled["origin"]
        faults += [
            *_if((origin["system"], origin["code"]) != (UCUM, "Cel"), "samples not in Cel"),
            *_if(not all(DECIMAL.fullmatch(text) for text in texts), "a sample is no decimal"),
            *_if("L" in texts and "lowerLimit" not in sampled, "an L without a lowerLimit"),
            *_if("U" in texts and "upperLimit" not in sampled, "a U without an upperLimit"),
            *_if(
                len(texts) * sampled["period"] != length_s(one["effectivePeriod"]) * 1000,
                "samples do not fill the effectivePeriod",
            ),
        ]
    return faults


def _values(part):
    return [name for name in part if name.startswith("value")]


def _same_code(one, other):
    def told(concept):
        return {(coding["system"], coding["code"]) for coding in concept["coding"]}

    return bool(told(one) & told(other))


def _is(coding, system, code):
    return (coding.get("system"), coding.get("code")) == (system, code)


def _if(wrong, words):
    return [words] if wrong else []
