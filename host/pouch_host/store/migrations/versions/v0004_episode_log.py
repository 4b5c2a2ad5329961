"""What observers, nurses' charts and diaries said, as it was imported."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "episode_log",
        sa.Column("log_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("infant_id", _KEY, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begin_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("end_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("contact_s", sa.Integer(), nullable=False),
        sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("end_utc_s > begin_utc_s", name="ck_episode_log_not_empty"),
        sa.CheckConstraint(
            "contact_s >= 0 AND contact_s <= end_utc_s - begin_utc_s",
            name="ck_episode_log_within_span",
        ),
        sa.ForeignKeyConstraint(
            ["infant_id"], ["infant.infant_id"], name="fk_episode_log_infant_id"
        ),
        sa.PrimaryKeyConstraint("log_id", name="pk_episode_log"),
        sa.UniqueConstraint(
            "infant_id",
            "source",
            "begin_utc_s",
            name="uq_episode_log_infant_id_source_begin_utc_s",
        ),
    )
    op.create_index("ix_episode_log_infant_id", "episode_log", ["infant_id"])
