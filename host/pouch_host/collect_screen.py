"""What `pouch collect` shows: a table that stays in place on a terminal, plain lines in a pipe."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from .collect.clocks import clock_hint
from .collect.collector import Round
from .collect.healing import Step
from .collect.naming import stranger_hint
from .collect.pull import PullResult
from .collect.status import BandStatus, WardStatus

_REFRESHES_PER_S = 1
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400


class CollectScreen:
    """Tells of each pull on stderr while a collector runs; for use in a `with` block.

    Args:
        status: what a table shows.
        clock: returns the Unix time in seconds.
        live: whether a table may be shown, where stderr is a terminal.
        plain: whether each pull is told as a line where there is no table; a log says it too.
        console: where to; stderr if there is none.
    """

    def __init__(
        self,
        status: WardStatus,
        clock: Callable[[], float],
        *,
        live: bool,
        plain: bool = True,
        console: Console | None = None,
    ) -> None:
        self._status = status
        self._clock = clock
        self._plain = plain
        self._console = console or Console(stderr=True, highlight=False)
        self._live: Live | None = None
        if live and self._console.is_terminal:
            # Drawn from a thread of its own: ages go on while the collector waits.
            self._live = Live(
                get_renderable=lambda: status_table(self._status, self._clock()),
                console=self._console,
                refresh_per_second=_REFRESHES_PER_S,
            )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start(refresh=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def note(self, line: str) -> None:
        """Print one line, above the table if there is one."""
        self._console.print(Text(line), soft_wrap=True)

    def tell(self, outcome: Round) -> None:
        """Tell what a round brought."""
        for result in outcome.pulls:
            self.tell_pull(result)
        self.tell_failures(outcome)

    def tell_pull(self, result: PullResult) -> None:
        """Tell what a pull brought, unless the table does."""
        if self._live is not None or not self._plain:
            return
        self.note(f"band {result.label}: {result.new_count} new records")
        if result.corrupt_count:
            self.note(f"band {result.label}: {result.corrupt_count} records damaged in its flash")

    def tell_failures(self, outcome: Round) -> None:
        """Tell which bands were not read, unless the table does, and what else there is."""
        if self._live is None and self._plain:
            for failure in outcome.failures:
                self.note(f"not read: {failure}")
        for line in outcome.notes:
            self.note(line)


def status_table(status: WardStatus, now_utc_s: float) -> Table:
    """Return a ward's bands as a table, those that fail first.

    Args:
        status: the ward.
        now_utc_s: for ages.
    """
    table = Table(box=box.SIMPLE_HEAD, title="Collecting", title_justify="left")
    for heading in ("Band", "Last contact", "Battery", "New"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Missing", no_wrap=True)
    table.add_column("State", ratio=1)
    for band in sorted(status.bands(), key=lambda band: band.failures_in_row == 0):
        table.add_row(*_cells(band, now_utc_s))
    table.caption = Text("\n".join(_ward_lines(status)) or "Ctrl-C ends it in order")
    table.caption_justify = "left"
    return table


def _cells(band: BandStatus, now_utc_s: float) -> tuple[str | Text, ...]:
    contact = band.last_contact_utc_s
    battery = "not known" if band.battery_mv is None else f"{band.battery_mv / 1000:.2f} V"
    return (
        band.label,
        "not yet" if contact is None else f"{duration(now_utc_s - contact)} ago",
        battery,
        "-" if band.new_count is None else f"{band.new_count:,}",
        Text(f"{band.missing_count:,}", style="yellow" if band.missing_count else ""),
        _state(band, now_utc_s),
    )


def _state(band: BandStatus, now_utc_s: float) -> Text:
    wait_s = 0.0 if band.next_utc_s is None else band.next_utc_s - now_utc_s
    when = "when it is heard" if wait_s <= 0 else f"in {duration(wait_s)}"
    if band.failures_in_row:
        times = "once" if band.failures_in_row == 1 else f"{band.failures_in_row} times"
        reason = band.last_failure.removeprefix(f"band {band.label}: ")
        return Text(f"failed {times}: {reason}; next try {when}", style="red")
    return Text(f"read again {when}" if band.pull_count else "not heard yet")


def _ward_lines(status: WardStatus) -> list[str]:
    lines = []
    if status.adapter_failure:
        lines.append(status.adapter_failure)
    if status.clock_doubt:
        lines.append(clock_hint(status.clock_doubt))
    if status.stranger_count:
        lines.append(stranger_hint(status.stranger_count))
    if resets := status.step_counts[Step.RESET]:
        lines.append(f"resets of the Bluetooth adapter: {resets}")
    return lines


def duration(for_s: float) -> str:
    """Return a time in its largest whole unit, such as "4 min"; what is negative is none."""
    for unit_s, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if for_s >= unit_s:
            return f"{for_s // unit_s:.0f} {unit}"
    return f"{max(0.0, for_s) // 1:.0f} s"
