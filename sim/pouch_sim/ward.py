"""A simulated ward: bands that run the real firmware on pods in their surroundings."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pouch_protocol import auth
from pouch_protocol import constants as c

from .band import SimBand
from .errors import SimulationError
from .hardware.battery import Cell
from .hardware.pod import Pod
from .simulation import Simulation
from .world.surroundings import Surroundings

_ROOT = Path(__file__).parents[2]
FIRMWARE_DIR = _ROOT / "firmware"
PROTOCOL_DIR = _ROOT / "protocol"


@dataclass(frozen=True)
class BandPlan:
    """One band of a simulated ward.

    Attributes:
        band_id: its identity, u32.
        surroundings: what its chips measure.
        interval_s: seconds between samples.
        drift_ppm: how much its crystal runs fast.
        boot_at_us: true time of power on, microseconds since the simulation began.
        worn_by_infant: whether the infant keeps the band on outside SSC.
        heap: heap of its interpreter, in MicroPython's notation.
        ticks_at_boot_us: what its `ticks_us` shows at boot; to come near their wrap.
        board: which board it is, by the name of its file in firmware/boards.
        radio_plan: how often its radio is on, one of the protocol's PLAN constants.
        battery_mah: capacity of its battery, which it empties; None for 3.9 V for ever.
        battery_percent: charge of that battery at first.
        settings: more of its settings, by the names in its config.json. Without a `key` it is
            given one, of the simulation's seed; with None for one it has none.
        pod: makes its chips, if they are not all sound and present.
        firmware_dir: its firmware, if it is not ours as it stands.
        protocol_dir: its `pouch_protocol`, if it is of another version than ours.
    """

    band_id: int
    surroundings: Surroundings
    interval_s: int = 30
    drift_ppm: float = 0.0
    boot_at_us: int = 0
    worn_by_infant: bool = False
    heap: str = "400K"
    ticks_at_boot_us: int = 0
    board: str = "xiao_esp32c3"
    radio_plan: int = c.PLAN_DEFAULT
    battery_mah: int | None = None
    battery_percent: int = 100
    settings: Mapping[str, object] = field(default_factory=dict)
    pod: Callable[[Surroundings], Pod] = Pod
    firmware_dir: Path = FIRMWARE_DIR
    protocol_dir: Path = PROTOCOL_DIR


def add_band(simulation: Simulation, plan: BandPlan, work_dir: Path) -> SimBand:
    """Put a band with a blank flash and its settings into a simulation.

    Args:
        simulation: where it lives.
        plan: what it is.
        work_dir: folder for its flash image and log.

    Raises:
        SimulationError: the firmware is not there: the simulator runs from a source checkout.
    """
    if not (FIRMWARE_DIR / "main.py").exists():
        raise SimulationError(
            f"no firmware in {FIRMWARE_DIR}: the simulator runs from a clone of the repository"
        )
    settings = settings_text(simulation, plan)
    cell = None
    if plan.battery_mah is not None:
        cell = Cell(plan.battery_mah, percent=plan.battery_percent)
    return simulation.add_band(
        f"band-{plan.band_id:08x}",
        plan.pod(plan.surroundings).bus,
        firmware_dir=plan.firmware_dir,
        protocol_dir=plan.protocol_dir,
        factory_files={"config.json": settings.encode()},
        drift_ppm=plan.drift_ppm,
        boot_at_us=plan.boot_at_us,
        heap=plan.heap,
        ticks_at_boot_us=plan.ticks_at_boot_us,
        board=plan.board,
        cell=cell,
        work_dir=work_dir,
    )


def settings_text(simulation: Simulation, plan: BandPlan) -> str:
    """Return the text of a band's config.json; whoever knows the bands' keys knows its key then.

    Args:
        simulation: where it is to live.
        plan: what it is.
    """
    settings = {
        "band_id": plan.band_id,
        "interval_s": plan.interval_s,
        "worn_by_infant": plan.worn_by_infant,
        "plan": plan.radio_plan,
        "key": _drawn_key(simulation.seed, plan.band_id).hex(),
        **plan.settings,
    }
    key_text = settings["key"]
    if isinstance(key_text, str):
        label = c.band_label(plan.band_id)
        simulation.keys = {**simulation.keys, label: (bytes.fromhex(key_text),)}
    else:
        del settings["key"]
    return json.dumps(settings)


def _drawn_key(seed: int, band_id: int) -> bytes:
    return hashlib.sha256(f"{seed}:{band_id}:key".encode()).digest()[: auth.KEY_BYTES]
