"""The command `pouch sim`: runs of the whole path without hardware."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pouch_host.cli_console import AsJson, print_json
from pouch_host.errors import HostError
from pouch_sim.world.recording import Recording

from . import campaign, sim_run, sim_ward
from .comparison import TEMPERATURE_TOLERANCE_C, ReplayResult
from .console import DEFAULT_SEED, Seed, progress_bar, reporting_errors, reporting_files
from .replay import COMPARISON_NAME, STORE_NAME
from .replay import replay as run_replay

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Run bands, radio and host without hardware.",
)


class ReplayUnfaithful(HostError):
    """What came out is not what went in. The comparison file shows where."""


sim_run.register(app)
campaign.register(app)
sim_ward.register(app)


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
    collector and store. CSV in UTF-8, fields separated by commas, with the columns time_utc or
    time_local, skin_temperature_c, and optionally case_temperature_c for the other face. Touch
    and motion are not recorded, so those chips are absent and every minute is unknown.

    The band samples at the rows' usual step, or at an even part of it: at most every 300 s, so
    that rows an hour apart have eleven samples between them. Rows must be at least 10 s apart.
    Where rows are missing, up to 7 days, the band goes on sampling and repeats the nearest row.
    Samples without a row are counted apart, and so are those after the last row.

    Exit code 1 if a row is lost, differs from its sample by more than one sensor step, or if that
    sample's time is over 1 s off what the band was due to keep: the row's own time, unless the
    rows are unevenly spaced.
    """
    started_s = time.perf_counter()
    with reporting_errors(), reporting_files(out):
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
    if result.gap_sample_count:
        typer.echo(
            f"{_count(result.gap_sample_count, 'sample')} fell into "
            f"{_count(result.gap_count, 'gap')} of the recording"
        )
    if result.between_sample_count:
        typer.echo(
            f"{_count(result.between_sample_count, 'other sample')} without a row: "
            f"the band samples every {result.interval_s} s"
        )
    if result.after_count:
        typer.echo(
            f"{_count(result.after_count, 'sample')} after the last row, "
            "while the band waited to be read: not compared"
        )
    if result.off_grid_count:
        typer.echo(
            f"{_count(result.off_grid_count, 'row')} not on the band's grid of "
            f"{result.interval_s} s: their samples are up to half of that earlier or later"
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


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
