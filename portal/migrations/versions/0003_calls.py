"""Refused calls are kept, calls know whether they may be recorded, figures know unanswered calls and moods."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

MOMENT = sa.DateTime(timezone=True)

revision = "0003"
down_revision = "0002"

LARGEST = 2**53 - 1
REASONS = "'concurrent', 'monthly', 'minutes', 'suspended', 'inactive', 'trial_ended'"

COUNTS = """
UPDATE daily_figures SET
 no_answer = (SELECT count(*) FROM calls c WHERE {same} AND c.status = 'no_answer'),
 sentiments = (SELECT count(c.sentiment_score) FROM calls c WHERE {same}),
 sentiment_sum = (SELECT coalesce(sum(CAST(round(c.sentiment_score * 1000000) AS BIGINT)), 0) FROM calls c WHERE {same})
"""
SAME = {
    "sqlite": "c.tenant_id = daily_figures.tenant_id AND c.started_at >= daily_figures.day"
    " AND c.started_at < date(daily_figures.day, '+1 day')",
    "postgresql": "c.tenant_id = daily_figures.tenant_id AND c.started_at >= daily_figures.day::timestamp AT TIME ZONE"
    " 'UTC' AND c.started_at < (daily_figures.day + 1)::timestamp AT TIME ZONE 'UTC'",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    flag = "\nCONSTRAINT ck_calls_recording_admitted CHECK (recording_admitted IN (0, 1))\n"
    # SQLite adds a column with its CHECK in one statement, where changing the table later would copy all of it.
    op.execute(
        "ALTER TABLE calls ADD COLUMN recording_admitted BOOLEAN DEFAULT "
        + ("1 NOT NULL" + flag if dialect == "sqlite" else "true NOT NULL")
    )
    op.create_index("ix_calls_call_id", "calls", ["call_id"])
    for name in ("no_answer", "sentiments"):
        check = f"\nCONSTRAINT ck_daily_figures_{name} CHECK ({name} BETWEEN 0 AND {LARGEST})\n"
        op.execute(f"ALTER TABLE daily_figures ADD COLUMN {name} BIGINT DEFAULT 0 NOT NULL{check}")
    op.execute("ALTER TABLE daily_figures ADD COLUMN sentiment_sum BIGINT DEFAULT 0 NOT NULL")
    op.execute(COUNTS.format(same=SAME[dialect]))
    _refusals()


def _refusals() -> None:
    whole = f"BETWEEN 0 AND {LARGEST}"
    op.create_table(
        "refusals",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("limit_value", sa.BigInteger(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=True),
        sa.Column("plan_key", sa.String(length=100), nullable=False),
        sa.Column("set_by", sa.String(length=255), nullable=True),
        sa.Column("because", sa.String(length=500), nullable=True),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=True),
        sa.Column("from_number", sa.String(length=64), nullable=True),
        sa.Column("to_number", sa.String(length=64), nullable=True),
        sa.CheckConstraint("length(call_id) BETWEEN 1 AND 128", name=op.f("ck_refusals_call_id")),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("ck_refusals_reason")),
        sa.CheckConstraint(f"times {whole}", name=op.f("ck_refusals_times")),
        sa.CheckConstraint(f"limit_value {whole}", name=op.f("ck_refusals_limit_value")),
        sa.CheckConstraint(f"used {whole}", name=op.f("ck_refusals_used")),
        sa.CheckConstraint("source IN ('plan', 'own', 'override')", name=op.f("ck_refusals_source")),
        sa.CheckConstraint("direction IN ('inbound', 'outbound')", name=op.f("ck_refusals_direction")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_refusals_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "call_id", "day", "reason", name=op.f("pk_refusals")),
    )
    op.create_index("ix_refusals_call_id", "refusals", ["call_id"])
    op.create_index("ix_refusals_tenant_id_last_at", "refusals", ["tenant_id", "last_at"])


def downgrade() -> None:
    op.drop_table("refusals")
    for name in ("sentiment_sum", "sentiments", "no_answer"):
        op.drop_column("daily_figures", name)
    op.drop_index("ix_calls_call_id", "calls")
    op.drop_column("calls", "recording_admitted")
