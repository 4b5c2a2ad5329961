"""A collector's figures for Prometheus, whose library only this file and `system.metrics` know.

A band is its printed label; nothing here is about a baby, so that a hospital's monitoring may keep
it. A band of which only the address is known, since it never said its label, is left out.
"""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pouch_host.errors import HostError

from .healing import Step
from .status import BandStatus, WardStatus

_MV_PER_V = 1000


class MetricsError(HostError):
    """Nobody can be served on that port. Choose another with --metrics, or stop what holds it."""


@contextmanager
def serving(status: WardStatus, host: str, port: int) -> Iterator[str]:
    """Serve a ward's figures for the length of a `with` block, from a thread of its own.

    Args:
        status: what is read, at each request anew.
        host: an address of this machine.
        port: a TCP port, 0 for any free one.

    Yields:
        The page's address.

    Raises:
        MetricsError: the port is taken, not permitted, or the address is not this machine's.
    """
    registry = CollectorRegistry()
    registry.register(_WardCollector(status))
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is in use: another collector? choose --metrics"
        else:
            cause = str(error.strerror or error).partition(" (while")[0]
            reason = f"cannot listen on {host} port {port}: {cause}"
        raise MetricsError(f"metrics: {reason}") from error
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _WardCollector(Collector):
    """Makes the figures of one look; the library calls it at each request."""

    def __init__(self, status: WardStatus) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        bands = [band for band in self._status.bands() if band.known]
        yield from _band_gauges(bands)
        yield from _band_counters(bands)
        yield from self._ward()

    def _ward(self) -> Iterator[Metric]:
        status = self._status
        yield GaugeMetricFamily(
            "pouch_stranger_bands",
            "Bands on the air that this computer has no key for.",
            value=status.stranger_count,
        )
        yield GaugeMetricFamily(
            "pouch_clock_doubted",
            "Whether something speaks against this computer's clock; bands are not told it then.",
            value=1 if status.clock_doubt else 0,
        )
        yield GaugeMetricFamily(
            "pouch_adapter_up",
            "Whether the Bluetooth adapter worked when it was last used.",
            value=0 if status.adapter_failure else 1,
        )
        for name, text, count in (
            ("adapter_failures", "Times the adapter failed.", status.adapter_failure_count),
            ("adapter_resets", "Times it was reset.", status.step_counts[Step.RESET]),
            ("scan_restarts", "Scans begun anew.", status.step_counts[Step.RESTART_SCAN]),
            (
                "stale_connection_closes",
                "Times that connections left half open were closed.",
                status.step_counts[Step.CLOSE_STALE],
            ),
        ):
            yield CounterMetricFamily(f"pouch_{name}", text, value=count)


def _band_gauges(bands: list[BandStatus]) -> Iterator[Metric]:
    contact = GaugeMetricFamily(
        "pouch_band_last_contact_timestamp_seconds",
        "When the band was last met, Unix time.",
        labels=["band"],
    )
    battery = GaugeMetricFamily(
        "pouch_band_battery_volts", "Battery at the last contact.", labels=["band"]
    )
    missing = GaugeMetricFamily(
        "pouch_band_missing_records",
        "Records between the oldest and the newest known that did not arrive.",
        labels=["band"],
    )
    in_row = GaugeMetricFamily(
        "pouch_band_failures_in_a_row",
        "Pulls that failed since the last good one.",
        labels=["band"],
    )
    for band in bands:
        # What is not known is absent: a zero would be a battery without charge.
        if band.last_contact_utc_s is not None:
            contact.add_metric([band.label], band.last_contact_utc_s)
        if band.battery_mv is not None:
            battery.add_metric([band.label], band.battery_mv / _MV_PER_V)
        missing.add_metric([band.label], band.missing_count)
        in_row.add_metric([band.label], band.failures_in_row)
    yield from (contact, battery, missing, in_row)


def _band_counters(bands: list[BandStatus]) -> Iterator[Metric]:
    for name, text, count_of in (
        ("received_records", "Records that came.", lambda band: band.received_count),
        ("pulls", "Pulls that succeeded.", lambda band: band.pull_count),
        ("damaged_frames", "Frames damaged on the way.", lambda band: band.damaged_count),
        (
            "corrupt_records",
            "Records that came damaged from the band's own flash.",
            lambda band: band.corrupt_count,
        ),
    ):
        family = CounterMetricFamily(f"pouch_band_{name}", text, labels=["band"])
        for band in bands:
            family.add_metric([band.label], count_of(band))
        yield family
    failures = CounterMetricFamily(
        "pouch_band_failures", "Pulls that failed.", labels=["band", "reason"]
    )
    for band in bands:
        for reason, count in sorted(band.failure_counts.copy().items()):
            failures.add_metric([band.label, reason], count)
    yield failures
