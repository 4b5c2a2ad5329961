"""A ward's figures for Prometheus: whether it is watched, and what is wrong. Nothing of a baby.

What the collector of another process says of bands is in `collect.metrics`.
"""

from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pouch_host.ward import WatchState

from .state import System

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def figures(system: System) -> bytes:
    """Return what holds now as text, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(_System(system))
    return generate_latest(registry)


class _System(Collector):
    """Makes the figures of one look."""

    def __init__(self, system: System) -> None:
        self._system = system

    def collect(self) -> Iterable[Metric]:
        look, board = self._system.watch()
        yield GaugeMetricFamily(
            "pouch_watch_last_look_age_seconds",
            "For how long the ward was not looked at.",
            value=look.ago_s,
        )
        state = GaugeMetricFamily(
            "pouch_watch_state", "1 for how the watch over the ward is.", labels=["state"]
        )
        for one in WatchState:
            state.add_metric([one.value], look.state is one)
        yield state
        yield GaugeMetricFamily(
            "pouch_watch_starting",
            "1 until every infant has been worked out once since the start.",
            value=board.reading or board.waiting > 0,
        )
        health = self._system.health()
        yield GaugeMetricFamily(
            "pouch_ward_up", "Whether the ward does its work.", value=health.ok
        )
        trouble = GaugeMetricFamily(
            "pouch_ward_trouble", "1 for each thing that is wrong.", labels=["trouble", "part"]
        )
        for reason in health.reasons:
            trouble.add_metric([reason.trouble.value, reason.part], 1)
        yield trouble
