"""Bands and infants. Who wore which band when is in `assignments`."""

import sqlalchemy as sa

from pouch_host.errors import InputError
from pouch_protocol.constants import band_label

from . import audit, schema
from .rows import Band, Infant

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
        InputError: the code is empty or has control characters, or a new one would be no part of
            an address.
    """
    code = code.strip()
    if not code:
        raise InputError("an infant's code cannot be empty")
    if not code.isprintable():
        raise InputError(f"an infant's code cannot have the line break or sign in {code!r}")
    query = sa.select(_I).where(_I.c.code == code)
    row = connection.execute(query).mappings().first()
    if row is None:
        # Its page could not be opened: "/" begins another part, and dots alone are a folder.
        if "/" in code or not code.strip("."):
            raise InputError(f"an infant's code has no '/' and is not dots alone, as {code!r}")
        connection.execute(sa.insert(_I).values(code=code))
        row = connection.execute(query).mappings().one()
    return Infant(**row)


def set_target(
    connection: sa.Connection,
    code: str,
    target_minutes: int | None,
    when_utc_s: int,
    who: str | None = None,
) -> Infant:
    """Set the contact a day that an infant is to have, and note it in the audit.

    Setting what holds already changes nothing.

    Args:
        connection: a transaction.
        code: the infant.
        target_minutes: minutes of contact a day; None for the usual target.
        when_utc_s: the host's time of the change.
        who: whose doing it is; None for a command on this computer.

    Raises:
        InputError: there is no such infant.
    """
    query = sa.select(_I).where(_I.c.code == code)
    row = connection.execute(query.with_for_update()).mappings().first()
    if row is None:
        raise InputError(f"there is no infant {code!r}; `pouch assign` makes one")
    if row["target_minutes"] == target_minutes:
        return Infant(**row)
    connection.execute(
        sa.update(_I).where(_I.c.code == code).values(target_minutes=target_minutes)
    )
    audit.note(
        connection,
        what="target",
        when_utc_s=when_utc_s,
        who=who,
        infant=code,
        target_minutes=target_minutes,
    )
    return Infant(**connection.execute(query).mappings().one())
