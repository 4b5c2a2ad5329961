"""The command `pouch sim`: runs of the whole path without hardware."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pouch_host.cli_console import AsJson, print_json
from pouch_host.errors import HostError
from pouch_sim.world.recording import Recording

from .console import DEFAULT_SEED, Seed, progress_bar, reporting_errors
from .replay import COMPARISON_NAME, STORE_NAME, TEMPERATURE_TOLERANCE_C, ReplayResult
from .replay import replay as run_replay

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Run bands, radio and host without hardware.",
)


class ReplayUnfaithful(HostError):
    """What came out is not what went in. The comparison file shows where."""


@app.callback()
def _sim() -> None:
    """Keep `replay` a command of its own while it is the only one."""


@app.command()
def replay(
    recording: Annotated[
        Path, typer.Argument(metavar="CSV", help="Recorded temperatures; see the columns below.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the store and the comparison.")
    ],
    tz: Annotated[
        str, typer.Option(metavar="ZONE", help="IANA zone of the column time_local.")
    ] = "UTC",
    seed: Seed = DEFAULT_SEED,
    drift_ppm: Annotated[
        float, typer.Option(min=-50_000, max=50_000, help="How fast the band's crystal runs.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Send a recording of a person's temperature through the whole path, and compare both ends.

    Each row goes through the thermometer's registers, driver, firmware, flash, Bluetooth,
    collector and store. CSV columns: time_utc or time_local, skin_temperature_c, and optionally
    case_temperature_c for the other face. Touch and motion are not recorded, so those chips are
    absent and every minute is unknown.

    Exit code 1 if a row is lost, differs by more than one sensor step or lies over 1 s off.
    """
    started_s = time.perf_counter()
    with reporting_errors():
        rows = Recording.load(recording, tz)
        with progress_bar(f"replaying {recording.name}") as on_progress:
            result = run_replay(rows, out, seed=seed, drift_ppm=drift_ppm, on_progress=on_progress)
    wall_s = time.perf_counter() - started_s
    length_s = rows.last_utc_s - rows.first_utc_s
    if as_json:
        print_json(
            asdict(result)
            | {
                "faithful": result.faithful,
                "recorded_s": length_s,
                "wall_s": round(wall_s, 3),
                "store": str(out / STORE_NAME),
            }
        )
    else:
        _print_result(result, length_s, wall_s, out)
    if not result.faithful:
        raise ReplayUnfaithful(
            f"{recording}: what arrived is not what was recorded: see {out / COMPARISON_NAME}"
        )


def _print_result(result: ReplayResult, length_s: float, wall_s: float, out: Path) -> None:
    typer.echo(
        f"{result.row_count} rows, {result.record_count} samples stored, "
        f"{result.lost_count} rows lost"
    )
    typer.echo(
        f"largest difference {result.temperature_error_c_max:.5f} C "
        f"(one sensor step is {TEMPERATURE_TOLERANCE_C:.5f} C), "
        f"{result.time_error_s_max:.2f} s"
    )
    typer.echo(
        f"{length_s / 86_400:.1f} days in {wall_s:.1f} s: {length_s / wall_s:,.0f} times real time"
    )
    typer.echo(f"store: {out / STORE_NAME}, row by row: {out / COMPARISON_NAME}")
