"""What retention removed is noted, months that are over have their sums, calls are found by number, and owners are told
of their use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)
WHOLE = "BETWEEN 0 AND 9007199254740991"
COUNTED = ("calls", "recordings", "recording_bytes", "refusals")
OF_MONTH = ("calls", "seconds", "cents", "refused", "peak_concurrent")
REFUSED = {
    "sqlite": "(SELECT coalesce(sum(value), 0) FROM json_each(d.refused))",
    "postgresql": "(SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(d.refused::jsonb))",
}
MONTH = {
    "sqlite": "date(d.day, 'start of month')",
    "postgresql": "date_trunc('month', d.day)::date",
}
SUMS = """
INSERT INTO monthly_figures (tenant_id, month, calls, seconds, cents, refused, peak_concurrent)
SELECT d.tenant_id, {month}, sum(d.calls), sum(d.seconds), sum(d.cents), sum({refused}), max(d.peak_concurrent)
FROM daily_figures d JOIN standings s ON s.tenant_id = d.tenant_id
WHERE {month} < s.month GROUP BY d.tenant_id, {month}
"""
STANDINGS = """
UPDATE standings SET
 refused = (SELECT coalesce(sum({refused}), 0) FROM daily_figures d
            WHERE d.tenant_id = standings.tenant_id AND {month} = standings.month),
 peak_concurrent = (SELECT coalesce(max(d.peak_concurrent), 0) FROM daily_figures d
                    WHERE d.tenant_id = standings.tenant_id AND {month} = standings.month),
 recording_bytes = (SELECT coalesce(sum(r.size_bytes), 0) FROM recordings r WHERE r.tenant_id = standings.tenant_id)
"""
NUMBERS = [(table, f"{way}_number", at) for table, at in (("calls", "started_at"), ("refusals", "last_at"))
           for way in ("from", "to")]  # fmt: skip
KINDS = (
    "'confirm_address', 'tenant_suspended', 'tenant_resumed', 'tenant_deactivated', 'tenant_restored', "
    "'tenant_deleted', 'webhook_switched_off', 'member_added', 'trial_ending', 'trial_ended', 'override_ended', "
    "'reset_password', 'password_changed', 'second_factor_changed', 'request_granted', 'request_declined'"
)
NEW_KINDS = "'limit_threshold', 'calls_refused'"


def upgrade() -> None:
    op.create_table(
        "removals",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("before", MOMENT, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTED),
        *(sa.CheckConstraint(f"{name} {WHOLE}", name=op.f(f"ck_removals_{name}")) for name in COUNTED),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_removals_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_removals")),
    )
    _months()
    for table, number, at in NUMBERS:
        op.create_index(f"ix_{table}_{number}_{at}", table, [number, at])
    _mail_may_be(f"{KINDS}, {NEW_KINDS}")


def _months() -> None:
    # SQLite adds a column with its CHECK in one statement, where changing the table later would copy all of it.
    for name in ("refused", "peak_concurrent", "recording_bytes"):
        check = f"\nCONSTRAINT ck_standings_{name} CHECK ({name} {WHOLE})\n"
        op.execute(f"ALTER TABLE standings ADD COLUMN {name} BIGINT DEFAULT 0 NOT NULL{check}")
    op.create_table(
        "monthly_figures",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in OF_MONTH),
        *(sa.CheckConstraint(f"{name} {WHOLE}", name=op.f(f"ck_monthly_figures_{name}")) for name in OF_MONTH),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_monthly_figures_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "month", name=op.f("pk_monthly_figures")),
    )
    for name in OF_MONTH:
        op.create_index(f"ix_monthly_figures_month_{name}_tenant_id", "monthly_figures", ["month", name, "tenant_id"])
    for name in ("seconds", "refused"):
        op.create_index(f"ix_standings_month_{name}_tenant_id", "standings", ["month", name, "tenant_id"])
    dialect = op.get_bind().dialect.name
    for statement in (SUMS, STANDINGS):
        op.execute(statement.format(month=MONTH[dialect], refused=REFUSED[dialect]))


def _mail_may_be(kinds: str) -> None:
    # Both databases change a CHECK in place; a table that is copied would lose the rows that refer to it.
    op.execute("ALTER TABLE mail_messages DROP CONSTRAINT ck_mail_messages_kind")
    op.execute(f"ALTER TABLE mail_messages ADD CONSTRAINT ck_mail_messages_kind CHECK (kind IN ({kinds}))")


def downgrade() -> None:
    op.execute(f"DELETE FROM mail_messages WHERE kind IN ({NEW_KINDS})")  # noqa: S608 - words of ours
    _mail_may_be(KINDS)
    for table, number, at in NUMBERS:
        op.drop_index(f"ix_{table}_{number}_{at}", table)
    for name in ("seconds", "refused"):
        op.drop_index(f"ix_standings_month_{name}_tenant_id", "standings")
    for name in ("refused", "peak_concurrent", "recording_bytes"):
        op.drop_column("standings", name)
    for table in ("monthly_figures", "removals"):
        op.drop_table(table)
