"""An export from its beginning, or from where an earlier run ended, to its name.

plan --> parts, each finished or not there --> joined --> DIR, in one rename
  ^                                              |
  +---- --resume: same plan, same store --------+     DIR.partial until then
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pouch_host.analysis.parameters import default_parameters
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_host.version import version_text

from .about import About, about, read_about, write_about
from .formats import check, format_of
from .request import Request, parts_of
from .snapshot import Snapshot
from .staging import Staging
from .workers import Job, make_parts


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is.

    Attributes:
        done: parts that are finished.
        count: parts that there are.
    """

    done: int
    count: int


def export(
    request: Request,
    out: Path,
    *,
    resume: bool = False,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> About:
    """Export a part of a store. The store is only read.

    Args:
        request: what is asked for.
        out: folder that the export gets; it must not be there.
        resume: go on with a run that did not end.
        workers: how many processes; None to choose.
        on_progress: told after each part.

    Returns:
        What the export says of itself.

    Raises:
        InputError: it is there already, or cannot be written; what is done stays for --resume.
        StoreError: the store cannot be read.
    """
    if not out.name:
        raise InputError(f"--out {out}: name a folder that is not there yet")
    staging = Staging(out)
    try:
        if resume and staging.left_over:
            staging.remove()
            return read_about(out)
        if staging.taken:
            raise InputError(f"{out} exists already: choose another --out, or remove it")
        if staging.begun and not resume:
            raise InputError(
                f"{staging.folder} is of an export that did not end: go on with --resume, or "
                "remove it"
            )
        # What cannot be selected is said before anything is made.
        snapshot = None if staging.begun else _snapshot(request)
        with staging.locked():
            return _run(request, snapshot, staging, workers, on_progress)
    except OSError as error:
        hint = "; what is done is kept: make room and say --resume" if staging.begun else ""
        reason = error.strerror or str(error).split("\n", 1)[0]
        raise InputError(f"--out {out}: cannot write there: {reason}{hint}") from error


def _run(
    request: Request,
    snapshot: Snapshot | None,
    staging: Staging,
    workers: int | None,
    on_progress: Callable[[Progress], None],
) -> About:
    request, snapshot = _planned(request, snapshot, staging)
    with Store.open(request.store, create=False) as store:
        selection = request.selection(store, snapshot)
        count = len(parts_of(selection))
        if not staging.joining:
            staging.sweep()
            missing = [number for number in range(count) if not staging.finished(number)]
            done = count - len(missing)
            on_progress(Progress(done, count))

            def finished(_number: int) -> None:
                nonlocal done
                done += 1
                on_progress(Progress(done, count))

            make_parts(Job(request, snapshot, staging.out), missing, finished, workers)
            staging.begin_joining()
        rows: dict[str, int] = {}
        for number in range(count):
            for table, more in staging.rows(number).items():
                rows[table] = rows.get(table, 0) + more
        said = about(selection, version_text(), rows)
    _join(request, staging, said, count)
    staging.publish()
    return said


def _join(request: Request, staging: Staging, said: About, count: int) -> None:
    for name in request.formats:
        folder = staging.result if len(request.formats) == 1 else staging.result / name
        folder.mkdir(parents=True, exist_ok=True)
        parts = [staging.part(number) / name for number in range(count)]
        format_of(name).join(parts, folder, said)
    write_about(staging.result, said)


def _snapshot(request: Request) -> Snapshot:
    with Store.open(request.store, create=False) as store:
        snapshot = Snapshot.of(store)
        check(request.formats, request.selection(store, snapshot))
        return snapshot


def _planned(
    request: Request, snapshot: Snapshot | None, staging: Staging
) -> tuple[Request, Snapshot]:
    """Return what was planned; the snapshot of a new export is kept with its plan."""
    versions = {
        "software": version_text(),
        "algorithm": default_parameters().algorithm_version,
    }
    if snapshot is None:
        plan = staging.plan()
        _check_same(plan, request, versions, staging)
        planned = replace(request, now_utc_s=plan["now_utc_s"])
        return planned, Snapshot.from_plain(plan["snapshot"])
    staging.begin(
        {
            "request": request.plain(),
            "versions": versions,
            "now_utc_s": request.now_utc_s,
            "snapshot": snapshot.plain(),
        }
    )
    return request, snapshot


def _check_same(
    plan: dict[str, Any], request: Request, versions: dict[str, str], staging: Staging
) -> None:
    asked = request.plain()
    for name, value in plan["request"].items():
        if asked[name] != value:
            raise InputError(
                f"{staging.folder} was begun with another {name.replace('_', ' ')}: ask for the "
                "same, or remove it"
            )
    if plan["versions"] != versions:
        raise InputError(
            f"{staging.folder} was begun by another version of the program: remove it"
        )
