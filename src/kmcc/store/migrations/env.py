"""Alembic's entry: runs the migrations on the connection and in the transaction that `Database` gives."""

from alembic import context

from kmcc.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a column only by copying its table
)
with context.begin_transaction():
    context.run_migrations()
