"""The simulated ward that examples read, made once for all processes of a test run."""

import fcntl
import shutil
from pathlib import Path

from pouch_sim.commands.sim_ward import WardPlan, make_ward

# As docs/API.md and the notebooks tell a reader to make them.
EXAMPLE = WardPlan(infants=6, days=28, stay_days=4, seed=7)


def example_ward(tmp_path_factory) -> Path:
    """Return the folder of the ward: read it, and leave it as it is."""
    base = tmp_path_factory.getbasetemp()
    # Processes of one run have folders beside each other; a run without them has one.
    shared = base.parent if base.name.startswith("popen-") else base
    folder = shared / "example-ward"
    with (shared / "example-ward.lock").open("w") as lock:
        # Whoever comes second waits here until the first has made it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = shared / "example-ward.making"
            shutil.rmtree(making, ignore_errors=True)
            make_ward(EXAMPLE, making, processes=1, on_progress=lambda _share: None)
            making.rename(folder)
    return folder
