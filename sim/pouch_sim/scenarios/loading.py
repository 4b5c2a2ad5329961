"""From a TOML file to a Scenario, refusing what no world could live through."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pouch_sim.world.activities import SETTINGS
from pouch_sim.world.plan import Act, Caregiver, Event, Infant, PodBody, Room

from . import keys
from .document import Document, Table, nearest
from .keys import Key
from .scenario import Band, Fault, Link, Scenario

_DAY_S = 86_400
_HOUR_S = 3600
_MINUTE_S = 60
_NEEDS_DURATION = ("bus_stuck", "power_cut", "out_of_range", "packet_loss")
_NEEDS_AMOUNT = ("chip_noise", "packet_loss")
_LOSS_MAX = 0.9

# Mothers' chest skin is warmer than that of men and of other women from the second day after
# birth, by about 1 C (domain.md 2.2 [T18]). Between them for women who did not just give birth.
SKIN_C_BY_KIND: Mapping[str, float] = {
    "mother": 35.0,
    "father": 34.0,
    "grandmother": 34.3,
    "other": 34.3,
}


def load(path: Path | str) -> Scenario:
    """Read a scenario file; see docs/SCENARIOS.md.

    Args:
        path: a TOML file. Its name without ending becomes the scenario's.

    Raises:
        ScenarioError: one line that names file, line where it is known, table and key, and says
            what to do.
    """
    path = Path(path)
    document = Document(path)
    head = document.head().values
    names, caregivers = _caregivers(document)
    run = _Run(
        length_s=round(head["length_h"] * _HOUR_S),
        repeats=head["repeat_days"],
        caregiver_names=names,
    )
    acts = _acts(document, run, head["jitter_min"] * _MINUTE_S)
    _check_start(document, head["start"], head["zone"])
    return Scenario(
        name=path.stem,
        title=head["title"],
        row=head["row"],
        split=head["split"],
        zone=head["zone"],
        start=head["start"],
        length_s=run.length_s,
        acts=acts,
        seed=head["seed"],
        band_index=head["band_index"],
        jitter_s=head["jitter_min"] * _MINUTE_S,
        infant=Infant(**document.one("infant").values),
        caregiver_names=names,
        caregivers=caregivers,
        room=Room(**document.one("room").values),
        pod=PodBody(**document.one("pod").values),
        events=_events(document, run),
        band=Band(**document.one("band").values),
        link=Link(**document.one("link").values),
        faults=_faults(document, run),
    )


def shipped() -> dict[str, Path]:
    """Return the scenarios that come with the simulator, by names such as training/table."""
    folder = Path(__file__).parent
    return {
        f"{split}/{path.stem}": path
        for split in ("training", "held_out")
        for path in sorted((folder / split).glob("*.toml"))
    }


class _Run(NamedTuple):
    """What every line of the file is checked against."""

    length_s: int
    repeats: bool
    caregiver_names: tuple[str, ...]

    def start_s(self, table: Table) -> int:
        """Return when a line begins; refuse what lies outside the run."""
        day, at_s = table.values["day"], table.values["at"]
        if self.repeats and day:
            table.complain("day", "repeat_days repeats day 0; remove the key day")
        if day * _DAY_S + at_s >= self.length_s:
            table.complain(
                "at", f"after the end of the run, {self.length_s / _HOUR_S:g} h; see length_h"
            )
        return day * _DAY_S + at_s

    def days(self) -> range:
        """Return the days on which day 0 happens."""
        return range(-(-self.length_s // _DAY_S)) if self.repeats else range(1)


def _caregivers(document: Document) -> tuple[tuple[str, ...], tuple[Caregiver, ...]]:
    tables = document.named("caregivers")
    kinds = next(key for key in keys.CAREGIVER if key.name == "kind").choices
    people = []
    for name, table in tables.items():
        kind = table.values["kind"] or (name if name in kinds else "other")
        skin_c = table.values["skin_c"]
        skin_c = SKIN_C_BY_KIND[kind] if skin_c is None else skin_c
        people.append(Caregiver(**{**table.values, "kind": kind, "skin_c": skin_c}))
    return (tuple(tables), tuple(people)) if people else (("mother",), (Caregiver(),))


def _acts(document: Document, run: _Run, jitter_s: float) -> tuple[Act, ...]:
    every_setting = sorted({name for settings in SETTINGS.values() for name in settings})
    tables = document.many("script", every_setting)
    if not tables:
        document.complain("", None, "script", "empty; give at least one line, at 00:00")
    acts = [_act(table, run) for table in tables]
    if acts[0].start_s:
        tables[0].complain("at", "the script has to begin at 00:00; move or add its first line")
    for table, (before, after) in zip(tables[1:], pairwise(acts), strict=True):
        if after.start_s <= before.start_s:
            table.complain("at", "not later than the line before; put the lines in order")
    repeated = tuple(
        replace(act, start_s=act.start_s + day * _DAY_S)
        for day in run.days()
        for act in acts
        if act.start_s + day * _DAY_S < run.length_s
    )
    ends_s = [act.start_s for act in repeated[1:]] + [run.length_s]
    shortest_s = min(end_s - act.start_s for act, end_s in zip(repeated, ends_s, strict=True))
    if jitter_s and 2 * jitter_s >= shortest_s:
        document.complain(
            "", None, "jitter_min", f"give less than half of the shortest act, {shortest_s:g} s"
        )
    return repeated


def _act(table: Table, run: _Run) -> Act:
    values = table.values
    activity, caregiver = values["do"], values["with"] or run.caregiver_names[0]
    if caregiver not in run.caregiver_names:
        table.complain("with", f"unknown {caregiver!r}{nearest(caregiver, run.caregiver_names)}")
    known = SETTINGS[activity]
    settings = {}
    for name, value in table.rest.items():
        if name not in known:
            hint = nearest(name, known) if known else "; it takes no settings"
            table.complain(name, f"no setting of {activity}{hint}")
        limits = known[name]
        key = Key(name, limits.what, unit=limits.unit, low=limits.low, high=limits.high)
        settings[name] = table.number(key, value)
    return Act(run.start_s(table), activity, run.caregiver_names.index(caregiver), settings)


def _events(document: Document, run: _Run) -> tuple[Event, ...]:
    events = []
    for table in document.many("event"):
        values, start_s = table.values, run.start_s(table)
        events += [
            Event(
                start_s + day * _DAY_S,
                values["kind"],
                values["amount"],
                values["duration_min"] * _MINUTE_S,
            )
            for day in run.days()
            if start_s + day * _DAY_S < run.length_s
        ]
    return tuple(sorted(events, key=lambda event: event.start_s))


def _faults(document: Document, run: _Run) -> tuple[Fault, ...]:
    tables = document.many("fault")
    faults = tuple(_fault(table, run) for table in tables)
    stuck = [number for number, fault in enumerate(faults) if fault.kind == "bus_stuck"]
    for number in stuck[1:]:
        tables[number].complain("kind", "only one bus_stuck is possible; remove this one")
    return faults


def _fault(table: Table, run: _Run) -> Fault:
    """Return a fault; it does not repeat by the day, and its day may be any."""
    values = table.values
    kind = values["kind"]
    needs: Sequence[tuple[str, bool]] = (
        ("chip", kind.startswith("chip_")),
        ("amount", kind in _NEEDS_AMOUNT),
        ("duration_min", kind in _NEEDS_DURATION),
    )
    for key, needed in needs:
        if needed and values[key] is None:
            table.complain(None, f"{kind} needs {key}; add it")
        if not needed and values[key] is not None:
            table.complain(key, f"{kind} takes no {key}; remove it")
    if kind == "packet_loss" and values["amount"] > _LOSS_MAX:
        table.complain("amount", f"{values['amount']:g} is out of range; give 0 to {_LOSS_MAX}")
    start_s = run._replace(repeats=False).start_s(table)
    if kind == "chip_noise" and start_s:
        table.complain("at", "chip_noise lasts the whole run; remove it")
    return Fault(
        start_s,
        kind,
        values["chip"] or "",
        values["amount"] or 0.0,
        (values["duration_min"] or 0.0) * _MINUTE_S,
    )


def _check_start(document: Document, start: datetime, zone: str) -> None:
    """Refuse a local time that spring leaves out."""
    aware = start.replace(tzinfo=ZoneInfo(zone))
    if aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None) != start:
        document.complain(
            "", None, "start", f"{start} does not exist in {zone}; give another hour"
        )
