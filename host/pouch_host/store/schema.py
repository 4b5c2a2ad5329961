"""The tables, in types that SQLite and PostgreSQL both have.

    infant --< assignment >-- band --< segment          site (one row)   audit (no keys)
       |
       +--< handover, remark, session_review, family_link,     programme (targets by weight)
       |    episode_log (what observers, charts, diaries said)
       +--< alert_state, alert_event                           done_request
       +--< derived_infant, derived_block, derived_day, derived_session

    staff --< login_session, api_token                         device

What is derived can be worked out again from the rest at any time, and is no part of what a store
holds.

A column that holds a u32 is a BigInteger: PostgreSQL's integer ends at 2^31. `migrations/` builds
these tables step by step; a test holds the two together.
"""

import sqlalchemy as sa

# The newest step in migrations/versions. A store that bears it opens without loading Alembic.
SCHEMA_VERSION = "0005"

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
    sa.Column("weight_g", sa.Integer()),
    # At birth, from the mother's last period or an early scan.
    sa.Column("gestation_days", sa.Integer()),
    # An infant that only has a band, and whom nobody admitted, has neither.
    sa.Column("admitted_utc_s", sa.BigInteger()),
    sa.Column("discharged_utc_s", sa.BigInteger()),
    # Local date, without a time of day: enough for ages in days, and no more than that.
    sa.Column("born_on", sa.Date()),
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
    # NULL where it is about no infant.
    sa.Column("infant", sa.Text()),
    sa.Column("from_utc_s", sa.BigInteger()),
    sa.Column("to_utc_s", sa.BigInteger()),
    # Of a target, else NULL; also NULL where the usual target holds again.
    sa.Column("target_minutes", sa.Integer()),
    # Whose doing it was; NULL for a command on this computer.
    sa.Column("who", sa.Text()),
    # What else there is to say, as JSON; never a secret, never free text about an infant.
    sa.Column("detail", sa.Text()),
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
    # Of screens on which nobody has chosen another one.
    sa.Column("language", sa.Text(), nullable=False, server_default="en"),
    sa.CheckConstraint("site_id = 1", name="one_row"),
)

# Contact a day for infants of at least this weight, up to the next row.
programme = sa.Table(
    "programme",
    metadata,
    sa.Column("from_weight_g", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("target_minutes", sa.Integer(), nullable=False),
)


# People who use the screens. Their secrets are kept as argon2 hashes, tokens as SHA-256.

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("staff_id", _Key, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text(), nullable=False, unique=True),
    sa.Column("role", sa.Text(), nullable=False),
    sa.Column("secret_hash", sa.Text(), nullable=False),
    sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("locked_until_utc_s", sa.BigInteger()),
    sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
    # Nobody is deleted, so that the audit can be read.
    sa.Column("ended_utc_s", sa.BigInteger()),
    sa.Column("language", sa.Text()),
    sa.Column("temperature_unit", sa.Text(), nullable=False, server_default="c"),
)

login_session = sa.Table(
    "login_session",
    metadata,
    sa.Column("token_hash", sa.Text(), primary_key=True),
    sa.Column("staff_id", sa.ForeignKey("staff.staff_id"), nullable=False, index=True),
    sa.Column("csrf", sa.Text(), nullable=False),
    sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("seen_utc_s", sa.BigInteger(), nullable=False),
)

# A tablet or wall screen that shows the board to whoever stands before it.
device = sa.Table(
    "device",
    metadata,
    sa.Column("device_id", _Key, primary_key=True, autoincrement=True),
    sa.Column("label", sa.Text(), nullable=False),
    sa.Column("token_hash", sa.Text(), nullable=False, unique=True),
    sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("seen_utc_s", sa.BigInteger()),
    sa.Column("ended_utc_s", sa.BigInteger()),
)

