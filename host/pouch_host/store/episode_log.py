"""What an observer, a nurse's chart or a mother's diary said of contact, as it was imported.

    episode   |####|     |####|         outside, on the day in which one begins: no contact
    slot      |####|....|##..|          each span speaks for itself; outside nothing is known
    look      x----|x----|              one look at a moment, held up to the next one

It stands beside what the band says. Nothing derived ever looks at it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from . import audit, schema
from .engine import reading, writing

_L = schema.episode_log
_I = schema.infant


class LogSource(StrEnum):
    """Who said it. The words are kept in stores: they are never renamed."""

    OBSERVER = "observer"
    CHART = "chart"
    DIARY = "diary"


class SpanKind(StrEnum):
    """What a row of a log is. Never renamed."""

    EPISODE = "episode"
    SLOT = "slot"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Span:
    """One row of a log.

    Attributes:
        kind: an episode, a slot or a look.
        begin_utc_s: its first second.
        end_utc_s: the second after it.
        contact_s: seconds of contact in it: all of them or none, but of a slot any number.
    """

    kind: SpanKind
    begin_utc_s: int
    end_utc_s: int
    contact_s: int

    @property
    def length_s(self) -> int:
        """Return how long it lasts, seconds."""
        return self.end_utc_s - self.begin_utc_s


@dataclass(frozen=True, slots=True)
class ToldSpan:
    """One row of a log with who told it and when it came.

    Attributes:
        row_id: its key; rows that come later have a larger one.
        source: who told it.
        span: what was told.
        when_utc_s: when it was imported.
    """

    row_id: int
    source: LogSource
    span: Span
    when_utc_s: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do.

    Attributes:
        added: rows that are new.
        unchanged: rows that were there already.
        changed: rows that say more than the store had.
        removed: rows that were taken out, where a log was replaced.
        refused: what keeps it from being done, by number of the row in its list, 0 the first.
    """

    added: int = 0
    unchanged: int = 0
    changed: int = 0
    removed: int = 0
    refused: Mapping[int, str] | None = None


class EpisodeLogTable:
    """The imported logs of a store. `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def of_infant(self, infant_id: int) -> dict[LogSource, tuple[Span, ...]]:
        """Return what was said of an infant, by who said it and by time."""
        found: dict[LogSource, list[Span]] = {}
        for row in self.rows(infant_id):
            found.setdefault(row.source, []).append(row.span)
        return {source: tuple(spans) for source, spans in found.items()}

    def rows(self, infant_id: int) -> tuple[ToldSpan, ...]:
        """Return what was said of an infant, by time, with who said it and when it came."""
        query = sa.select(_L).where(_L.c.infant_id == infant_id)
        query = query.order_by(_L.c.begin_utc_s, _L.c.source)
        with reading(self._engine, self._name) as connection:
            return tuple(
                ToldSpan(
                    row.log_id,
                    LogSource(row.source),
                    Span(SpanKind(row.kind), row.begin_utc_s, row.end_utc_s, row.contact_s),
                    row.when_utc_s,
                )
                for row in connection.execute(query)
            )

    def add(
        self,
        source: LogSource,
        rows: Sequence[tuple[str, Span]],
        *,
        when_utc_s: float,
        sha256: str,
        who: str | None = None,
        replace: bool = False,
        dry_run: bool = False,
    ) -> Imported:
        """Keep a log: all of its rows, or none. What is there already is left as it is.

        Args:
            source: who says it.
            rows: infant's code and span; spans of one infant do not overlap.
            when_utc_s: the host's time.
            sha256: of the file, for the audit.
            who: whose doing it is; None for a command on this computer.
            replace: take out first what the same source said of these infants.
            dry_run: change nothing, tell what would be done.

        Returns:
            What was done. If anything is refused, nothing was.
        """
        with writing(self._engine, self._name) as connection:
            done = _add(connection, source, rows, int(when_utc_s), replace=replace)
            if done.refused or dry_run:
                connection.rollback()
            elif done.added or done.removed:
                audit.note(
                    connection,
                    what="imported",
                    when_utc_s=int(when_utc_s),
                    who=who,
                    detail={
                        "kind": source.value,
                        "added": done.added,
                        "removed": done.removed,
                        "infants": len({code for code, _ in rows}),
                        "sha256": sha256,
                    },
                )
        return done


def _add(
    connection: sa.Connection,
    source: LogSource,
    rows: Sequence[tuple[str, Span]],
    when_utc_s: int,
    *,
    replace: bool,
) -> Imported:
    keys = {row.code: row.infant_id for row in connection.execute(sa.select(_I))}
    refused: dict[int, str] = {}
    added = unchanged = removed = 0
    numbers: dict[str, list[int]] = {}
    for number, (code, _) in enumerate(rows):
        if code in keys:
            numbers.setdefault(code, []).append(number)
        else:
            refused[number] = f"there is no infant {code!r} in the store"
    for code, mine in numbers.items():
        held = _held(connection, keys[code], source)
        spans = [rows[number][1] for number in mine]
        if replace and set(held) != set(spans):
            chosen = (_L.c.infant_id == keys[code]) & (_L.c.source == source.value)
            removed += connection.execute(sa.delete(_L).where(chosen)).rowcount
            held = ()
        new = []
        for number, span in zip(mine, spans, strict=True):
            if span in held:
                unchanged += 1
            elif (other := _overlapping(held, span)) is not None:
                refused[number] = _in_the_way(source, other)
            else:
                new.append(_values(keys[code], source, span, when_utc_s))
        if new:
            connection.execute(sa.insert(_L), new)
            added += len(new)
    return Imported(added=added, unchanged=unchanged, removed=removed, refused=refused)


def _held(connection: sa.Connection, infant_id: int, source: LogSource) -> tuple[Span, ...]:
    query = sa.select(_L).where(_L.c.infant_id == infant_id, _L.c.source == source.value)
    return tuple(
        Span(SpanKind(row.kind), row.begin_utc_s, row.end_utc_s, row.contact_s)
        for row in connection.execute(query)
    )


def _overlapping(held: Iterable[Span], span: Span) -> Span | None:
    for other in held:
        if other.begin_utc_s < span.end_utc_s and other.end_utc_s > span.begin_utc_s:
            return other
    return None


def _in_the_way(source: LogSource, other: Span) -> str:
    return (
        f"the store has another {other.kind} of the {source} then; "
        "remove the row, or replace the whole log with --replace"
    )


def _values(infant_id: int, source: LogSource, span: Span, when_utc_s: int) -> dict[str, object]:
    return {
        "infant_id": infant_id,
        "source": source.value,
        "kind": span.kind.value,
        "begin_utc_s": span.begin_utc_s,
        "end_utc_s": span.end_utc_s,
        "contact_s": span.contact_s,
        "when_utc_s": when_utc_s,
    }
