"""Who and what Observations are about: site, infant, bands, and who wore which when."""

from typing import TYPE_CHECKING, Any

from .codes import (
    MDC_FIRMWARE,
    MDC_SOFTWARE,
    PSEUDONYMISED,
    Resource,
    concept,
    our_coding,
)
from .ids import OwnIds, id_of
from .values import last_seconds, moments, period

if TYPE_CHECKING:
    import polars as pl

    from pouch_host.export.times import Times


def reference(kind: str, logical_id: str) -> Resource:
    """Return a Reference to a resource of the export."""
    return {"reference": f"{kind}/{logical_id}"}


def site_of(name: str) -> Resource:
    """Return the Organization of a site.

    Args:
        name: of the site, or its study code.
    """
    return {"resourceType": "Organization", "id": id_of(name), "active": True, "name": name}


def patient_of(code: str, site: str, *, hidden: bool) -> Resource:
    """Return the Patient of an infant: no name, no identifier, no date of birth.

    Args:
        code: of the infant, or its study code.
        site: name or study code of its site.
        hidden: study codes stand in the place of names.
    """
    security: Resource = {"meta": {"security": [PSEUDONYMISED]}} if hidden else {}
    return {
        "resourceType": "Patient",
        "id": id_of(code),
        **security,
        "managingOrganization": reference("Organization", id_of(site)),
    }


def band_of(row: dict[str, Any]) -> Resource:
    """Return the Device of a row of the table `bands`."""
    firmware = row["firmware_version"]
    versions: Resource = (
        {}
        if firmware is None
        else {"version": [{"type": concept(MDC_FIRMWARE), "value": firmware}]}
    )
    return {
        "resourceType": "Device",
        "id": id_of(row["band"]),
        "deviceName": [{"name": row["band"], "type": "user-friendly-name"}],
        "type": concept(our_coding("band")),
        **versions,
        "owner": reference("Organization", id_of(row["site"])),
    }


def software_id(algorithm_version: str) -> str:
    """Return the id of the Device that is this program with an algorithm."""
    return id_of(f"pouch-{algorithm_version}".replace("/", "-"))


def software_of(algorithm_version: str, software_version: str) -> Resource:
    """Return the Device that is this program with an algorithm: what derived Observations."""
    return {
        "resourceType": "Device",
        "id": software_id(algorithm_version),
        "deviceName": [{"name": "Pouch", "type": "model-name"}],
        "type": concept(our_coding("software")),
        "version": [
            {"type": concept(MDC_SOFTWARE), "value": software_version},
            {"type": concept(our_coding("algorithm")), "value": algorithm_version},
        ],
    }


def wearing_of(
    frame: "pl.DataFrame", times: "Times", patient_id: str, ids: OwnIds
) -> list[Resource]:
    """Return a DeviceUseStatement for each row of an infant's `assignments`."""
    ends = last_seconds(times, moments(frame["to_utc"]))
    return [
        {
            "resourceType": "DeviceUseStatement",
            "id": ids.new("band", f"{row['from_utc']:%Y%m%dT%H%M%S}"),
            "status": "active" if row["open"] else "completed",
            "subject": reference("Patient", patient_id),
            "timingPeriod": period(row["from_local"], end),
            "device": reference("Device", id_of(row["band"])),
        }
        for row, end in zip(frame.to_dicts(), ends, strict=True)
    ]
