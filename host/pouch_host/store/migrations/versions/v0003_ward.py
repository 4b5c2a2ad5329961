"""The ward: admissions, people and their rights, what they say of an infant, alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what is new. The audit now tells of people and of more than infants."""
    with op.batch_alter_table("audit", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("infant", existing_type=sa.Text(), nullable=True)
        batch.add_column(sa.Column("who", sa.Text()))
        batch.add_column(sa.Column("detail", sa.Text()))
    op.add_column("infant", sa.Column("weight_g", sa.Integer()))
    op.add_column("infant", sa.Column("gestation_days", sa.Integer()))
    op.add_column("infant", sa.Column("admitted_utc_s", sa.BigInteger()))
    op.add_column("infant", sa.Column("discharged_utc_s", sa.BigInteger()))
    op.add_column("site", sa.Column("language", sa.Text(), server_default="en", nullable=False))
    _create_people()
    _create_passes()
    _create_ward()
    _create_sayings()
    _create_alerts()


def _create_people() -> None:
    """Create the people who use the screens, and their sessions."""
    op.create_table(
        "staff",
        sa.Column("staff_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until_utc_s", sa.BigInteger()),
        sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("ended_utc_s", sa.BigInteger()),
        sa.Column("language", sa.Text()),
        sa.Column("temperature_unit", sa.Text(), server_default="c", nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
    )
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", _KEY, nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("seen_utc_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.staff_id"], name="fk_login_session_staff_id"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_login_session"),
    )
    op.create_index("ix_login_session_staff_id", "login_session", ["staff_id"])


def _create_passes() -> None:
    """Create what lets a screen or a program in, and what keeps a request from counting twice."""
    op.create_table(
        "device",
        sa.Column("device_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("seen_utc_s", sa.BigInteger()),
        sa.Column("ended_utc_s", sa.BigInteger()),
        sa.PrimaryKeyConstraint("device_id", name="pk_device"),
        sa.UniqueConstraint("token_hash", name="uq_device_token_hash"),
    )
    op.create_table(
        "api_token",
        sa.Column("token_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("staff_id", _KEY, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("until_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("seen_utc_s", sa.BigInteger()),
        sa.Column("ended_utc_s", sa.BigInteger()),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name="fk_api_token_staff_id"),
        sa.PrimaryKeyConstraint("token_id", name="pk_api_token"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
    )
    op.create_index("ix_api_token_staff_id", "api_token", ["staff_id"])
    op.create_table(
        "done_request",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_done_request"),
    )


def _create_ward() -> None:
    """Create targets by weight, who holds an infant, and the family's address."""
    op.create_table(
        "programme",
        sa.Column("from_weight_g", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("from_weight_g", name="pk_programme"),
    )
    op.create_table(
        "handover",
        sa.Column("handover_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("infant_id", _KEY, nullable=False),
        sa.Column("utc_s", sa.BigInteger(), nullable=False),
        sa.Column("caregiver", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["infant_id"], ["infant.infant_id"], name="fk_handover_infant_id"),
        sa.PrimaryKeyConstraint("handover_id", name="pk_handover"),
    )
    op.create_index("ix_handover_infant_id", "handover", ["infant_id"])
    op.create_table(
        "family_link",
        sa.Column("link_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("infant_id", _KEY, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("ended_utc_s", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["infant_id"], ["infant.infant_id"], name="fk_family_link_infant_id"
        ),
        sa.PrimaryKeyConstraint("link_id", name="pk_family_link"),
        sa.UniqueConstraint("token_hash", name="uq_family_link_token_hash"),
    )
    op.create_index("ix_family_link_infant_id", "family_link", ["infant_id"])


def _create_sayings() -> None:
    """Create what staff say of an infant."""
    op.create_table(
        "remark",
        sa.Column("remark_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("infant_id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("date", sa.Date()),
        sa.Column("utc_s", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["infant_id"], ["infant.infant_id"], name="fk_remark_infant_id"),
        sa.PrimaryKeyConstraint("remark_id", name="pk_remark"),
    )
    op.create_index("ix_remark_infant_id", "remark", ["infant_id"])
    op.create_table(
        "session_review",
        sa.Column("review_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("infant_id", _KEY, nullable=False),
        sa.Column("begin_utc_s", sa.BigInteger()),
        sa.Column("end_utc_s", sa.BigInteger()),
        sa.Column("machine", sa.Text()),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("said_begin_utc_s", sa.BigInteger()),
        sa.Column("said_end_utc_s", sa.BigInteger()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["infant_id"], ["infant.infant_id"], name="fk_session_review_infant_id"
        ),
        sa.PrimaryKeyConstraint("review_id", name="pk_session_review"),
    )
    op.create_index("ix_session_review_infant_id", "session_review", ["infant_id"])


def _create_alerts() -> None:
    """Create what the alerts know, and all that they told."""
    op.create_table(
        "alert_state",
        sa.Column("infant_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("alert_version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["infant_id"],
            ["infant.infant_id"],
            name="fk_alert_state_infant_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("infant_id", name="pk_alert_state"),
    )
    op.create_table(
        "alert_event",
        sa.Column("event_id", _KEY, autoincrement=True, nullable=False),
        sa.Column("infant_id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("utc_s", sa.BigInteger(), nullable=False),
        sa.Column("told_utc_s", sa.BigInteger(), nullable=False),
        sa.Column("alert_class", sa.Text()),
        sa.Column("alert_id", sa.Integer()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["infant_id"],
            ["infant.infant_id"],
            name="fk_alert_event_infant_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_alert_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_event_infant_id", "alert_event", ["infant_id"])
