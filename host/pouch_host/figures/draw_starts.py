"""Temperature of the chest skin around the begin of sessions, minute by minute.

Whose minutes count:

    begin - 60 min ............ begin ................ end of the session ... begin + 180 min
    known, no contact, valid    valid                  nothing more
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from pouch_host.report import drawing, style

from .sheet import (
    LINE_FAINT,
    QUARTILES_MIN,
    RANGE,
    UNKNOWN_ORIGIN,
    NothingToDraw,
    Origin,
    legend,
    new_sheet,
    number_of,
    prepare,
    write_foot,
)

NAME = "session_start"
BEFORE_MIN, AFTER_MIN = 60, 180
OFFSETS_MIN = np.arange(-BEFORE_MIN, AFTER_MIN)
"""Minutes as they are drawn: 0 is the first one of contact."""

CORE_LINES_C = (36.5, 37.5)
"""WHO: the range of a newborn's core that is neither hypothermia nor fever."""

_HEIGHT_IN = 4.4
_LINES_MAX = 40
_MINUTE_MS = 60_000
_ROOM_C = 0.3

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Starts:
    """Temperatures around the begin of sessions, NaN where there is no valid one.

    Attributes:
        infants: whose session each is.
        skin_c: chest skin, shape (sessions, minutes) with the minutes of `OFFSETS_MIN`.
        core_c: estimate of the core, likewise.
        left_out: sessions whose begin is not known, or not that of the band after an answer.
        algorithm_versions: of the sessions.
    """

    infants: tuple[str, ...]
    skin_c: Floats
    core_c: Floats
    left_out: int = 0
    algorithm_versions: frozenset[str] = frozenset()

    @classmethod
    def of(cls, minutes: pl.DataFrame, sessions: pl.DataFrame) -> Self:
        """Return those of some sessions.

        Args:
            minutes: rows of the export's table `minutes`.
            sessions: rows of its table `sessions`, of the same infants.
        """
        parts = []
        for (infant,), mine in sessions.group_by("infant", maintain_order=True):
            parts.append(cls._of_infant(minutes.filter(pl.col("infant") == infant), mine))
        return cls.joined(parts)

    @classmethod
    def joined(cls, parts: "list[Self]") -> Self:
        """Return several as one."""
        nothing = np.empty((0, len(OFFSETS_MIN)), np.float32)
        return cls(
            tuple(infant for part in parts for infant in part.infants),
            np.concatenate([nothing, *(part.skin_c for part in parts)]),
            np.concatenate([nothing, *(part.core_c for part in parts)]),
            sum(part.left_out for part in parts),
            frozenset[str]().union(*(part.algorithm_versions for part in parts)),
        )

    @classmethod
    def _of_infant(cls, minutes: pl.DataFrame, sessions: pl.DataFrame) -> Self:
        # A begin that a nurse moved or rejected is not one of which the minute is known.
        chosen = sessions.filter(
            pl.col("begin_known") & pl.col("counts")
            & (pl.col("final_begin_utc") == pl.col("begin_utc"))
        )  # fmt: skip
        left_out = len(sessions) - len(chosen)
        versions = frozenset(sessions["algorithm_version"].to_list())
        if not len(chosen) or not len(minutes):
            nothing = np.empty((0, len(OFFSETS_MIN)), np.float32)
            return cls((), nothing, nothing, len(sessions), versions)
        begin, end = (
            chosen[name].dt.epoch("ms").to_numpy() // _MINUTE_MS
            for name in ("begin_utc", "end_utc")
        )
        at = minutes["time_utc"].dt.epoch("ms").to_numpy() // _MINUTE_MS
        first = int(min(begin.min() - BEFORE_MIN, at.min()))
        last = int(max(begin.max() + AFTER_MIN, at.max() + 1))
        without = np.zeros(last - first, np.bool_)
        state = minutes["state"].cast(pl.String)
        # Neither time of another session nor time that is not known is time without contact.
        without[at - first] = (~state.is_in(("ssc", "unknown"))).fill_null(value=False).to_numpy()
        wanted = begin[:, np.newaxis] + OFFSETS_MIN
        kept = np.where(OFFSETS_MIN < 0, without[wanted - first], wanted < end[:, np.newaxis])
        values = [
            np.where(kept, _valid(minutes, name, at - first, last - first)[wanted - first], np.nan)
            for name in ("skin_c", "core_estimate_c")
        ]
        infants = tuple(chosen["infant"].to_list())
        skin_c, core_c = (one.astype(np.float32) for one in values)
        return cls(infants, skin_c, core_c, left_out, versions)


