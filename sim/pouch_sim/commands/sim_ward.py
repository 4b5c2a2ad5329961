"""`pouch sim ward`: a store of infants who come and go for a month, its truth, and people's logs.

DIR/ward.sqlite      what a ward's host would have, its days worked out
DIR/truth.csv        infant, time_utc, state, infant_core_c, infant_skin_c: a row a minute
DIR/observer.csv, chart.csv, diary.csv     what people wrote down, with their errors
DIR/ward.json        what it was made of
"""

import csv
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pouch_host.cli_console import AsJson, print_json
from pouch_host.derive import refresh
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_host.version import version_text

from .console import DEFAULT_SEED, Seed, progress_bar, reporting_errors, reporting_files
from .out_folder import make_room
from .pool import core_count, worked_through
from .run_files import COLUMNS, MINUTE_S, STATES, iso_utc
from .ward_lives import Life, Stay, live, stays
from .ward_logs import NAMES, write_logs

STORE_NAME, TRUTH_NAME, LABEL_NAME = "ward.sqlite", "truth.csv", "ward.json"
SITE = "Example ward"
WHO = "pouch sim"
_INFANTS_MAX = 1000
_DAYS_MAX = 31
_US_PER_S = 1_000_000
# So long after the last infant went home the ward is looked at.
_AFTER_S = 600
# Living through the days is what takes the time; the rest is working out and writing.
_LIVED_SHARE = 0.9


@dataclass(frozen=True)
class WardPlan:
    """What to make.

    Attributes:
        infants: how many.
        days: local days of the ward.
        stay_days: most days of a stay.
        seed: of everything random.
    """

    infants: int
    days: int
    stay_days: int
    seed: int


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command()(ward)


