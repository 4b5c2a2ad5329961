"""What an export says of itself: of what it was made, by what, and how."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from pouch_host.analysis.parameters import default_parameters
from pouch_host.errors import InputError
from pouch_host.store import Infant

from .deidentify import Shift
from .selection import Selection
from .tables.infants import weight_class

NAME = "export.json"
CELL_MIN = 5
"""Groups of fewer infants may tell who somebody is."""


@dataclass(frozen=True, slots=True)
class About:
    """An export.

    Attributes:
        site: what stands for the site.
        software_version: of the program.
        algorithm_version: of method and parameters.
        parameters: of the analysis, as their file has them.
        query: what was asked for.
        when: ISO 8601; None where dates are shifted.
        deidentified: how, or None.
        warnings: one line each.
        rows: of each table.
    """

    site: str
    software_version: str
    algorithm_version: str
    parameters: Mapping[str, Any]
    query: Mapping[str, Any]
    when: str | None
    deidentified: Mapping[str, Any] | None
    warnings: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict[str, int])

    def plain(self) -> dict[str, Any]:
        """Return it as data that JSON takes."""
        return {name: getattr(self, name) for name in self.__slots__}


def about(selection: Selection, software_version: str, rows: Mapping[str, int]) -> About:
    """Return what an export says of itself.

    Args:
        selection: what is exported.
        software_version: of the program.
        rows: of each table.
    """
    codes = selection.codes
    # Where dates are shifted, a real one beside them would tell by how much.
    told = not selection.shifted
    moment = datetime.fromtimestamp(int(selection.now_utc_s), UTC)
    return About(
        site=selection.site,
        software_version=software_version,
        algorithm_version=default_parameters().algorithm_version,
        parameters=_parameters(),
        query={
            "infants": [codes.infant(one.code) for one in selection.infants],
            "all_infants": selection.everything_asked,
            "first_day": f"{selection.first_day}" if told and selection.first_day else None,
            "last_day": f"{selection.last_day}" if told and selection.last_day else None,
            "free_text": selection.free_text,
            "zone": selection.snapshot.zone,
        },
        when=moment.isoformat() if told else None,
        deidentified=_deidentified(selection),
        warnings=warnings(selection),
        rows=dict(rows),
    )


def write_about(folder: Path, said: About) -> None:
    """Write it beside the tables.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(said.plain(), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read_about(folder: Path) -> About:
    """Return what an export says of itself.

    Raises:
        InputError: the folder is not an export of this version.
    """
    try:
        plain = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return About(**plain | {"warnings": tuple(plain["warnings"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{folder}: not an export of this version of the program") from error


def warnings(selection: Selection) -> tuple[str, ...]:
    """Return what a person should know before the export is given to others."""
    found = []
    if selection.codes.hides:
        found += _small_cells(selection.infants)
        if not selection.tells_births and any(one.born_on for one in selection.infants):
            found.append(
                "dates of birth and ages are left out, since dates are real: --shift-dates weeks "
                "moves them and tells ages"
            )
        if selection.free_text:
            found.append("free text is in the export as it was written: it may hold names")
    return tuple(found)


def _small_cells(infants: Sequence[Infant]) -> list[str]:
    counts: dict[str, int] = {}
    for one in infants:
        group = weight_class(one.weight_g)
        counts[group] = counts.get(group, 0) + 1
    return [
        f"small cell: {count} of weight class {group} at this site, fewer than {CELL_MIN}"
        for group, count in sorted(counts.items())
        if count < CELL_MIN
    ]


def _deidentified(selection: Selection) -> dict[str, Any] | None:
    codes = selection.codes
    if not codes.hides:
        return None
    shifts = {
        Shift.NONE: "dates are real",
        Shift.WEEKS: "dates of each infant are moved by its own number of whole weeks: weekdays "
        "and times of day are real",
        Shift.DAYS: "dates of each infant are moved by its own number of whole days: weekdays are "
        "not real, times of day are",
    }
    return {
        "key_fingerprint": codes.fingerprint(),
        "names": "HMAC-SHA256 with a key that is kept apart",
        "dates": shifts[codes.shift],
        "free_text": "as written" if selection.free_text else "left out",
        "left_out": [
            "details of the audit that may hold names or moments",
            *([] if selection.shifted else ["dates of birth"]),
            *(
                [
                    "contacts of bands",
                    "records of bands that nobody wore, and audit of no infant",
                    "time and days of the query",
                ]
                if selection.shifted
                else []
            ),
        ],
    }


def _parameters() -> dict[str, Any]:
    text = resources.files("pouch_host.analysis").joinpath("parameters.toml").read_text("utf-8")
    return tomllib.loads(text)
