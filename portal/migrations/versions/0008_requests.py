"""What tenants ask for; plans know their version and whether they are given on request."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state = 'open'")
SUBJECTS = (
    "'plan', 'max_concurrent_calls', 'monthly_call_limit', 'max_users', 'max_workspaces', 'max_projects', "
    "'max_environments', 'max_agents', 'max_squads', 'max_minutes_per_month', 'max_campaigns', 'max_recordings_gb', "
    "'max_files_gb', 'max_file_size_mb'"
)
NEW_MAIL = ["request_granted", "request_declined"]


def upgrade() -> None:
    _requests()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    # SQLite adds a column with its CHECK in one statement, where changing the table later would copy all of it.
    check = " CONSTRAINT ck_plans_on_request CHECK (on_request IN (0, 1))" if on_sqlite else ""
    op.execute(
        f"ALTER TABLE plans ADD COLUMN on_request BOOLEAN DEFAULT {'0' if on_sqlite else 'false'} NOT NULL{check}"
    )
    op.execute("ALTER TABLE plans ADD COLUMN version BIGINT DEFAULT 1 NOT NULL")
    _allow_mail([*_mail_allowed(), *NEW_MAIL])


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("wanted_plan", sa.String(length=100), nullable=True),
        sa.Column("wanted_value", WHOLE, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=255), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_by", sa.String(length=255), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.CheckConstraint("wanted_value BETWEEN 0 AND 9007199254740991", name=op.f("ck_requests_wanted_value")),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 500", name=op.f("ck_requests_reason")),
        sa.CheckConstraint("state IN ('open', 'granted', 'declined', 'withdrawn')", name=op.f("ck_requests_state")),
        sa.CheckConstraint("length(answer) BETWEEN 1 AND 500", name=op.f("ck_requests_answer")),
        sa.CheckConstraint(f"subject IN ({SUBJECTS})", name=op.f("ck_requests_subject")),
        sa.CheckConstraint("(subject = 'plan') = (wanted_plan IS NOT NULL)", name=op.f("ck_requests_a_plan")),
        sa.CheckConstraint("(subject = 'plan') = (wanted_value IS NULL)", name=op.f("ck_requests_a_value")),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_requests_answered")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_requests_tenant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wanted_plan"], ["plans.key"], name=op.f("fk_requests_wanted_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(
        "uq_requests_open",
        "requests",
        ["tenant_id", "subject"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    for columns in (["tenant_id", "asked_at"], ["state", "asked_at", "id"], ["wanted_plan"]):
        op.create_index(f"ix_requests_{'_'.join(columns)}", "requests", columns)


def _mail_allowed() -> list[str]:
    """Read which kinds of mail there may be, whatever migration allowed them."""
    found = sa.inspect(op.get_bind()).get_check_constraints("mail_messages")
    return re.findall(
        r"'([a-z_]+)'", next(each["sqltext"] for each in found if each["name"] == "ck_mail_messages_kind")
    )


def _allow_mail(kinds: list[str]) -> None:
    """Let there be these kinds of mail, and no others."""
    # Both databases change a CHECK in place; a table that is copied would lose the rows that refer to it.
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE mail_messages DROP CONSTRAINT ck_mail_messages_kind")
    op.execute(f"ALTER TABLE mail_messages ADD CONSTRAINT ck_mail_messages_kind CHECK (kind IN ({allowed}))")


def downgrade() -> None:
    messages = sa.table("mail_messages", sa.column("kind"))
    op.execute(messages.delete().where(messages.c.kind.in_(NEW_MAIL)))
    _allow_mail([kind for kind in _mail_allowed() if kind not in NEW_MAIL])
    op.drop_table("requests")
    for column in ("version", "on_request"):
        op.execute(f"ALTER TABLE plans DROP COLUMN {column}")
