"""Reads a FHIR export back, and loads it as a server does."""

import json
from datetime import datetime


def lines_of(out):
    """Return all resources of the NDJSON files, each with its line."""
    return [
        (json.loads(text), text, path.stem)
        for path in sorted(out.glob("*.ndjson"))
        for text in path.read_text(encoding="utf-8").splitlines()
    ]


def resources_of(out, kind=None):
    """Return the resources of the NDJSON files, of one type or of all."""
    return [one for one, _, _ in lines_of(out) if kind in (None, one["resourceType"])]


def bundles_of(out):
    """Return the Bundles in the order in which their files are loaded."""
    paths = sorted((out / "bundles").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


class Server:
    """Keeps what is put, and refuses a reference to what it does not have."""

    def __init__(self):
        self.kept = {}
        self.changes = 0

    def load(self, bundle):
        """Do all that a transaction says, then check that what it refers to is there."""
        for entry in bundle["entry"]:
            assert entry["request"]["method"] == "PUT"
            url, resource = entry["request"]["url"], entry["resource"]
            assert url == f"{resource['resourceType']}/{resource['id']}"
            self.changes += self.kept.get(url) != resource
            self.kept[url] = resource
        for entry in bundle["entry"]:
            for target in references_in(entry["resource"]):
                assert target in self.kept, f"{entry['request']['url']} refers to {target}"


def references_in(value):
    """Yield what a resource refers to."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "reference":
                yield inner
            else:
                yield from references_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references_in(inner)


def observations_of(out, code, patient=None):
    """Return the Observations of a code, of one infant or of all."""
    return [
        one
        for one in resources_of(out, "Observation")
        if code in [coding["code"] for coding in one["code"]["coding"]]
        and patient in (None, one["subject"]["reference"].removeprefix("Patient/"))
    ]


def component_of(observation, code):
    """Return the component of a code."""
    (found,) = (
        one
        for one in observation["component"]
        if code in [coding["code"] for coding in one["code"]["coding"]]
    )
    return found


def series_of(sampled):
    """Return the values of SampledData, None for E."""
    assert set(sampled) == {"origin", "period", "dimensions", "data"}
    assert (sampled["origin"]["value"], sampled["dimensions"]) == (0, 1)
    return [None if text == "E" else float(text) for text in sampled["data"].split(" ")]


def length_s(period):
    """Return how long a Period is; the second in which it ends is a part of it."""
    begin, end = (datetime.fromisoformat(period[name]) for name in ("start", "end"))
    return (end - begin).total_seconds() + 1
