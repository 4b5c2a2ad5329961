"""The command `pouch validate`: what the host says of simulated runs, against what happened."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pouch_host.cli_console import AsJson, print_json

from .console import progress_bar, reporting_errors
from .pool import core_count, worked_through

app = typer.Typer(add_completion=False)

# A process of its own costs three seconds; so many folders take longer.
_POOL_FROM = 12


@app.command()
def validate(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of `pouch sim run`.")
    ],
    as_json: AsJson = False,
    with_ablation: Annotated[
        bool,
        typer.Option(
            "--ablation", help="Hold other ways to decide beside the method, channel by channel."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Gets validation.json, days.csv and bland_altman.png and .svg."
        ),
    ] = None,
    document: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Gets the tables as Markdown, for people to read."),
    ] = None,
    processes: Annotated[
        int, typer.Option(min=0, help="Folders at the same time; 0 for one a core.")
    ] = 0,
) -> None:
    """Hold minutes, hours and alerts of the host's analysis against the truth of simulated runs.

    Each DIR has pouch.db, truth.csv and scenario.json as `pouch sim run` leaves them. Without
    scenario.json the folder's name is the scenario. States, hours and alerts are worked out anew
    by the installed analysis, whatever ran before.

    kappa, sensitivity and specificity count minutes whose state is known. Hours are per local day,
    confirmed contact minus truth, and per 24 hours with a band. An alert is due when the true core
    is below 36.5 C for ten minutes or more while the band is on the infant. What has no
    denominator is null in the JSON. Of a scenario and seed in both gears the firmware's counts.

    Exit code 0 also where an aim is not met: that is a result.
    """
    # Imported here: statistics and drawing take a second, which `pouch --help` does not.
    from .validate_report import show, write
    from .validate_runs import counted_runs, put_together, score_run

    work = partial(score_run, with_rivals=with_ablation)
    at_once = 1 if len(folders) < _POOL_FROM else processes or core_count()
    scored = {}
    with reporting_errors(), progress_bar("validating") as on_progress:
        for index, one in worked_through(work, folders, at_once):
            scored[index] = one
            on_progress(len(scored) / len(folders))
    scores = [scored[index] for index in sorted(scored)]
    figures = put_together(scores)
    counted = counted_runs(scores)
    if with_ablation:
        from .rivals_score import ablation

        figures["ablation"] = ablation(counted)
    if out is not None:
        write(out, figures, [day for one in counted for day in one.days])
    if document is not None:
        from .validate_document import write_document

        write_document(document, figures)
    if as_json:
        print_json(figures)
    else:
        show(figures)
