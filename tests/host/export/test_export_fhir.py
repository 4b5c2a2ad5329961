"""FHIR resources have the shape of R4, and keep its rules and those of vital signs."""

import copy
import hashlib
import importlib
import itertools

import pytest
from pydantic import ValidationError

from tests.host.export import fhir_rules as rules
from tests.host.export import made_study as study
from tests.host.export.fhir_reading import (
    Server,
    bundles_of,
    lines_of,
    observations_of,
    resources_of,
)
from tests.host.export.fhir_study import CASES, SKIN, exported, frames


@pytest.fixture
def skin():
    """A temperature of a whole day of 23 hours."""
    return observations_of(exported("plain"), SKIN, study.SPRING_BED)[1]


def model_of(kind):
    module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
    return getattr(module, kind)


@pytest.mark.parametrize("case", CASES)
def test_every_resource_has_the_shape_of_r4(case):
    out = exported(case)
    kinds = set()
    for resource, text, kind in lines_of(out):
        assert resource["resourceType"] == kind
        read = model_of(kind).model_validate_json(text)
        assert read.id == resource["id"]
        kinds.add(kind)
    assert kinds == {
        "CodeSystem", "Device", "DeviceUseStatement", "Observation", "Organization", "Patient",
    }  # fmt: skip
    for path in sorted((out / "bundles").glob("*.json")):
        model_of("Bundle").model_validate_json(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "fault",
    [
        {"status": ["final"]},
        {"category": "vital-signs"},
        {"effectivePeriod": {"start": "at noon"}},
        {"component": [{"valueQuantity": {"value": 1}}]},
        {"unheard": 1},
        {"derivedFrom": [{"reference": 7}]},
    ],
    ids=str,
)
def test_a_shape_that_r4_does_not_have_is_found(skin, fault):
    model_of("Observation").model_validate(skin)
    with pytest.raises(ValidationError):
        model_of("Observation").model_validate(skin | fault)


@pytest.mark.parametrize("case", CASES)
def test_every_observation_keeps_the_rules_of_r4(case):
    out = exported(case)
    seen = resources_of(out, "Observation")
    assert len(seen) > 40
    assert {one["id"]: faults for one in seen if (faults := rules.observation_faults(one))} == {}


@pytest.mark.parametrize("case", CASES)
def test_every_temperature_is_a_vital_sign(case):
    out, told = exported(case), frames(case)
    seen = observations_of(out, SKIN)
    assert len(seen) == len(told["days"])
    for one in seen:
        assert one["meta"]["profile"] == ["http://hl7.org/fhir/StructureDefinition/vitalsigns"]
        assert rules.vital_sign_faults(one) == []


def change(one, *path, to=None):
    """Return a resource with one thing changed, or left out."""
    found = inner = copy.deepcopy(one)
    for step in path[:-1]:
        inner = inner[step]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return found


def quantity(code):
    return {"value": 36.5, "unit": code, "system": "http://unitsofmeasure.org", "code": code}


PLANTED = [
    (("category",), None, "no category vital-signs"),
    (("category", 0, "coding", 0, "code"), "exam", "no category vital-signs"),
    (("category", 0, "coding", 0, "system"), "http://x", "no category vital-signs"),
    (("code", "coding", 0, "code"), "8328-7", "no LOINC 8310-5"),
    (("code", "coding", 1, "system"), None, "without system"),
    (("subject",), None, "no Patient"),
    (("subject", "reference"), "Group/1", "no Patient"),
    (("effectivePeriod",), None, "no effectiveDateTime"),
    (("effectivePeriod", "start"), "2026-03", "vs-1"),
    (("effectivePeriod", "end"), "2026-03-29T23:59:59", "vs-1"),
    (("component",), None, "vs-2"),
    (("valueQuantity",), quantity("K"), "a body temperature in"),
    (("valueSampledData",), {}, "body temperature with a"),
    (("component", 1, "valueQuantity"), quantity("min"), "unit is not of vital signs"),
]


@pytest.mark.parametrize(("path", "to", "words"), PLANTED, ids=lambda one: str(one)[:40])
def test_what_is_no_vital_sign_is_found(skin, path, to, words):
    faults = rules.vital_sign_faults(change(skin, *path, to=to))
    assert [fault for fault in faults if words in fault], faults


