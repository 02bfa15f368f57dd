"""Tenants know since when each choice of their set-up was made, and who acknowledged that recording is paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)
CHOICES = (
    "organization_chosen_at",
    "plan_chosen_at",
    "features_chosen_at",
    "compliance_chosen_at",
    "webhook_chosen_at",
)
SOME_OVERRIDES = "CAST(limit_overrides AS TEXT) <> '{}'"
SOME_REFUSED = "CAST(refused AS TEXT) <> '{}'"
UNFINISHED = " OR ".join(f"{name} IS NULL" for name in CHOICES)


def upgrade() -> None:
    for name in CHOICES:
        op.add_column("tenants", sa.Column(name, MOMENT, nullable=True))
    op.add_column("tenants", sa.Column("pci_recording_acknowledged_by", sa.String(length=255), nullable=True))
    # Who is here already has set up what was there to set up; nobody is asked for it anew.
    tenants = sa.table("tenants", sa.column("created_at"), *(sa.column(name) for name in CHOICES))
    op.execute(tenants.update().values(dict.fromkeys(CHOICES, tenants.c.created_at)))
    op.create_index(
        "ix_tenants_unfinished",
        "tenants",
        ["sort_name"],
        sqlite_where=sa.text(UNFINISHED),
        postgresql_where=sa.text(UNFINISHED),
    )
    op.create_index(
        "ix_tenants_overridden",
        "tenants",
        ["sort_name"],
        sqlite_where=sa.text(SOME_OVERRIDES),
        postgresql_where=sa.text(SOME_OVERRIDES),
    )
    op.create_index(
        "ix_daily_figures_refused",
        "daily_figures",
        ["day", "tenant_id"],
        sqlite_where=sa.text(SOME_REFUSED),
        postgresql_where=sa.text(SOME_REFUSED),
    )


def downgrade() -> None:
    op.drop_index("ix_daily_figures_refused", "daily_figures")
    op.drop_index("ix_tenants_overridden", "tenants")
    op.drop_index("ix_tenants_unfinished", "tenants")
    for name in ("pci_recording_acknowledged_by", *CHOICES):
        op.drop_column("tenants", name)
