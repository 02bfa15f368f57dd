"""Deliveries are found by their outcome and their event, across tenants and of one, however many there are."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

INDEXES = (["state", "occurred_at", "id"], ["event", "occurred_at", "id"], ["tenant_id", "event", "occurred_at"])


def upgrade() -> None:
    for columns in INDEXES:
        op.create_index(f"ix_deliveries_{'_'.join(columns)}", "deliveries", columns)


def downgrade() -> None:
    for columns in INDEXES:
        op.drop_index(f"ix_deliveries_{'_'.join(columns)}", "deliveries")