api_token = sa.Table(
    "api_token",
    metadata,
    sa.Column("token_id", _Key, primary_key=True, autoincrement=True),
    sa.Column("staff_id", sa.ForeignKey("staff.staff_id"), nullable=False, index=True),
    sa.Column("label", sa.Text(), nullable=False),
    sa.Column("token_hash", sa.Text(), nullable=False, unique=True),
    sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("until_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("seen_utc_s", sa.BigInteger()),
    sa.Column("ended_utc_s", sa.BigInteger()),
)

# An action that a tablet sent, perhaps twice since its network dropped before the answer came.
done_request = sa.Table(
    "done_request",
    metadata,
    sa.Column("request_id", sa.Text(), primary_key=True),
    sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("outcome", sa.Text(), nullable=False),
)


def _about_infant(*, with_infant: bool = False) -> sa.Column[int]:
    """Return the column that says which infant a row is about."""
    ondelete = "CASCADE" if with_infant else None
    key = sa.ForeignKey("infant.infant_id", ondelete=ondelete)
    return sa.Column("infant_id", key, nullable=False, index=True)


# What people say of an infant: only ever added to, the newest holds.

handover = sa.Table(
    "handover",
    metadata,
    sa.Column("handover_id", _Key, primary_key=True, autoincrement=True),
    _about_infant(),
    sa.Column("utc_s", sa.BigInteger(), nullable=False),
    sa.Column("caregiver", sa.Text(), nullable=False),
    sa.Column("who", sa.Text(), nullable=False),
    sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
)

remark = sa.Table(
    "remark",
    metadata,
    sa.Column("remark_id", _Key, primary_key=True, autoincrement=True),
    _about_infant(),
    sa.Column("kind", sa.Text(), nullable=False),
    # Of a reason for few hours the local day, of the end of contact the moment.
    sa.Column("date", sa.Date()),
    sa.Column("utc_s", sa.BigInteger()),
    sa.Column("reason", sa.Text()),
    sa.Column("text", sa.Text(), nullable=False, server_default=""),
    sa.Column("who", sa.Text(), nullable=False),
    sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
)

session_review = sa.Table(
    "session_review",
    metadata,
    sa.Column("review_id", _Key, primary_key=True, autoincrement=True),
    _about_infant(),
    # The session as the machine had it when it was reviewed; NULL for one that it missed.
    sa.Column("begin_utc_s", sa.BigInteger()),
    sa.Column("end_utc_s", sa.BigInteger()),
    sa.Column("machine", sa.Text()),
    sa.Column("verdict", sa.Text(), nullable=False),
    sa.Column("said_begin_utc_s", sa.BigInteger()),
    sa.Column("said_end_utc_s", sa.BigInteger()),
    sa.Column("who", sa.Text(), nullable=False),
    sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
)

# The address that a family's phone opens. It ends when the band goes to another infant.
family_link = sa.Table(
    "family_link",
    metadata,
    sa.Column("link_id", _Key, primary_key=True, autoincrement=True),
    _about_infant(),
    sa.Column("token_hash", sa.Text(), nullable=False, unique=True),
    sa.Column("who", sa.Text(), nullable=False),
    sa.Column("begun_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("ended_utc_s", sa.BigInteger()),
)

# What an observer, a nurse's chart or a diary says of a span of time, as imported. It stands
# beside what is derived, and never changes it.
episode_log = sa.Table(
    "episode_log",
    metadata,
    sa.Column("log_id", _Key, primary_key=True, autoincrement=True),
    _about_infant(),
    sa.Column("source", sa.Text(), nullable=False),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("begin_utc_s", sa.BigInteger(), nullable=False),
    sa.Column("end_utc_s", sa.BigInteger(), nullable=False),
    # Of the span; all of it or none where it says yes or no.
    sa.Column("contact_s", sa.Integer(), nullable=False),
    sa.Column("when_utc_s", sa.BigInteger(), nullable=False),
    sa.CheckConstraint("end_utc_s > begin_utc_s", name="not_empty"),
    sa.CheckConstraint(
        "contact_s >= 0 AND contact_s <= end_utc_s - begin_utc_s", name="within_span"
    ),
    sa.UniqueConstraint("infant_id", "source", "begin_utc_s"),
)

SAID_TABLES = (handover, remark, session_review, family_link, episode_log)


# What the alerts know of each infant, and all that they ever told. Not derived: what rang, rang.

alert_state = sa.Table(
    "alert_state",
    metadata,
    sa.Column(
        "infant_id",
        sa.ForeignKey("infant.infant_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    # Counts up: whoever writes names the one that it has read.
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("alert_version", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    # Up to where its minutes and records were told to the engine, as JSON.
    sa.Column("cursor", sa.Text(), nullable=False),
)

alert_event = sa.Table(
    "alert_event",
    metadata,
    sa.Column("event_id", _Key, primary_key=True, autoincrement=True),
    _about_infant(with_infant=True),
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
    sqlite_autoincrement=True,
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
