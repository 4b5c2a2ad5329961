"""Run by Alembic for a migration.

The connection is handed in, within a transaction that covers all steps: a store that is half
made, or half brought up to date, never remains.
"""

from alembic import context

from pouch_host.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a constraint: Alembic then copies the table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
