"""Pulls one connected band: who is it, set its time, fetch what is missing, make it durable."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from pouch_host.errors import BandError
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_protocol.errors import Unsupported
from pouch_protocol.host import Records

from .anchors import AnchorPlan
from .clocks import ClockJudge
from .exchange import ROUND_TRIP_MS_MAX, Exchange
from .link import LinkError

log = logging.getLogger(__name__)

# Each report costs a question and its answer, in which nothing else is said. This many records are
# 23 days; what comes is made durable in smaller runs meanwhile, 40 kB each.
_REPORT_RECORDS_MAX = 65_536
_RUN_RECORDS_MAX = 2_000
# Some twenty times what the flash of a band has room for (2 MB), and no more reports than a few
# minutes' worth: a band that claims to hold more is broken, and would be asked for ever.
_HELD_RECORDS_MAX = 2_000_000
# A hole is asked for this often on one connection; then the next connection tries.
_ROUNDS_MAX = 3


@dataclass(frozen=True)
class PullResult:
    """What one pull brought.

    Attributes:
        band_id: which band.
        new_count: records that were not in the store before.
        missing_count: records that the band holds and that did not arrive: pull again.
        absent_count: records that the band itself does not hold any more.
        corrupt_count: records that are damaged in the band's own flash; kept as they are.
        damaged_count: frames that were damaged on the way, and pieces that nobody asked for.
    """

    band_id: int
    new_count: int
    missing_count: int
    absent_count: int
    corrupt_count: int
    damaged_count: int

    @property
    def label(self) -> str:
        """The band's printed label."""
        return c.band_label(self.band_id)


async def pull(
    exchange: Exchange,
    store: Store,
    clock: Callable[[], float],
    anchors: AnchorPlan,
    judge: ClockJudge,
) -> PullResult:
    """Fetch every record that the store lacks.

    What arrived before a failure is stored; the next pull asks only for the rest.

    Args:
        exchange: the conversation on an open connection.
        store: where records go.
        clock: returns the Unix time in seconds.
        anchors: whether the band is to be told the time, which costs it a record.
        judge: whether this host's clock is one to tell.

    Raises:
        LinkError: the connection failed.
        BandError: the band cannot be read by this program.
    """
    try:
        band = exchange.info or await exchange.greet()
        _record_contact(store, exchange, clock())
        await tell_time(exchange, clock, anchors, judge)
        result = await _fetch_missing(exchange, store, clock, band["band_id"], band["log_id"])
    except LinkError as error:
        # Once it has said who it is, the band is known by the label that is printed on it.
        where = f"band {exchange.label}: " if exchange.label else ""
        raise LinkError(error.reason, f"{where}{error}") from error
    except Unsupported as error:
        where = f"band {exchange.label}: " if exchange.label else ""
        raise BandError(f"{where}{error}: update Pouch on this computer") from error
    _log_result(result)
    return result


async def tell_time(
    exchange: Exchange,
    clock: Callable[[], float],
    anchors: AnchorPlan,
    judge: ClockJudge,
) -> bool:
    """Compare the clocks, and tell the band the time if it is due and this host's can be meant.

    Args:
        exchange: a conversation in which the band has said who it is.
        clock: returns the Unix time in seconds.
        anchors: whether the band is to be told, which costs it a record.
        judge: whether this host's clock is one to tell.

    Returns:
        Whether it was told now.

    Raises:
        LinkError: the connection failed, or the band takes no time from this host.
    """
    band = exchange.info
    boot = (band["band_id"], band["boot_id"])
    if judge.look(clock()):
        anchors.forget()
    if not anchors.due(*boot):
        return False
    if band["capabilities"] & c.CAN_TIME:
        told = await exchange.time()
        if not anchors.is_ours(*boot, told["set_uptime_cs"]):
            judge.compare(exchange.label, told, clock(), exchange.round_trip_ms)
    if exchange.round_trip_ms > ROUND_TRIP_MS_MAX or not judge.may_tell():
        return False
    stored = await exchange.set_time()
    anchors.told(*boot, stored["uptime_cs"])
    return True


