"""The outbox: what is told to tenants' webhooks, each attempt at it, and how each webhook stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITS = sa.text("due_at IS NOT NULL")
EVENTS = (
    "'tenant.created', 'tenant.updated', 'tenant.suspended', 'tenant.resumed', 'tenant.deactivated', "
    "'tenant.restored', 'tenant.deleted', 'member.added', 'member.removed', 'limit.threshold', 'call.refused', 'ping'"
)


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", WHOLE, nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("last_status", WHOLE, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("farewell", sa.JSON(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"event IN ({EVENTS})", name=op.f("ck_deliveries_event")),
        sa.CheckConstraint("state IN ('pending', 'succeeded', 'failed', 'dropped')", name=op.f("ck_deliveries_state")),
        sa.CheckConstraint("attempts BETWEEN 0 AND 9007199254740991", name=op.f("ck_deliveries_attempts")),
        sa.CheckConstraint("last_status BETWEEN 100 AND 999", name=op.f("ck_deliveries_last_status")),
        sa.CheckConstraint("sequence BETWEEN 0 AND 9007199254740991", name=op.f("ck_deliveries_sequence")),
        sa.CheckConstraint("tries BETWEEN 0 AND 9007199254740991", name=op.f("ck_deliveries_tries")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_deliveries_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(
        "ix_deliveries_due_at",
        "deliveries",
        ["due_at", "tenant_id"],
        unique=False,
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_index("ix_deliveries_occurred_at_id", "deliveries", ["occurred_at", "id"], unique=False)
    op.create_index(
        "ix_deliveries_tenant_id_occurred_at_id", "deliveries", ["tenant_id", "occurred_at", "id"], unique=False
    )
    op.create_index(
        "ix_deliveries_tenant_id_state_occurred_at", "deliveries", ["tenant_id", "state", "occurred_at"], unique=False
    )
    op.create_table(
        "webhook_health",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("failed_hours", WHOLE, nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("last_success_at", MOMENT, nullable=True),
        sa.Column("last_failure_at", MOMENT, nullable=True),
        sa.CheckConstraint("failed_hours BETWEEN 0 AND 9007199254740991", name=op.f("ck_webhook_health_failed_hours")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_webhook_health_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_webhook_health")),
    )
    op.create_table(
        "webhook_streams",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("last_sequence", WHOLE, nullable=False),
        sa.CheckConstraint(
            "last_sequence BETWEEN 0 AND 9007199254740991", name=op.f("ck_webhook_streams_last_sequence")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_webhook_streams_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_webhook_streams")),
    )
    op.create_table(
        "webhooks",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=True),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("off_at", MOMENT, nullable=True),
        sa.Column("off_reason", sa.String(length=300), nullable=True),
        sa.Column("previous_secret_until", MOMENT, nullable=True),
        sa.CheckConstraint("length(off_reason) BETWEEN 1 AND 300", name=op.f("ck_webhooks_off_reason")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_webhooks_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("took_ms", WHOLE, nullable=False),
        sa.Column("status", WHOLE, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.CheckConstraint("number BETWEEN 0 AND 9007199254740991", name=op.f("ck_delivery_attempts_number")),
        sa.CheckConstraint("status BETWEEN 100 AND 999", name=op.f("ck_delivery_attempts_status")),
        sa.CheckConstraint("took_ms BETWEEN 0 AND 9007199254740991", name=op.f("ck_delivery_attempts_took_ms")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_attempts_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
    )
    op.create_index(
        "ix_delivery_attempts_delivery_id_number", "delivery_attempts", ["delivery_id", "number"], unique=False
    )


def downgrade() -> None:
    for table in ("delivery_attempts", "webhooks", "webhook_streams", "webhook_health", "deliveries"):
        op.drop_table(table)
