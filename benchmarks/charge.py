"""Charge a day of both plans and of a naive logger, by state, and how long 400 mAh last so.

The default plan is pulled every hour, as beside a gateway on a ward. The slow plan is pulled once
a day, by somebody who is near for half an hour. The naive logger is left alone.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pouch_host.collect.collector import Round
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_sim.band import SimBand
from pouch_sim.commands.collecting import HOUR_S, simulated_collector
from pouch_sim.hardware import currents
from pouch_sim.hardware.battery import Cell
from pouch_sim.hardware.charge import FEMTOCOULOMBS_PER_MAH
from pouch_sim.hardware.currents import Bound, Draw
from pouch_sim.hardware.pod import Pod
from pouch_sim.simulation import Simulation
from pouch_sim.ward import PROTOCOL_DIR, BandPlan, add_band
from pouch_sim.world.scripted import ScriptedWorld

from .figures import Figure

_START_UTC_S = 1_790_000_000
_XIAO_DAYS = 2
_PICO_DAYS = 1
_DAY_S = 86_400
_US_PER_S = 1_000_000
_VISIT_S = 1_800.0
# Of the 24 pulls of a day beside a gateway: each round begins when the last one ends.
_PULLS_MIN = 20
_PERCENT = 100
_PERMILLE = 1_000
_NA_PER_MA = 1_000_000

_CELL_MAH = 400
# Where the firmware stops in order (firmware/band/power.py): what is below is not used.
_STOP_MV = 3_400
# How long the default and the slow plan are to last.
_AIMS_DAYS = (7, 28)

_XIAO = "xiao_esp32c3"
_PICO = "pico_w"
_NAIVE = Path(__file__).parent / "naive_logger"


@dataclass(frozen=True)
class _Day:
    """What one band spent in a day on average.

    Attributes:
        name: of the band.
        times_s: by state.
        charges_mah: by state.
        total_mah: by bound.
    """

    name: str
    times_s: dict[str, float]
    charges_mah: dict[str, float]
    total_mah: dict[Bound, float]

    def life_days(self, bound: Bound = Bound.TYPICAL) -> float:
        """Return how long a full cell lasts."""
        return _CELL_MAH * _usable_share() / self.total_mah[bound]


def measure(folder: Path) -> list[Figure | str]:
    """Let all run, and draw up their accounts; fail if one does not add up."""
    xiao = _run_plans(folder / _XIAO, _XIAO, _XIAO_DAYS)
    pico = _run_plans(folder / _PICO, _PICO, _PICO_DAYS)
    naive = _run_naive(folder)
    return [
        *_table("XIAO ESP32-C3", [*xiao, naive], currents.XIAO_ESP32C3),
        *_sources(currents.XIAO_ESP32C3),
        *_table("Pico W", pico, currents.PICO_W),
        *_sources(
            {
                state: draw
                for state, draw in currents.PICO_W.items()
                if draw != currents.XIAO_ESP32C3[state]
            }
        ),
        *_lives("XIAO ESP32-C3", xiao),
        *_lives("Pico W", pico),
        Figure("naive logger, days on 400 mAh", naive.life_days(), "days"),
        *(
            Figure(f"  {day.name} lasts longer by", day.life_days() / naive.life_days(), "x")
            for day in xiao
        ),
    ]


def _run_plans(folder: Path, board: str, days: int) -> list[_Day]:
    """Run one band on each plan, with a host that listens all the time."""
    simulation = Simulation(seed=1, start_utc_s=_START_UTC_S)
    plans = (c.PLAN_DEFAULT, c.PLAN_SLOW)
    default, slow = (
        add_band(
            simulation,
            BandPlan(number, ScriptedWorld(1, 0), board=board, radio_plan=plan),
            folder,
        )
        for number, plan in enumerate(plans, start=1)
    )
    pulls = [0, 0]

    def count(outcome: Round) -> None:
        for pull in outcome.pulls:
            pulls[pull.band_id - 1] += 1

    with Store.open(folder / "charge.db") as store:
        collector = simulated_collector(simulation, store)

        async def main() -> list[_Day]:
            collecting = asyncio.create_task(collector.run(HOUR_S, count))
            for _ in range(days):
                slow.in_range = False
                await asyncio.sleep(_DAY_S - _VISIT_S)
                slow.in_range = True
                await asyncio.sleep(_VISIT_S)
            collecting.cancel()
            return [_day_of(default, "default plan", days), _day_of(slow, "slow plan", days)]

        spent = simulation.run(main())
    if pulls[0] < days * _PULLS_MIN or pulls[1] < days:
        raise AssertionError(f"{board}: the bands were not pulled as planned: {pulls}")
    return spent


def _run_naive(folder: Path) -> _Day:
    simulation = Simulation(seed=1, start_utc_s=_START_UTC_S)
    naive = simulation.add_band(
        "naive",
        Pod(ScriptedWorld(1, 0)).bus,
        firmware_dir=_NAIVE,
        protocol_dir=PROTOCOL_DIR,
        work_dir=folder,
    )

    async def main() -> _Day:
        await asyncio.sleep(_DAY_S)
        return _day_of(naive, "naive logger", 1)

    return simulation.run(main())


def _day_of(band: SimBand, name: str, days: int) -> _Day:
    now_us = days * _DAY_S * _US_PER_S
    if not band.is_on or band.stats.boots != 1:
        raise AssertionError(f"{name} did not run through: {band.log_text()[-500:]}")
    account = band.account
    account.check(now_us)
    lines = account.lines(now_us)
    return _Day(
        name,
        {line.state: line.time_us / _US_PER_S / days for line in lines},
        {line.state: line.charge_fc / FEMTOCOULOMBS_PER_MAH / days for line in lines},
        {
            bound: account.charge_fc(now_us, bound) / FEMTOCOULOMBS_PER_MAH / days
            for bound in Bound
        },
    )


def _usable_share() -> float:
    """Return how much of a full cell the firmware uses before it stops."""
    cell = Cell(_CELL_MAH)
    while cell.rest_mv() > _STOP_MV:
        cell.drain(cell.capacity_fc // _PERMILLE)
    return 1 - cell.permille / _PERMILLE


def _table(board: str, days: list[_Day], draws: Mapping[str, Draw]) -> list[str]:
    heads = "".join(f"{day.name:>14} {'mAh':>8} {'':>4}" for day in days)
    lines = [
        f"charge a day, {board}: current (best to worst), seconds, mAh, share of all",
        f"{'':<56}{heads}".rstrip(),
    ]
    for state, draw in draws.items():
        if not any(day.times_s.get(state) for day in days):
            continue
        cells = "".join(_cell(day, state) for day in days)
        lines.append(f"  {state:<28}{_current(draw):<26}{cells}".rstrip())
    for bound, name in ((Bound.TYPICAL, "all"), (Bound.LOW, "  best"), (Bound.HIGH, "  worst")):
        totals = "".join(f"{'':>14} {day.total_mah[bound]:>8,.2f} {'':>4}" for day in days)
        lines.append(f"  {name:<54}{totals}".rstrip())
    return lines


def _cell(day: _Day, state: str) -> str:
    charge_mah = day.charges_mah.get(state, 0.0)
    share = _PERCENT * charge_mah / day.total_mah[Bound.TYPICAL]
    return f"{day.times_s.get(state, 0.0):>14,.1f} {charge_mah:>8,.2f} {share:>3.0f}%"


def _current(draw: Draw) -> str:
    unit, divisor = ("mA", 1e6) if draw.typical_na >= _NA_PER_MA else ("uA", 1e3)
    low, typical, high = (na / divisor for na in (draw.low_na, draw.typical_na, draw.high_na))
    return f"{typical:g} ({low:g} to {high:g}) {unit}"


def _sources(draws: Mapping[str, Draw]) -> list[str]:
    return [
        f"    {state}: {draw.source}" for state, draw in draws.items() if state != currents.OFF
    ]


def _lives(board: str, days: list[_Day]) -> list[Figure]:
    figures = []
    for day, aim_days in zip(days, _AIMS_DAYS, strict=True):
        radio_mah = day.charges_mah[currents.RADIO]
        figures += [
            Figure(
                f"{board}, {day.name}, days on 400 mAh (at least {aim_days})",
                day.life_days(),
                "days",
            ),
            Figure("  at the best of its currents", day.life_days(Bound.LOW), "days"),
            Figure("  at the worst", day.life_days(Bound.HIGH), "days"),
            Figure("  without its radio, a day", day.total_mah[Bound.TYPICAL] - radio_mah, "mAh"),
        ]
    return figures
