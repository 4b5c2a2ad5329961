"""The date on which an infant was born; of those that are there it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.add_column("infant", sa.Column("born_on", sa.Date()))
