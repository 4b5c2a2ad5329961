"""`python -m benchmarks [NAME ...]`: run all benchmarks, or those named, and print figures."""

import sys
import tempfile
from pathlib import Path

from . import (
    alert_year,
    analysis_speed,
    charge,
    export,
    goodput,
    heap,
    ingest,
    live_hours,
    recompute,
    ward_board,
    ward_pages,
    wear,
    week,
)

_ALL = {
    "week": week.measure,
    "ingest": ingest.measure,
    "analysis_speed": analysis_speed.measure,
    "alert_year": alert_year.measure,
    "recompute": recompute.measure,
    "ward_board": ward_board.measure,
    "ward_pages": ward_pages.measure,
    "export": export.measure,
    "goodput": goodput.measure,
    "wear": wear.measure,
    "charge": charge.measure,
    "live_hours": live_hours.measure,
    "heap": heap.measure,
}


def main(names: list[str]) -> int:
    """Run; return the exit code."""
    unknown = [name for name in names if name not in _ALL]
    if unknown:
        print(f"no benchmark {unknown[0]}: there are {', '.join(_ALL)}", file=sys.stderr)
        return 2
    for name in names or _ALL:
        with tempfile.TemporaryDirectory(prefix=f"pouch-bench-{name}-") as folder:
            for line in _ALL[name](Path(folder)):
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
