"""The first tables: bands, infants, assignments and their audit, raw segments, the site."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create everything. Written out in full: the schema module will move on, this will not."""
    op.create_table(
        "band",
        sa.Column("band_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("first_contact_utc_s", sa.BigInteger()),
        sa.Column("last_contact_utc_s", sa.BigInteger()),
        sa.Column("battery_mv", sa.Integer()),
        sa.Column("firmware_version", sa.Text()),
        sa.Column("wire_version", sa.Integer()),
        sa.UniqueConstraint("label", name="uq_band_label"),
    )
    op.create_table(
        "infant",
        sa.Column("infant_id", _KEY, primary_key=True, autoincrement=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.UniqueConstraint("code", name="uq_infant_code"),
    )
    op.create_table(
        "site",
        sa.Column("site_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("site_id = 1", name="one_row"),
    )
    op.bulk_insert(
        sa.table("site", sa.column("site_id"), sa.column("zone"), sa.column("name")),
        [{"site_id": 1, "zone": "UTC", "name": ""}],
    )
    _create_assignment()
    _create_audit()
    _create_segment()


def _create_assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("assignment_id", _KEY, primary_key=True, autoincrement=True),
        sa.Column("band_id", sa.BigInteger(), nullable=False),
        sa.Column("infant_id", _KEY, nullable=False),
        sa.Column("from_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("to_utc_s", sa.BigInteger()),
        sa.Column("ended_by", _KEY),
        sa.ForeignKeyConstraint(["band_id"], ["band.band_id"], name="fk_assignment_band_id"),
        sa.ForeignKeyConstraint(
            ["infant_id"], ["infant.infant_id"], name="fk_assignment_infant_id"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["assignment.assignment_id"], name="fk_assignment_ended_by"
        ),
        sa.CheckConstraint("to_utc_s IS NULL OR to_utc_s > from_utc_s", name="not_empty"),
    )
    op.create_index("ix_assignment_band_id", "assignment", ["band_id"])
    op.create_index("ix_assignment_infant_id", "assignment", ["infant_id"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("audit_id", _KEY, primary_key=True, autoincrement=True),
        sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("band_id", sa.BigInteger(), nullable=False),
        sa.Column("infant", sa.Text(), nullable=False),
        sa.Column("from_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("to_utc_s", sa.BigInteger()),
        sqlite_autoincrement=True,
    )


def _create_segment() -> None:
    op.create_table(
        "segment",
        sa.Column("segment_id", _KEY, primary_key=True, autoincrement=True),
        sa.Column("band_id", sa.BigInteger(), nullable=False),
        sa.Column("log_id", sa.BigInteger(), nullable=False),
        sa.Column("boot_id", sa.Integer(), nullable=False),
        sa.Column("first_record_no", sa.BigInteger(), nullable=False),
        sa.Column("record_count", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("received_utc_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["band_id"], ["band.band_id"], name="fk_segment_band_id"),
        sa.CheckConstraint("record_count > 0", name="has_records"),
        sa.UniqueConstraint(
            "band_id",
            "log_id",
            "first_record_no",
            name="uq_segment_band_id_log_id_first_record_no",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_segment_band_id_segment_id", "segment", ["band_id", "segment_id"])
