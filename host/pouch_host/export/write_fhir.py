"""Exports as FHIR R4: NDJSON, one file for each type, and a transaction Bundle for each infant.

Patient.ndjson, Observation.ndjson, ...     as FHIR Bulk Data has them
bundles/0000-shared.json, 0001-CODE.json    the same resources, ready to be sent to a server

docs/FHIR.md says what is in them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pouch_host.version import version_text

from .columns import Table
from .fhir.codes import Resource, code_system
from .fhir.infant import InfantResources
from .fhir.people import band_of, site_of, software_of
from .fhir.writers import BUNDLES, Bundle, Lines, join_lines, move_bundles, write_shared

if TYPE_CHECKING:
    import polars as pl

    from .about import About
    from .selection import Selection

TAKES = ("infants", "assignments", "minutes", "sessions", "days", "bands")
"""Names of the tables that become resources."""

_KINDS = ("Patient", "DeviceUseStatement", "Observation")


def check(_selection: "Selection") -> None:
    """Take every selection."""


def part(folder: Path, selection: "Selection") -> "FhirPart":
    """Return what writes some infants into a folder."""
    return FhirPart(folder, selection)


class FhirPart:
    """Resources of some infants, one infant's minutes in memory at a time.

    Args:
        folder: where they go.
        selection: of which infants.
    """

    def __init__(self, folder: Path, selection: "Selection") -> None:
        self._folder = folder
        self._selection = selection
        self._infants = {selection.codes.infant(one.code): one for one in selection.infants}
        self._lines = Lines(folder)
        self._bundle: Bundle | None = None
        self._names: set[str] = set()
        self._algorithms: set[str] = set()
        self._resources: InfantResources | None = None

    def add(self, table: Table, frame: "pl.DataFrame") -> None:
        """Write the resources of a frame; tables that FHIR has no place for are left out."""
        if table.name == "infants":
            self._begin(frame["infant"][0])
        elif table.name == "bands":
            for row in frame.to_dicts():
                self._lines.add(band_of(row))
        elif table.name in {"assignments", "minutes", "sessions", "days"}:
            assert self._resources is not None
            if table.name in {"sessions", "days"}:
                self._tell_software(frame)
            for resource in getattr(self._resources, table.name)(frame):
                self._write(resource)

    def close(self) -> None:
        """End the Bundle of the last infant, and close the files."""
        self._end()
        self._lines.close()

    def _begin(self, code: str) -> None:
        """Begin an infant: its table comes first."""
        self._end()
        self._resources = InfantResources(self._selection, self._infants[code])
        name = self._resources.patient["id"]
        if name.lower() in self._names:
            # Codes that differ in the size of letters only: some file systems see one name.
            name += f".{len(self._names)}"
        self._names.add(name.lower())
        self._bundle = Bundle(self._folder / BUNDLES / f"{name}.json")
        self._write(self._resources.patient)

    def _write(self, resource: Resource) -> None:
        assert self._bundle is not None
        self._bundle.add(resource, self._lines.add(resource))

    def _tell_software(self, frame: "pl.DataFrame") -> None:
        for version in frame["algorithm_version"].unique().sort():
            if version not in self._algorithms:
                self._algorithms.add(version)
                self._lines.add(software_of(version, version_text()))

    def _end(self) -> None:
        if self._bundle is not None:
            self._bundle.close()
            self._bundle = None


def join(parts: Sequence[Path], out: Path, about: "About") -> None:
    """Make the export of its parts."""
    join_lines(parts, out, _KINDS)
    write_shared(parts, out, [site_of(about.site), code_system()])
    move_bundles(parts, out)