def _valid(minutes: pl.DataFrame, name: str, at: npt.NDArray[np.int64], count: int) -> Floats:
    values = np.full(count, np.nan, np.float32)
    told = minutes.select(pl.when("temperature_valid").then(name)).to_series()
    values[at] = told.cast(pl.Float32).to_numpy()
    return values


def by_minute(starts: Starts) -> pl.DataFrame:
    """Return the figures of each minute around the begin.

    Returns:
        `minute`, `sessions` and `infants` with a valid chest skin temperature, its `skin_c_low`,
        `skin_c_median`, `skin_c_high`, and the same of the estimated core; null of fewer than
        three sessions.
    """
    numbers = np.unique(np.array(starts.infants), return_inverse=True)[1]
    rows = []
    for place, minute in enumerate(OFFSETS_MIN.tolist()):
        skin_c, core_c = starts.skin_c[:, place], starts.core_c[:, place]
        known = ~np.isnan(skin_c)
        rows.append(
            {
                "minute": minute,
                "sessions": int(known.sum()),
                "infants": len(np.unique(numbers[known])),
                **_quartiles("skin_c", skin_c[known]),
                "core_sessions": int((~np.isnan(core_c)).sum()),
                **_quartiles("core_estimate_c", core_c[~np.isnan(core_c)]),
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def _quartiles(name: str, values: Floats) -> dict[str, float | None]:
    names = [f"{name}_{part}" for part in ("low", "median", "high")]
    if len(values) < QUARTILES_MIN:
        return dict.fromkeys(names)
    found = np.percentile(values.astype(np.float64), (25, 50, 75))
    return dict(zip(names, found.tolist(), strict=True))


def around_session_start_data(minutes: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Return what is drawn of each minute around the begin of sessions; see `by_minute`.

    Args:
        minutes: rows of the export's table `minutes`.
        sessions: rows of its table `sessions`.
    """
    return by_minute(Starts.of(minutes, sessions))


def around_session_start(
    minutes: pl.DataFrame, sessions: pl.DataFrame, origin: Origin = UNKNOWN_ORIGIN
) -> Figure:
    """Return the figure.

    Args:
        minutes: rows of the export's table `minutes`.
        sessions: rows of its table `sessions`.
        origin: where they come from.

    Raises:
        NothingToDraw: no session with a known begin has a valid temperature.
    """
    return draw_starts(Starts.of(minutes, sessions), origin)


def draw_starts(starts: Starts, origin: Origin = UNKNOWN_ORIGIN) -> Figure:
    """Return the figure of sessions that were gathered one infant at a time.

    Args:
        starts: of the sessions.
        origin: where they come from.

    Raises:
        NothingToDraw: no session with a known begin has a valid temperature.
    """
    if not starts.infants:
        raise NothingToDraw(f"{NAME}: no session has a begin that is known")
    if np.isnan(starts.skin_c).all():
        raise NothingToDraw(f"{NAME}: no valid temperature of the chest skin around a session")
    figures = by_minute(starts)
    with drawing.settings():
        figure = new_sheet(
            _HEIGHT_IN, "Temperature of the chest skin around the begin of skin-to-skin contact"
        )
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        _draw_temperatures(upper, starts, figures)
        _draw_counts(lower, figures)
        version = ", ".join(sorted(starts.algorithm_versions))
        about = pl.DataFrame({"infant": starts.infants, "algorithm_version": version})
        write_foot(
            figure,
            origin,
            about,
            f"{number_of(len(starts.infants), 'session')} whose begin is known; "
            f"{number_of(starts.left_out, 'other')} left out.",
            "Valid minutes only (settled on the skin); before the begin those known to be without "
            "contact, after it those of the session while it lasts.",
            "Chest skin is not core: the core is an estimate, drawn where there is one. Sessions "
            "of one infant are alike, so no test can be read from the quartiles.",
        )
    return figure


def _draw_temperatures(axes: Axes, starts: Starts, figures: pl.DataFrame) -> None:
    # A minute's mean belongs to its middle.
    at = figures["minute"].to_numpy() + 0.5
    low, median, high, core = (
        figures[name].cast(pl.Float64).to_numpy()
        for name in ("skin_c_low", "skin_c_median", "skin_c_high", "core_estimate_c_median")
    )
    axes.axvline(0, color=style.INK, linewidth=0.8, zorder=2)
    for line_c in CORE_LINES_C:
        axes.axhline(line_c, color=style.INK_SOFT, linewidth=0.6, linestyle=":", zorder=2)
        axes.annotate(
            f"core {line_c:.1f}", (1, line_c), (3, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=style.TINY_PT,
            color=style.INK_SOFT,
        )  # fmt: skip
    handles: list[Any] = []
    if len(starts.infants) <= _LINES_MAX:
        axes.plot(at, starts.skin_c.T, color=LINE_FAINT, linewidth=0.4, zorder=2)
        handles.append(Line2D([], [], color=LINE_FAINT, linewidth=0.6, label="a session"))
    axes.fill_between(at, low, high, color=RANGE, linewidth=0, zorder=1)
    for edge in (low, high):
        axes.plot(at, edge, color=style.INK_SOFT, linewidth=0.5, zorder=3)
    axes.plot(at, median, color=style.INK, linewidth=1.6, zorder=5)
    axes.plot(at, core, color=style.INK, linewidth=1.0, linestyle=(0, (1.5, 1.5)), zorder=4)
    handles += [
        Line2D([], [], color=style.INK, linewidth=1.6, label="chest skin, median"),
        Patch(
            facecolor=RANGE, edgecolor=style.INK_SOFT, linewidth=0.5,
            label="chest skin, between quartiles",
        ),
        Line2D(
            [], [], color=style.INK, linewidth=1.0, linestyle=(0, (1.5, 1.5)),
            label="estimated core, median",
        ),
    ]  # fmt: skip
    shown = np.concatenate([low, high, median, core, CORE_LINES_C])
    if len(starts.infants) <= _LINES_MAX:
        shown = np.concatenate([shown, starts.skin_c.ravel()])
    axes.set_ylim(float(np.nanmin(shown)) - _ROOM_C, float(np.nanmax(shown)) + _ROOM_C)
    axes.set_ylabel("temperature, °C")
    prepare(axes)
    legend(axes, 4, handles)


def _draw_counts(axes: Axes, figures: pl.DataFrame) -> None:
    at = figures["minute"].to_numpy()
    counts = figures["sessions"].to_numpy()
    axes.fill_between(at + 0.5, counts, step="mid", color=style.INK_SOFT, linewidth=0)
    axes.axvline(0, color=style.INK, linewidth=0.8)
    axes.set_ylim(0, max(1, int(counts.max())) * 1.1)
    axes.set_ylabel("sessions\nwith one")
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_xlim(-BEFORE_MIN, AFTER_MIN)
    axes.set_xticks(range(-BEFORE_MIN, AFTER_MIN + 1, 30))
    axes.set_xlabel("minutes since the begin of the session")
    prepare(axes)
