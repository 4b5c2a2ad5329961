"""The made study as FHIR, in each way of telling names and dates, made once and only read."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from pouch_host.export import job
from pouch_host.export.deidentify import Codes, Shift
from pouch_host.export.request import Request
from pouch_host.export.selection import Selection
from pouch_host.store import Store
from tests.host.export import made_study as study
from tests.host.export.readers import expected

KEY = bytes(range(32))
CASES = ("plain", "hidden", "weeks", "days")
SKIN, FACE, HOURS, SESSION = (
    "8310-5", "infant-face-temperature", "ssc-hours-per-day", "ssc-session",
)  # fmt: skip


def codes_of(case):
    """Return what stands for names and dates."""
    if case == "plain":
        return Codes()
    return Codes(KEY, Shift.NONE if case == "hidden" else Shift(case))


@cache
def exported(case):
    """Return the folder of an export."""
    codes = codes_of(case)
    folder = Path(mkdtemp(prefix="pouch-fhir-"))
    request = Request(
        str(study.copied(folder)), ("fhir",), study.NOW_UTC_S, key=codes.key, shift=codes.shift
    )
    job.export(request, folder / "out", workers=1)
    return folder / "out"


@cache
def frames(case):
    """Return the frames of the same, straight from the store."""
    with Store.open(study.made(), create=False) as store:
        return expected(Selection.of(store, study.NOW_UTC_S, deidentify=codes_of(case)))
