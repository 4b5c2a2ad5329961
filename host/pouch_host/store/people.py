"""Bands, infants and who wore which band when. Records belong to an infant by time alone."""

import sqlalchemy as sa

from pouch_host.errors import InputError
from pouch_protocol.constants import band_label

from . import schema
from .rows import Assignment, Band, Infant

_A = schema.assignment
_B = schema.band
_I = schema.infant


def lock_band(connection: sa.Connection, band_id: int) -> Band:
    """Return a band, made if it is new, and keep others from adding to it until commit.

    SQLite has one write lock and needs no more; PostgreSQL locks the band's row.
    """
    query = sa.select(_B).where(_B.c.band_id == band_id).with_for_update()
    row = connection.execute(query).mappings().first()
    if row is None:
        connection.execute(sa.insert(_B).values(band_id=band_id, label=band_label(band_id)))
        row = connection.execute(query).mappings().one()
    return Band(**row)


def note_contact(
    connection: sa.Connection,
    band: Band,
    contact_utc_s: int,
    *,
    battery_mv: int | None = None,
    firmware_version: str | None = None,
    wire_version: int | None = None,
) -> None:
    """Keep what a band told at a contact; what it did not tell stays as it was."""
    first_utc_s, last_utc_s = band.first_contact_utc_s, band.last_contact_utc_s
    told = {
        "battery_mv": battery_mv,
        "firmware_version": firmware_version,
        "wire_version": wire_version,
    }
    known = {name: value for name, value in told.items() if value is not None}
    connection.execute(
        sa.update(_B)
        .where(_B.c.band_id == band.band_id)
        .values(
            first_contact_utc_s=contact_utc_s if first_utc_s is None else first_utc_s,
            # The host's clock may have been set back; a contact never undoes a later one.
            last_contact_utc_s=max(contact_utc_s, last_utc_s or contact_utc_s),
            **known,
        )
    )


def bands(connection: sa.Connection) -> list[Band]:
    """Return all bands, by label."""
    query = sa.select(_B).order_by(_B.c.band_id)
    return [Band(**row) for row in connection.execute(query).mappings()]


def infants(connection: sa.Connection) -> list[Infant]:
    """Return all infants, by code."""
    query = sa.select(_I).order_by(_I.c.code)
    return [Infant(**row) for row in connection.execute(query).mappings()]


def ensure_infant(connection: sa.Connection, code: str) -> Infant:
    """Return the infant with a code, made if it is new.

    Raises:
        InputError: the code is empty or has control characters.
    """
    code = code.strip()
    if not code or not code.isprintable():
        raise InputError("an infant's code needs at least one printable character")
    query = sa.select(_I).where(_I.c.code == code)
    row = connection.execute(query).mappings().first()
    if row is None:
        connection.execute(sa.insert(_I).values(code=code))
        row = connection.execute(query).mappings().one()
    return Infant(**row)


def assign(connection: sa.Connection, band: Band, infant: Infant, from_utc_s: int) -> Assignment:
    """Give a band to an infant from a moment on; what either had until then ends there.

    Asking again for what already holds changes nothing.

    Raises:
        InputError: the band or the infant has an assignment that begins or ends later.
    """
    either = (_A.c.band_id == band.band_id) | (_A.c.infant_id == infant.infant_id)
    query = sa.select(_A).where(either).order_by(_A.c.assignment_id)
    earlier = [Assignment(**row) for row in connection.execute(query).mappings()]
    for old in earlier:
        same = old.band_id == band.band_id and old.infant_id == infant.infant_id
        if same and old.to_utc_s is None and old.from_utc_s <= from_utc_s:
            return old
    for old in earlier:
        edge_utc_s = old.from_utc_s + 1 if old.to_utc_s is None else old.to_utc_s
        if edge_utc_s > from_utc_s:
            raise InputError(
                f"band {band.label} or infant {infant.code} is assigned at that time already; "
                "choose a later one"
            )
    open_ids = [old.assignment_id for old in earlier if old.to_utc_s is None]
    connection.execute(
        sa.update(_A).where(_A.c.assignment_id.in_(open_ids)).values(to_utc_s=from_utc_s)
    )
    values = {"band_id": band.band_id, "infant_id": infant.infant_id, "from_utc_s": from_utc_s}
    connection.execute(sa.insert(_A).values(values))
    row = connection.execute(
        sa.select(_A).where(
            _A.c.band_id == band.band_id,
            _A.c.infant_id == infant.infant_id,
            _A.c.to_utc_s.is_(None),
        )
    )
    return Assignment(**row.mappings().one())


def assignments(connection: sa.Connection, infant_code: str | None) -> list[Assignment]:
    """Return the assignments of one infant, or of all, by their beginning."""
    query = sa.select(_A).order_by(_A.c.from_utc_s, _A.c.assignment_id)
    if infant_code is not None:
        query = query.join(_I, _I.c.infant_id == _A.c.infant_id).where(_I.c.code == infant_code)
    return [Assignment(**row) for row in connection.execute(query).mappings()]