def ward(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Gets the store, its truth and logs.")],
    infants: Annotated[int, typer.Option(min=1, max=_INFANTS_MAX, help="Infants.")] = 10,
    days: Annotated[int, typer.Option(min=1, max=_DAYS_MAX, help="Days of the ward.")] = 28,
    stay: Annotated[
        int,
        typer.Option(
            min=1, max=_DAYS_MAX, help="Most days that an infant stays; half of it is the least."
        ),
    ] = 14,
    seed: Seed = DEFAULT_SEED,
    processes: Annotated[
        int, typer.Option(min=0, help="Infants at the same time; 0 for one a core.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Make a ward of a month to try exports, agreement, figures and the library on.

    DIR gets ward.sqlite; truth.csv, what really was in each minute; and what people wrote down of
    it: observer.csv, chart.csv and diary.csv, with errors of their own. Nobody is in it who ever
    lived: bodies, rooms and bands are the quick gear's, of people that the analysis was not made
    on. An infant's day takes about half a second.
    """
    if stay > days:
        raise typer.BadParameter(f"nobody stays {stay} days of {days}", param_hint="--stay")
    started_s = time.perf_counter()
    plan = WardPlan(infants, days, stay, seed)
    with reporting_errors(), reporting_files(out), progress_bar("living") as on_progress:
        end_utc_s, infant_days = make_ward(
            plan, out, processes=processes or core_count(), on_progress=on_progress
        )
    wall_s = time.perf_counter() - started_s
    if as_json:
        print_json(
            {
                "store": str(out / STORE_NAME),
                "truth": str(out / TRUTH_NAME),
                "logs": [str(out / name) for name in NAMES],
                "infants": infants,
                "infant_days": infant_days,
                "now": iso_utc(end_utc_s),
                "seed": seed,
                "wall_s": round(wall_s, 3),
            }
        )
        return
    typer.echo(
        f"{infants} infants, {infant_days} infant-days in {wall_s:.1f} s: {out / STORE_NAME}, "
        f"truth: {out / TRUTH_NAME}"
    )
    typer.echo(f"the month is over at {iso_utc(end_utc_s)}: say --now {iso_utc(end_utc_s)}")


def make_ward(
    plan: WardPlan, out: Path, *, processes: int, on_progress: Callable[[float], None]
) -> tuple[int, int]:
    """Make a ward. Return when it is over, UTC seconds, and how many infant-days it has.

    Args:
        plan: what to make.
        out: folder; made if absent, must not hold a store yet.
        processes: how many infants at the same time; with 1 they live in this process.
        on_progress: told the share that is done, 0 to 1.

    Raises:
        InputError: there is a store already, or `out` cannot be written.
        OSError: its disk fails or fills up on the way.
    """
    path = make_room(out, STORE_NAME)
    _check_free(out)
    who = stays(plan.seed, plan.infants, plan.days, plan.stay_days)
    zone = ZoneInfo(who[0].scenario.zone)
    lives: list[Life | None] = [None] * len(who)
    done = worked_through(partial(live, seed=plan.seed), who, processes)
    for count, (index, life) in enumerate(done, start=1):
        lives[index] = life
        on_progress(_LIVED_SHARE * count / len(who))
    lived = [one for one in lives if one is not None]
    end_utc_s = max(one.end_utc_s for one in who) + _AFTER_S
    write_truth(out / TRUTH_NAME, who, lived)
    write_logs(out, who, lived, zone, plan.seed)
    with Store.open(path) as store:
        _fill(store, who, lived, zone)
        refresh(store, end_utc_s)
    infant_days = sum(one.scenario.length_s for one in who) // 86_400
    _write_label(out / LABEL_NAME, plan, zone, end_utc_s)
    on_progress(1.0)
    return end_utc_s, infant_days


def write_truth(path: Path, who: Sequence[Stay], lives: Sequence[Life]) -> None:
    """Write the truth of all infants, minute by minute.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("infant", *COLUMNS))
        for stay, life in zip(who, lives, strict=True):
            truth = life.truth
            columns = (truth.state, truth.infant_core_c, truth.infant_skin_c)
            for minute, (state, core_c, skin_c) in enumerate(zip(*columns, strict=True)):
                utc = iso_utc(truth.first_utc_s + MINUTE_S * minute)
                writer.writerow(
                    (stay.code, utc, STATES[state - 1], f"{core_c:.3f}", f"{skin_c:.3f}")
                )


def _check_free(out: Path) -> None:
    for name in (TRUTH_NAME, LABEL_NAME, *NAMES):
        if (out / name).exists():
            raise InputError(f"{out / name} exists already: choose another --out")


def _fill(store: Store, who: Sequence[Stay], lives: Sequence[Life], zone: ZoneInfo) -> None:
    store.set_zone(zone.key)
    store.site.change(name=SITE, when_utc_s=min(one.put_on_utc_s for one in who), who=WHO)
    for stay in sorted(who, key=lambda one: (one.put_on_utc_s, one.index)):
        _admit(store, stay, zone)
        for piece in lives[stay.index].pieces:
            received_utc_s = stay.scenario.start_utc_s + piece.pulled_us / _US_PER_S
            store.add_segment(
                stay.band_id,
                piece.log_id,
                piece.boot_id,
                piece.first_record_no,
                piece.data,
                received_utc_s,
            )
        store.record_contact(stay.band_id, stay.end_utc_s)
        store.admissions.discharge(stay.code, when_utc_s=stay.end_utc_s, who=WHO)


def _admit(store: Store, stay: Stay, zone: ZoneInfo) -> None:
    here = datetime.fromtimestamp(stay.put_on_utc_s, zone).date()
    store.ensure_band(stay.band_id)
    store.admissions.admit(
        stay.code,
        when_utc_s=stay.put_on_utc_s,
        who=WHO,
        weight_g=stay.weight_g,
        gestation_days=stay.gestation_days,
        born_on=here - timedelta(days=stay.born_days_before),
    )
    store.assign(stay.band_id, stay.code, stay.put_on_utc_s, who=WHO)


def _write_label(path: Path, plan: WardPlan, zone: ZoneInfo, end_utc_s: int) -> None:
    held = {
        "what": "simulated; nobody in it ever lived",
        "software_version": version_text(),
        "seed": plan.seed,
        "infants": plan.infants,
        "days": plan.days,
        "stay_days": plan.stay_days,
        "zone": zone.key,
        "now": iso_utc(end_utc_s),
    }
    path.write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
