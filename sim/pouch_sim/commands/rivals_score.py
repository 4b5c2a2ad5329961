"""How well each way to decide does on simulated runs: what `pouch validate --ablation` prints."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rich import box
from rich.table import Table

from pouch_host.cli_console import output
from pouch_sim.validation.agreement import STATES, agreement, contact_or_not, kappa, share
from pouch_sim.validation.scored import Scored

from .rivals import RIVALS

States = npt.NDArray[np.uint8]

COLUMNS = (
    ("kappa_ssc", "Kappa ssc"),
    ("kappa_ssc_with_unknown", "all minutes"),
    ("kappa", "Kappa"),
    ("known_share", "Known"),
    ("wrong_share_of_known", "Wrong"),
    ("ssc_sensitivity", "Sens."),
    ("ssc_specificity", "Spec."),
    ("bias_h_per_day", "Bias h"),
    ("mae_h_per_day", "MAE h"),
)
_MINUTES_PER_H = 60


def confirmed_error_h(true_states: States, said: States) -> float:
    """Return hours said to be contact minus hours of contact, of the minutes of one day."""
    more_min = np.count_nonzero(said == STATES["ssc"]) - np.count_nonzero(
        true_states == STATES["ssc"]
    )
    return float(more_min / _MINUTES_PER_H)


def ablation(runs: Sequence[Scored]) -> dict[str, dict[str, Any]]:
    """Return the figures of each rival over all runs, ready for JSON.

    `kappa` is over all four states and means little for a rival that tells only some of them;
    `kappa_ssc` asks of each known minute only whether it was contact, and
    `kappa_ssc_with_unknown` of all minutes, an unknown one being wrong. Hours are those that are
    confirmed, so unknown minutes of contact pull them down.
    """
    return {
        name: {"tells": rival.tells, **_figures(name, runs)}
        for name, rival in RIVALS.items()
        if runs
    }


def show_ablation(figures: Mapping[str, Mapping[str, Any]]) -> None:
    """Print a line for each rival, and below it what it looks at and may say."""
    table = Table(box=box.SIMPLE_HEAD, title="Other ways to decide", title_justify="left")
    table.add_column("Decided by")
    for _, heading in COLUMNS:
        table.add_column(heading, justify="right")
    for name, of_rival in figures.items():
        table.add_row(name, *(_text(of_rival[column]) for column, _ in COLUMNS))
    console = output()
    console.print(table)
    for name, of_rival in figures.items():
        console.print(f"  {name}: {of_rival['tells']}.", highlight=False)


def _figures(name: str, runs: Sequence[Scored]) -> dict[str, Any]:
    table = np.sum([run.rivals[name].table for run in runs], axis=0)
    errors_h = np.concatenate([run.rivals[name].errors_h for run in runs])
    elapsed_days = sum(day.elapsed_days for run in runs for day in run.days)
    figures = agreement(table)
    of_ssc = figures["per_state"]["ssc"]
    contact = contact_or_not(table)
    kept = ("minutes", "known_share", "kappa", "confident_wrong_share", "wrong_share_of_known")
    return {
        **{column: figures[column] for column in kept},
        "kappa_ssc": kappa(contact[1:, 1:]),
        "kappa_ssc_with_unknown": kappa(contact),
        "ssc_sensitivity": of_ssc["sensitivity"],
        "ssc_specificity": of_ssc["specificity"],
        "bias_h_per_day": share(float(errors_h.sum()), elapsed_days),
        "mae_h_per_day": share(float(np.abs(errors_h).sum()), elapsed_days),
    }


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
