"""Mail, the links that confirm an address, daily work, and what tenants' people were told once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITS = sa.text("due_at IS NOT NULL")
COUNT = "BETWEEN 0 AND 9007199254740991"
KINDS = (
    "'confirm_address', 'tenant_suspended', 'tenant_resumed', 'tenant_deactivated', 'tenant_restored', "
    "'tenant_deleted', 'webhook_switched_off', 'member_added', 'trial_ending', 'trial_ended', 'override_ended'"
)


def upgrade() -> None:
    op.create_table(
        "confirmation_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_confirmation_links_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_confirmation_links")),
    )
    op.create_index("ix_confirmation_links_user_id", "confirmation_links", ["user_id"])
    _mail()
    _jobs()
    op.create_table(
        "tenant_notices",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_notices_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "kind", name=op.f("pk_tenant_notices")),
    )


def _mail() -> None:
    op.create_table(
        "mail_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("to_name", sa.String(length=50), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", WHOLE, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_mail_messages_kind")),
        sa.CheckConstraint("length(to_address) BETWEEN 3 AND 254", name=op.f("ck_mail_messages_to_address")),
        sa.CheckConstraint("state IN ('pending', 'sent', 'failed', 'dropped')", name=op.f("ck_mail_messages_state")),
        sa.CheckConstraint(f"attempts {COUNT}", name=op.f("ck_mail_messages_attempts")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_messages_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_mail_messages_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_messages")),
    )
    op.create_index("ix_mail_messages_due_at", "mail_messages", ["due_at"], sqlite_where=WAITS, postgresql_where=WAITS)
    for columns in (["user_id"], ["tenant_id"], ["written_at"], ["state", "written_at"]):
        op.create_index(f"ix_mail_messages_{'_'.join(columns)}", "mail_messages", columns)
    op.create_table(
        "mail_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("took_ms", WHOLE, nullable=False),
        sa.Column("code", WHOLE, nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.CheckConstraint(f"number {COUNT}", name=op.f("ck_mail_attempts_number")),
        sa.CheckConstraint(f"took_ms {COUNT}", name=op.f("ck_mail_attempts_took_ms")),
        sa.CheckConstraint("code BETWEEN 200 AND 599", name=op.f("ck_mail_attempts_code")),
        sa.CheckConstraint("length(error) BETWEEN 1 AND 300", name=op.f("ck_mail_attempts_error")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["mail_messages.id"], name=op.f("fk_mail_attempts_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attempts")),
    )
    op.create_index("ix_mail_attempts_message_id_number", "mail_attempts", ["message_id", "number"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("began_at", MOMENT, nullable=True),
        sa.Column("took_ms", WHOLE, nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=True),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 40", name=op.f("ck_jobs_name")),
        sa.CheckConstraint(f"took_ms {COUNT}", name=op.f("ck_jobs_took_ms")),
        sa.CheckConstraint("outcome IN ('done', 'failed')", name=op.f("ck_jobs_outcome")),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 300", name=op.f("ck_jobs_words")),
        sa.CheckConstraint(f"failures {COUNT}", name=op.f("ck_jobs_failures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("name", name=op.f("uq_jobs_name")),
    )
    op.create_index("ix_jobs_due_at", "jobs", ["due_at"], sqlite_where=WAITS, postgresql_where=WAITS)


def downgrade() -> None:
    for table in ("tenant_notices", "jobs", "mail_attempts", "mail_messages", "confirmation_links"):
        op.drop_table(table)