def _record_contact(store: Store, exchange: Exchange, utc_s: float) -> None:
    band = exchange.info
    store.record_contact(
        band["band_id"],
        utc_s=utc_s,
        battery_mv=band["battery_mv"],
        firmware_version=(
            f"{band['firmware_major']}.{band['firmware_minor']}.{band['firmware_patch']}"
        ),
        wire_version=exchange.wire_version,
    )


async def _fetch_missing(
    exchange: Exchange, store: Store, clock: Callable[[], float], band_id: int, log_id: int
) -> PullResult:
    bounds = await exchange.count()
    fetch = _Fetch(exchange, store, clock, band_id, log_id)
    oldest, newest = bounds["oldest_record_no"], bounds["next_record_no"] - 1
    if not 0 <= newest + 1 - oldest <= _HELD_RECORDS_MAX:
        raise BandError(
            f"band {c.band_label(band_id)}: says that it holds its records from {oldest} up to"
            f" {newest + 1}, which no band can: look at it with 'pouch band selftest'"
        )
    complete = await fetch.run(oldest, newest)
    left = sum(last - first + 1 for first, last in store.holes(band_id, log_id, oldest, newest))
    return PullResult(
        band_id=band_id,
        new_count=fetch.new_count,
        missing_count=0 if complete else left,
        absent_count=left if complete else 0,
        corrupt_count=fetch.corrupt_count,
        damaged_count=exchange.damaged_count + fetch.stray_count,
    )


def _log_result(result: PullResult) -> None:
    log.info("band %s: %d new records", result.label, result.new_count)
    if result.missing_count or result.absent_count or result.corrupt_count:
        log.warning(
            "band %s: %d records did not arrive, %d are gone from the band, %d are damaged on it",
            result.label,
            result.missing_count,
            result.absent_count,
            result.corrupt_count,
        )


class _Fetch:
    """Asks for holes until there are none or it does not help, and stores what comes."""

    def __init__(
        self,
        exchange: Exchange,
        store: Store,
        clock: Callable[[], float],
        band_id: int,
        log_id: int,
    ) -> None:
        self._exchange = exchange
        self._store = store
        self._clock = clock
        self._band_id = band_id
        self._log_id = log_id
        self._run: list[Records] = []
        self._asked = range(0)
        self.new_count = 0
        self.corrupt_count = 0
        self.stray_count = 0

    async def run(self, oldest: int, newest: int) -> bool:
        """Fetch a range's holes; tell whether every report arrived whole at the last try."""
        for _ in range(_ROUNDS_MAX):
            holes = self._store.holes(self._band_id, self._log_id, oldest, newest)
            if not holes:
                return True
            complete = True
            for first, last in holes:
                for start in range(first, last + 1, _REPORT_RECORDS_MAX):
                    end = min(last, start + _REPORT_RECORDS_MAX - 1)
                    complete &= await self._report(start, end)
            if complete:
                return True
        return False

    async def _report(self, first: int, last: int) -> bool:
        self._asked = range(first, last + 1)
        try:
            return await self._exchange.report(first, last, self._take)
        finally:
            self._store_run()

    def _take(self, piece: Records) -> None:
        """Collect pieces that follow each other; store the run when one does not."""
        last_record_no = piece.first_record_no + len(piece.data) // c.RECORD_BYTES - 1
        if piece.first_record_no not in self._asked or last_record_no not in self._asked:
            # Nobody asked for these: stored, they would take the place of the true ones.
            self.stray_count += 1
            return
        if self._run:
            newest = self._run[-1]
            count = len(newest.data) // c.RECORD_BYTES
            follows = piece.first_record_no == newest.first_record_no + count
            if not follows or piece.boot_id != newest.boot_id:
                self._store_run()
        self._run.append(piece)
        if piece.first_record_no + len(piece.data) // c.RECORD_BYTES >= (
            self._run[0].first_record_no + _RUN_RECORDS_MAX
        ):
            self._store_run()

    def _store_run(self) -> None:
        if not self._run:
            return
        run, self._run = self._run, []
        first = run[0].first_record_no
        data = b"".join(piece.data for piece in run)
        for index in range(len(data) // c.RECORD_BYTES):
            record = data[index * c.RECORD_BYTES : (index + 1) * c.RECORD_BYTES]
            self.corrupt_count += not records.check(record, self._log_id, first + index)
        self.new_count += self._store.add_segment(
            self._band_id, self._log_id, run[0].boot_id, first, data, self._clock()
        )
