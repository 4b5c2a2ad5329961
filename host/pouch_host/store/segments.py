"""Raw records in and out. What is held once is never stored twice, whatever arrives."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import fields

import sqlalchemy as sa

from pouch_protocol.constants import RECORD_BYTES

from . import schema
from .ranges import Range, merge, subtract
from .rows import Segment

_U32_MAX = 0xFFFFFFFF
_T = schema.segment


def add(
    connection: sa.Connection,
    *,
    band_id: int,
    log_id: int,
    boot_id: int,
    first_record_no: int,
    data: bytes,
    received_utc_s: int,
) -> int:
    """Store the parts of a run of records that are not held yet; return how many are new.

    The caller holds the write lock of this band, so that nobody adds between look and insert.

    Raises:
        ValueError: the data is not a whole number of records, or numbers end above u32.
    """
    record_count, rest = divmod(len(data), RECORD_BYTES)
    if rest:
        raise ValueError(f"{len(data)} bytes are not a whole number of records")
    last_record_no = first_record_no + record_count - 1
    if first_record_no < 0 or last_record_no > _U32_MAX:
        raise ValueError(f"record numbers {first_record_no} to {last_record_no} are not u32")
    whole = (first_record_no, last_record_no)
    rows = []
    for first, last in subtract(whole, _overlapping(connection, band_id, log_id, whole)):
        begin = (first - first_record_no) * RECORD_BYTES
        end = (last + 1 - first_record_no) * RECORD_BYTES
        rows.append(
            {
                "band_id": band_id,
                "log_id": log_id,
                "boot_id": boot_id,
                "first_record_no": first,
                "record_count": last - first + 1,
                "data": bytes(data[begin:end]),
                "received_utc_s": received_utc_s,
            }
        )
    for row in rows:
        # One statement each: the order of keys is then the order of record numbers everywhere.
        connection.execute(sa.insert(_T).values(row))
    return sum(row["record_count"] for row in rows)


def held(connection: sa.Connection, band_id: int, log_id: int) -> list[Range]:
    """Return the record numbers held of one log, as few ranges."""
    query = sa.select(_T.c.first_record_no, _T.c.record_count).where(
        _T.c.band_id == band_id, _T.c.log_id == log_id
    )
    return merge((first, first + count - 1) for first, count in connection.execute(query))


def held_by_log(connection: sa.Connection, band_id: int) -> dict[int, list[Range]]:
    """Return the record numbers held of each log of a band, as few ranges each."""
    columns = (_T.c.log_id, _T.c.first_record_no, _T.c.record_count)
    found: dict[int, list[Range]] = {}
    for log_id, first, count in connection.execute(
        sa.select(*columns).where(_T.c.band_id == band_id)
    ):
        found.setdefault(log_id, []).append((first, first + count - 1))
    return {log_id: merge(ranges) for log_id, ranges in found.items()}


def missing_count(connection: sa.Connection, band_id: int) -> int:
    """Return how many records a band has that are not held, of all of its logs.

    Numbers rise by one for the life of a log, so what is absent between the first and the last
    that are held was written.
    """
    return sum(
        last - first + 1
        for held_of_log in held_by_log(connection, band_id).values()
        for first, last in subtract((held_of_log[0][0], held_of_log[-1][1]), held_of_log)
    )


def newer(connection: sa.Connection, band_id: int, after_id: int) -> list[Segment]:
    """Return a band's segments behind a cursor, in order of insertion."""
    # By place and not by name: a band leaves 100,000 of them a year.
    query = (
        sa.select(*(_T.c[one.name] for one in fields(Segment)))
        .where(_T.c.band_id == band_id, _T.c.segment_id > after_id)
        .order_by(_T.c.segment_id)
    )
    return [Segment(*row) for row in connection.execute(query).all()]


def of_all(
    reading: Callable[[], AbstractContextManager[sa.Connection]], limit: int
) -> Iterator[list[Segment]]:
    """Yield the segments of all bands in order of insertion, so many at a time.

    That is the order in which they lie in the file: a month of a ward is read several times as
    fast as band by band.

    Args:
        reading: opens a connection.
        limit: how many at most.
    """
    query = sa.select(*(_T.c[one.name] for one in fields(Segment))).order_by(_T.c.segment_id)
    after_id = 0
    while True:
        with reading() as connection:
            rows = connection.execute(query.where(_T.c.segment_id > after_id).limit(limit)).all()
        if not rows:
            return
        yield [Segment(*row) for row in rows]
        after_id = rows[-1].segment_id


def cursors(connection: sa.Connection) -> dict[int, int]:
    """Return the key of the newest segment of each band."""
    # One look-up in the index for each band: a maximum by groups would read all of it, and who
    # asks twice a second has millions of segments after a year.
    of_band = schema.band.c.band_id
    newest = sa.select(sa.func.max(_T.c.segment_id)).where(_T.c.band_id == of_band)
    query = sa.select(of_band, newest.scalar_subquery().label("newest"))
    return {row.band_id: row.newest for row in connection.execute(query) if row.newest is not None}


def _overlapping(
    connection: sa.Connection, band_id: int, log_id: int, whole: Range
) -> list[Range]:
    """Return the held ranges that may overlap a new one.

    Held ranges never overlap each other, so of those that begin before it only the nearest can
    reach into it: two look-ups in the index, however long the log is.
    """
    of_log = (_T.c.band_id == band_id) & (_T.c.log_id == log_id)
    columns = (_T.c.first_record_no, _T.c.record_count)
    before = (
        sa.select(*columns)
        .where(of_log, _T.c.first_record_no < whole[0])
        .order_by(_T.c.first_record_no.desc())
        .limit(1)
    )
    inside = sa.select(*columns).where(of_log, _T.c.first_record_no.between(*whole))
    rows = [*connection.execute(before), *connection.execute(inside)]
    return [(first, first + count - 1) for first, count in rows]
