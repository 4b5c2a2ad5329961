"""The tables, in types that SQLite and PostgreSQL both have.

    infant --< assignment >-- band --< segment          site (one row)   audit (no keys)
       |
       +--< derived_infant, derived_block, derived_day, derived_session

What is derived can be worked out again from the rest at any time, and is no part of what a store
holds.

A column that holds a u32 is a BigInteger: PostgreSQL's integer ends at 2^31. `migrations/` builds
these tables step by step; a test holds the two together.
"""

import sqlalchemy as sa

# The newest step in migrations/versions. A store that bears it opens without loading Alembic.
SCHEMA_VERSION = "0002"

# Only an INTEGER primary key counts by itself in SQLite, where it has 64 bits anyway.
_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Constraints with predictable names can be changed by a later migration on every server.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

band = sa.Table(
    "band",
    metadata,
    sa.Column("band_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("label", sa.Text(), nullable=False, unique=True),
    sa.Column("first_contact_utc_s", sa.BigInteger()),
    sa.Column("last_contact_utc_s", sa.BigInteger()),
    sa.Column("battery_mv", sa.Integer()),
    sa.Column("firmware_version", sa.Text()),
    sa.Column("wire_version", sa.Integer()),
)

infant = sa.Table(
    "infant",
    metadata,
    sa.Column("infant_id", _Key, primary_key=True, autoincrement=True),
    sa.Column("code", sa.Text(), nullable=False, unique=True),
    # Contact a day that it is to have; without one the usual target holds.
    sa.Column("target_minutes", sa.Integer()),
)

assignment = sa.Table(
    "assignment",
    metadata,
    sa.Column("assignment_id", _Key, primary_key=True, autoincrement=True),
    sa.Column("band_id", sa.ForeignKey("band.band_id"), nullable=False, index=True),
    sa.Column("infant_id", sa.ForeignKey("infant.infant_id"), nullable=False, index=True),
    sa.Column("from_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("to_utc_s", sa.BigInteger()),
    # Whoever takes that assignment back finds here what it had ended.
    sa.Column("ended_by", sa.ForeignKey("assignment.assignment_id")),
    sa.CheckConstraint("to_utc_s IS NULL OR to_utc_s > from_utc_s", name="not_empty"),
)

# Only ever added to. It refers to nothing, so that nothing it tells of has to be kept.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("audit_id", _Key, primary_key=True, autoincrement=True),
    sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("what", sa.Text(), nullable=False),
    # Of an assignment, else NULL.
    sa.Column("band_id", sa.BigInteger()),
    sa.Column("infant", sa.Text(), nullable=False),
    sa.Column("from_utc_s", sa.BigInteger()),
    sa.Column("to_utc_s", sa.BigInteger()),
    # Of a target, else NULL; also NULL where the usual target holds again.
    sa.Column("target_minutes", sa.Integer()),
    sqlite_autoincrement=True,
)

segment = sa.Table(
    "segment",
    metadata,
    sa.Column("segment_id", _Key, primary_key=True, autoincrement=True),
    sa.Column("band_id", sa.ForeignKey("band.band_id"), nullable=False),
    sa.Column("log_id", sa.BigInteger(), nullable=False),
    sa.Column("boot_id", sa.Integer(), nullable=False),
    sa.Column("first_record_no", sa.BigInteger(), nullable=False),
    sa.Column("record_count", sa.Integer(), nullable=False),
    sa.Column("data", sa.LargeBinary(), nullable=False),
    sa.Column("received_utc_s", sa.BigInteger(), nullable=False),
    sa.CheckConstraint("record_count > 0", name="has_records"),
    # Its index also finds the neighbours of a new piece, which must not overlap (segments.py).
    sa.UniqueConstraint("band_id", "log_id", "first_record_no"),
    # Consumers ask for one band's segments behind a cursor.
    sa.Index(None, "band_id", "segment_id"),
    # Without it SQLite gives the key of a deleted last row again, and a cursor would miss the row.
    sqlite_autoincrement=True,
)

site = sa.Table(
    "site",
    metadata,
    sa.Column("site_id", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("zone", sa.Text(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.CheckConstraint("site_id = 1", name="one_row"),
)


def _of_infant() -> sa.Column[int]:
    """Return the column that says whose a derived row is; the rows go with the infant."""
    return sa.Column(
        "infant_id",
        sa.ForeignKey("infant.infant_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


# What an infant's derived rows were made of, and until when they hold if nothing new comes in;
# NULL for ever.
derived_infant = sa.Table(
    "derived_infant",
    metadata,
    _of_infant(),
    sa.Column("inputs", sa.Text(), nullable=False),
    sa.Column("as_of_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("until_utc_s", sa.BigInteger()),
)

derived_block = sa.Table(
    "derived_block",
    metadata,
    _of_infant(),
    sa.Column("begin_utc_s", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("algorithm_version", sa.Text(), nullable=False),
    sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
    sa.Column("minutes", sa.LargeBinary(), nullable=False),
)

derived_day = sa.Table(
    "derived_day",
    metadata,
    _of_infant(),
    sa.Column("date", sa.Date(), primary_key=True),
    sa.Column("algorithm_version", sa.Text(), nullable=False),
    sa.Column("zone", sa.Text(), nullable=False),
    sa.Column("results", sa.Text(), nullable=False),
)

derived_session = sa.Table(
    "derived_session",
    metadata,
    _of_infant(),
    sa.Column("begin_utc_s", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("end_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("algorithm_version", sa.Text(), nullable=False),
    sa.Column("ssc_minutes", sa.Integer(), nullable=False),
    sa.Column("unknown_minutes", sa.Integer(), nullable=False),
    sa.Column("other_minutes", sa.Integer(), nullable=False),
    sa.Column("begin_known", sa.Boolean(), nullable=False),
    sa.Column("end_known", sa.Boolean(), nullable=False),
    sa.Column("provider", sa.Text(), nullable=False),
    sa.Column("provider_probability", sa.Float()),
)

DERIVED_TABLES = (derived_infant, derived_block, derived_day, derived_session)
