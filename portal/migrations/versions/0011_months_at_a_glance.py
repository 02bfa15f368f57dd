"""The month of a hundred thousand tenants is read from narrow tables and indexes; a month that is over keeps its
plan and its limit."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

LARGEST = 2**53 - 1
OF_MONTH = ["month", "tenant_id", "calls", "seconds", "cents", "refused"]
FILTERED = ["id", "billing_plan", "kind", "status", "suspended_until", "monthly_call_limit"]
UNUSED = ("seconds", "refused")
"""The figures of the running month that are put in order as they are read: rarely asked for, and every call would have
to keep their indexes."""


def upgrade() -> None:
    for name in UNUSED:
        op.drop_index(f"ix_standings_month_{name}_tenant_id", "standings")
    _keep_standings("WITHOUT ROWID")
    op.create_index("ix_tenants_filtered", "tenants", FILTERED)
    op.create_index("ix_monthly_figures_summed", "monthly_figures", OF_MONTH)
    op.execute("ALTER TABLE monthly_figures ADD COLUMN plan_key VARCHAR(100)")
    check = f"\nCONSTRAINT ck_monthly_figures_call_limit CHECK (call_limit BETWEEN 0 AND {LARGEST})\n"
    op.execute(f"ALTER TABLE monthly_figures ADD COLUMN call_limit BIGINT{check}")


def _keep_standings(how: str) -> None:
    """On SQLite, lay the table out anew: by its key, which everybody asks for, or by row numbers as before. Nothing
    refers to its rows."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    made = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = 'standings' AND type = :kind AND sql IS NOT NULL")
    table = bind.execute(made, {"kind": "table"}).scalar_one().removesuffix("WITHOUT ROWID").rstrip()
    indexes = bind.execute(made, {"kind": "index"}).scalars().all()
    op.execute(re.sub(r'^CREATE TABLE "?standings"?', "CREATE TABLE standings_anew", table) + f" {how}")
    op.execute("INSERT INTO standings_anew SELECT * FROM standings")
    op.drop_table("standings")
    op.rename_table("standings_anew", "standings")
    for each in indexes:
        op.execute(each)


def downgrade() -> None:
    for name in ("call_limit", "plan_key"):
        op.drop_column("monthly_figures", name)
    op.drop_index("ix_monthly_figures_summed", "monthly_figures")
    op.drop_index("ix_tenants_filtered", "tenants")
    _keep_standings("")
    for name in UNUSED:
        op.create_index(f"ix_standings_month_{name}_tenant_id", "standings", ["month", name, "tenant_id"])
