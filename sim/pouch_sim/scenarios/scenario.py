"""A scenario as plain data: who, where, which day, and what befalls the band."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from pouch_sim.errors import SimulationError
from pouch_sim.world.plan import Act, Caregiver, Event, Infant, PodBody, Room, WorldPlan

SPLITS = ("training", "held_out", "own")


class ScenarioError(SimulationError):
    """A scenario cannot be run. One line names file, table and key and what to do about it."""


@dataclass(frozen=True)
class Band:
    """The band that records.

    Attributes:
        interval_s: seconds between samples.
        worn_by: infant or caregiver: who keeps it on outside SSC, as it is set on the band.
        drift_ppm: how much its crystal runs fast, parts per million.
        radio_plan: default or slow: how often its radio is on.
        board: name of its board, as in firmware/boards.
        battery_mah: capacity of its cell; None for a constant voltage.
        battery_percent: charge of that cell at first.
    """

    interval_s: int = 30
    worn_by: str = "infant"
    drift_ppm: float = 0.0
    radio_plan: str = "default"
    board: str = "xiao_esp32c3"
    battery_mah: int | None = None
    battery_percent: int = 100


@dataclass(frozen=True)
class Link:
    """The way from the band to the host.

    Attributes:
        pull_every_min: minutes between the starts of two rounds of the collector.
        packet_loss: chance that one packet is lost, 0 to 1.
    """

    pull_every_min: float = 60.0
    packet_loss: float = 0.0


@dataclass(frozen=True)
class Fault:
    """Something that breaks.

    Attributes:
        start_s: seconds since the scenario began.
        kind: a key of `keys.FAULT_KINDS`.
        chip: which chip, for the kinds that need one, else empty.
        amount: for chip_noise its standard deviation in C, pF or mg; for packet_loss the chance.
        duration_s: for the kinds that end.
    """

    start_s: float
    kind: str
    chip: str = ""
    amount: float = 0.0
    duration_s: float = 0.0


@dataclass(frozen=True)
class Scenario:
    """One band's run. Made by `load` from a file or by `population.draw` from a seed.

    Attributes:
        name: of its file, without folder and ending, or of the draw.
        title: one line for people.
        row: the situation that it shows, a key of `keys.ROWS`.
        split: training, held_out or own: whether an analysis may learn from it.
        zone: IANA name of the time zone.
        start: local time at which it begins, without offset.
        length_s: seconds that it lasts.
        seed: used where the caller gives none.
        band_index: tells infants who share a seed apart, such as twins.
        jitter_s: how far the seed may move the start of each act.
        caregiver_names: names of `caregivers`, in the same order.
    """

    name: str
    title: str
    row: str
    split: str
    zone: str
    start: datetime
    length_s: int
    acts: tuple[Act, ...]
    seed: int = 1
    band_index: int = 0
    jitter_s: float = 0.0
    infant: Infant = field(default_factory=Infant)
    caregiver_names: tuple[str, ...] = ("mother",)
    caregivers: tuple[Caregiver, ...] = (Caregiver(),)
    room: Room = field(default_factory=Room)
    pod: PodBody = field(default_factory=PodBody)
    events: tuple[Event, ...] = ()
    band: Band = field(default_factory=Band)
    link: Link = field(default_factory=Link)
    faults: tuple[Fault, ...] = ()

    @cached_property
    def start_utc_s(self) -> int:
        """Unix seconds at which it begins. Of an hour that autumn repeats, the first."""
        return int(self.start.replace(tzinfo=ZoneInfo(self.zone)).timestamp())

    @property
    def worn_by_infant(self) -> bool:
        """Whether the infant keeps the band on outside SSC."""
        return self.band.worn_by == "infant"

    def world_plan(self, seed: int | None = None) -> WorldPlan:
        """Return what the world is made of.

        Args:
            seed: moves the acts by up to `jitter_s`; None for the scenario's own. Where nothing
                is to be moved, every seed gives the same plan.
        """
        seed = self.seed if seed is None else seed
        chance = random.Random(f"jitter {seed} {self.name} {self.band_index}")
        return WorldPlan(
            infant=self.infant,
            caregivers=self.caregivers,
            room=self.room,
            pod=self.pod,
            acts=_moved(self.acts, self.jitter_s, chance),
            events=self.events,
            length_s=self.length_s,
            start_hour=self.start.hour + (self.start.minute + self.start.second / 60.0) / 60.0,
        )


def _moved(acts: Sequence[Act], jitter_s: float, chance: random.Random) -> tuple[Act, ...]:
    """Return the acts with the starts of all but the first moved."""
    moved = [
        replace(act, start_s=act.start_s + chance.uniform(-jitter_s, jitter_s)) for act in acts[1:]
    ]
    return (acts[0], *moved) if jitter_s else tuple(acts)