PLANTED_RULES = [
    (("status",), "done", "ObservationStatus"),
    (("dataAbsentReason",), {"coding": [{"code": "lost"}]}, "FHIR does not know"),
    (("valueQuantity",), quantity("Cel"), "obs-7"),
    (("component", 0, "valueSampledData"), None, "vs-3"),
    (("component", 0, "valueSampledData", "data"), "36.5 E", "fill"),
    (("component", 0, "valueSampledData", "data"), "3.65e1", "no decimal"),
    (("component", 0, "valueSampledData", "data"), "L", "lowerLimit"),
    (("component", 0, "valueSampledData", "origin", "code"), "[degF]", "not in Cel"),
    (("code", "coding", 0, "code"), "39106-0", "39106-0"),
]


@pytest.mark.parametrize(("path", "to", "words"), PLANTED_RULES, ids=lambda one: str(one)[:40])
def test_what_breaks_a_rule_of_r4_is_found(skin, path, to, words):
    faults = rules.observation_faults(change(skin, *path, to=to))
    assert [fault for fault in faults if words in fault], faults


def test_a_value_beside_the_reason_for_none_is_found(skin):
    both = skin | {"valueQuantity": quantity("Cel"), "dataAbsentReason": {"coding": []}}
    assert "obs-6: value and dataAbsentReason" in rules.observation_faults(both)


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_referred_to_is_there(case):
    out = exported(case)
    resources = resources_of(out)
    assert rules.reference_faults(resources) == []
    assert rules.code_faults(resources) == []


def test_a_reference_an_id_and_a_code_that_are_wrong_are_found(skin):
    out = exported("plain")
    resources = resources_of(out)
    astray = change(skin, "derivedFrom", 0, "reference", to="Observation/none")
    strange = change(skin, "id", to="a day")
    (twice,) = rules.reference_faults([*resources, skin])
    assert twice.endswith("twice")
    faults = rules.reference_faults([*resources, astray, strange])
    assert [fault for fault in faults if "refers to Observation/none" in fault]
    assert [fault for fault in faults if "not a logical id" in fault]
    unknown = change(skin, "method", "coding", 0, "code", to="by-hand")
    assert rules.code_faults([*resources, unknown]) == ["by-hand: not as the CodeSystem has it"]


@pytest.mark.parametrize("case", ["plain", "weeks"])
def test_bundles_loaded_twice_are_the_lines_and_change_nothing(case):
    out, told = exported(case), frames(case)
    server = Server()
    bundles = bundles_of(out)
    assert len(bundles) == 1 + len(told["infants"])
    for bundle in bundles:
        assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
        server.load(bundle)
    assert sorted(server.kept) == sorted(
        f"{one['resourceType']}/{one['id']}" for one in resources_of(out)
    )
    assert all(one in server.kept.values() for one in resources_of(out))
    first = server.changes
    for bundle in bundles:
        server.load(bundle)
    assert server.changes == first == len(resources_of(out))
    # Each is about one infant, and the first one about none.
    patients = [
        {
            entry["resource"]["id"]
            for entry in bundle["entry"]
            if "Patient/" in str(entry["request"])
        }
        for bundle in bundles
    ]
    assert [len(one) for one in patients] == [0, *itertools.repeat(1, len(bundles) - 1)]


@pytest.mark.parametrize("case", ["weeks", "days"])
def test_no_id_and_no_byte_has_a_real_date_where_dates_are_shifted(case):
    real = set(frames("plain")["days"]["date"])
    shifted = set(frames(case)["days"]["date"])
    texts = [path.read_text(encoding="utf-8") for path in exported(case).rglob("*.*json")]
    told = [f"{day:{form}}" for day in real - shifted for form in ("%Y-%m-%d", "%Y%m%d")]
    assert len(told) > 10
    assert [text for text in told if any(text in one for one in texts)] == []
    plain = [path.read_text(encoding="utf-8") for path in exported("plain").rglob("*.*json")]
    assert all(any(text in one for one in plain) for text in told if "-" in text)


def test_codes_change_only_with_the_version_of_the_code_system():
    # A server that has version 1 must not meet a code of it that means something else.
    (system,) = resources_of(exported("plain"), "CodeSystem")
    codes = "\n".join(sorted(one["code"] for one in system["concept"]))
    digest = hashlib.sha256(codes.encode()).hexdigest()
    assert {system["version"]: digest} == {
        "1": "bddc41a16325e3949d87a21eda8bffd73e3dd61fae301762cafdf480f6b034e0"
    }
