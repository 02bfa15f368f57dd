"""Standings know which share of the month's calls the tenant was told of."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # SQLite adds a column with its CHECK in one statement, where changing the table later would copy all of it.
    check = "\nCONSTRAINT ck_standings_told_percent CHECK (told_percent BETWEEN 0 AND 100)\n"
    op.execute(f"ALTER TABLE standings ADD COLUMN told_percent BIGINT DEFAULT 0 NOT NULL{check}")


def downgrade() -> None:
    op.drop_column("standings", "told_percent")
