"""How Alembic reaches the database: through the application's own engine."""

from __future__ import annotations

from alembic import context

from portal.foundation.database import db


def run() -> None:
    """Run the migrations in one transaction."""
    with db.engine.connect().execution_options(portal_write=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_server_default=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
