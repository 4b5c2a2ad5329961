"""A target for each infant, and tables for what is derived from the records."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what is new. The audit now also tells of targets, which have no band and no times."""
    op.add_column("infant", sa.Column("target_minutes", sa.Integer()))
    with op.batch_alter_table("audit", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("band_id", existing_type=sa.BigInteger(), nullable=True)
        batch.alter_column("from_utc_s", existing_type=sa.BigInteger(), nullable=True)
        batch.add_column(sa.Column("target_minutes", sa.Integer()))
    _create_derived("infant", *_state_columns())
    _create_derived("block", *_block_columns(), key="begin_utc_s")
    _create_derived("day", *_day_columns(), key="date")
    _create_derived("session", *_session_columns(), key="begin_utc_s")


def _create_derived(name: str, *columns: sa.Column[object], key: str | None = None) -> None:
    table = f"derived_{name}"
    op.create_table(
        table,
        sa.Column("infant_id", _KEY, nullable=False, autoincrement=False),
        *columns,
        sa.PrimaryKeyConstraint("infant_id", *([key] if key else []), name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["infant_id"],
            ["infant.infant_id"],
            name=f"fk_{table}_infant_id",
            ondelete="CASCADE",
        ),
    )


def _state_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("as_of_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("until_utc_s", sa.BigInteger()),
    ]


def _block_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("begin_utc_s", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("algorithm_version", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("minutes", sa.LargeBinary(), nullable=False),
    ]


def _day_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("algorithm_version", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("results", sa.Text(), nullable=False),
    ]


def _session_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("begin_utc_s", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("end_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("algorithm_version", sa.Text(), nullable=False),
        sa.Column("ssc_minutes", sa.Integer(), nullable=False),
        sa.Column("unknown_minutes", sa.Integer(), nullable=False),
        sa.Column("other_minutes", sa.Integer(), nullable=False),
        sa.Column("begin_known", sa.Boolean(), nullable=False),
        sa.Column("end_known", sa.Boolean(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_probability", sa.Float()),
    ]
