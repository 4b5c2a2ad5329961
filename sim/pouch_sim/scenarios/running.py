"""Puts a scenario's band into a simulation: its chips, its settings, and what breaks when."""

from collections.abc import Callable
from pathlib import Path

from pouch_protocol import constants as c
from pouch_sim.band import SimBand
from pouch_sim.hardware import pod as pods
from pouch_sim.hardware.pod import Pod, PodFaults
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band
from pouch_sim.world import surroundings as chips
from pouch_sim.world.surroundings import Surroundings

from .scenario import Fault, Scenario

_US_PER_S = 1_000_000
_PLANS = {"default": c.PLAN_DEFAULT, "slow": c.PLAN_SLOW}
_ADDRESSES = {
    chips.INFANT_THERMOMETER: pods.INFANT_THERMOMETER_ADDRESS,
    chips.CAREGIVER_THERMOMETER: pods.CAREGIVER_THERMOMETER_ADDRESS,
    chips.TOUCH: pods.TOUCH_ADDRESS,
    chips.MOTION: pods.MOTION_ADDRESS,
}


def add_scenario_band(
    simulation: Simulation,
    scenario: Scenario,
    surroundings: Surroundings,
    *,
    band_id: int,
    work_dir: Path,
) -> SimBand:
    """Add the band of a scenario, which boots at once, and arrange for its faults.

    Sets the packet loss of the simulation's radio too. Starts no world and collects nothing.

    Args:
        simulation: of one scenario, at its start.
        scenario: what to run.
        surroundings: its world, of the scenario's `world_plan`.
        band_id: the band's identity, u32.
        work_dir: folder for its flash image and log.
    """
    pod = Pod(surroundings, absent=_absent(scenario), faults=pod_faults(scenario, simulation.seed))
    plan = BandPlan(
        band_id,
        surroundings,
        interval_s=scenario.band.interval_s,
        drift_ppm=scenario.band.drift_ppm,
        worn_by_infant=scenario.worn_by_infant,
        board=scenario.band.board,
        radio_plan=_PLANS[scenario.band.radio_plan],
        battery_mah=scenario.band.battery_mah,
        battery_percent=scenario.band.battery_percent,
        pod=lambda _surroundings: pod,
    )
    band = add_band(simulation, plan, work_dir)
    simulation.air.settings.loss = scenario.link.packet_loss
    for fault in scenario.faults:
        _arrange(simulation, band, pod, fault, scenario.link.packet_loss)
    return band


def pod_faults(scenario: Scenario, seed: int | None = None) -> PodFaults:
    """Return what is wrong with a scenario's chips and their bus, but for chips that are gone.

    Args:
        scenario: whose faults.
        seed: of the noise of a noisy chip; None for the scenario's own.
    """

    def begins_us(kind: str) -> dict[str, int]:
        return {f.chip: _us(f.start_s) for f in reversed(scenario.faults) if f.kind == kind}

    stuck = [fault for fault in scenario.faults if fault.kind == "bus_stuck"]
    return PodFaults(
        stuck_from_us=begins_us("chip_stuck"),
        beyond_from_us=begins_us("chip_beyond"),
        noise_sd={f.chip: f.amount for f in scenario.faults if f.kind == "chip_noise"},
        noise_seed=scenario.seed if seed is None else seed,
        bus_stuck_us=(_us(stuck[0].start_s), _us(_end_s(stuck[0]))) if stuck else None,
    )


def _absent(scenario: Scenario) -> frozenset[str]:
    """Return the chips that are gone from the start, which the band's first look misses."""
    return frozenset(f.chip for f in scenario.faults if f.kind == "chip_absent" and not f.start_s)


def _arrange(
    simulation: Simulation, band: SimBand, pod: Pod, fault: Fault, usual_loss: float
) -> None:
    """Let a fault begin and end when its time comes."""

    def carry(in_range: bool) -> None:
        band.in_range = in_range

    def lose(loss: float) -> None:
        simulation.air.settings.loss = loss

    begin_and_end: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "chip_absent": (lambda: pod.bus.detach(_ADDRESSES[fault.chip]), lambda: None),
        "power_cut": (band.cut_power, band.power_on),
        "out_of_range": (lambda: carry(False), lambda: carry(True)),
        "packet_loss": (lambda: lose(fault.amount), lambda: lose(usual_loss)),
    }
    if fault.kind not in begin_and_end:
        return  # The chips have it from the start: see `pod_faults`.
    begin, end = begin_and_end[fault.kind]
    simulation.loop.call_at_us(_us(fault.start_s), begin)
    if fault.duration_s:
        simulation.loop.call_at_us(_us(_end_s(fault)), end)


def _end_s(fault: Fault) -> float:
    return fault.start_s + fault.duration_s


def _us(seconds: float) -> int:
    return round(seconds * _US_PER_S)
