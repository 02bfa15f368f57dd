"""The first tables."""

from __future__ import annotations

import datetime

import sqlalchemy as sa
from alembic import op

TABLES = [
    "audit_records",
    "installation",
    "plans",
    "scopes",
    "sign_in_attempts",
    "users",
    "api_tokens",
    "known_devices",
    "memberships",
    "minute_prices",
    "sessions",
    "sign_in_links",
    "stored_answers",
    "tenants",
    "calls",
    "daily_figures",
    "data_keys",
    "old_slugs",
    "recordings",
    "resources",
    "standings",
    "tenant_search",
    "tenant_secrets",
]

PLANS = [
    {
        "key": "free",
        "label": "Free",
        "position": 1,
        "monthly_price_cents": 0,
        "included": {
            "max_concurrent_calls": 2,
            "monthly_call_limit": 100,
            "max_users": 3,
            "max_workspaces": 1,
            "max_projects": 2,
            "max_environments": 1,
            "max_agents": 2,
            "max_squads": 1,
            "max_minutes_per_month": 250,
            "max_campaigns": 0,
            "max_recordings_gb": 1,
            "max_files_gb": 1,
            "max_file_size_mb": 10,
        },
        "ceilings": {
            "max_concurrent_calls": 2,
            "monthly_call_limit": 100,
            "max_users": 3,
            "max_workspaces": 1,
            "max_projects": 2,
            "max_environments": 1,
            "max_agents": 2,
            "max_squads": 1,
            "max_minutes_per_month": 250,
            "max_campaigns": 0,
            "max_recordings_gb": 1,
            "max_files_gb": 1,
            "max_file_size_mb": 10,
        },
        "features": ["recording", "analytics"],
        "offered": True,
    },
    {
        "key": "starter",
        "label": "Starter",
        "position": 2,
        "monthly_price_cents": 4900,
        "included": {
            "max_concurrent_calls": 10,
            "monthly_call_limit": 1000,
            "max_users": 10,
            "max_workspaces": 2,
            "max_projects": 5,
            "max_environments": 2,
            "max_agents": 10,
            "max_squads": 3,
            "max_minutes_per_month": 5000,
            "max_campaigns": 5,
            "max_recordings_gb": 10,
            "max_files_gb": 2,
            "max_file_size_mb": 25,
        },
        "ceilings": {
            "max_concurrent_calls": 20,
            "monthly_call_limit": 2500,
            "max_users": 15,
            "max_workspaces": 4,
            "max_projects": 10,
            "max_environments": 3,
            "max_agents": 20,
            "max_squads": 5,
            "max_minutes_per_month": 10000,
            "max_campaigns": 10,
            "max_recordings_gb": 25,
            "max_files_gb": 5,
            "max_file_size_mb": 50,
        },
        "features": ["recording", "analytics", "sip"],
        "offered": True,
    },
    {
        "key": "pro",
        "label": "Pro",
        "position": 3,
        "monthly_price_cents": 19900,
        "included": {
            "max_concurrent_calls": 25,
            "monthly_call_limit": 5000,
            "max_users": 25,
            "max_workspaces": 5,
            "max_projects": 20,
            "max_environments": 3,
            "max_agents": 50,
            "max_squads": 10,
            "max_minutes_per_month": 25000,
            "max_campaigns": 25,
            "max_recordings_gb": 50,
            "max_files_gb": 10,
            "max_file_size_mb": 50,
        },
        "ceilings": {
            "max_concurrent_calls": 60,
            "monthly_call_limit": 15000,
            "max_users": 50,
            "max_workspaces": 10,
            "max_projects": 40,
            "max_environments": 5,
            "max_agents": 100,
            "max_squads": 20,
            "max_minutes_per_month": 75000,
            "max_campaigns": 75,
            "max_recordings_gb": 150,
            "max_files_gb": 25,
            "max_file_size_mb": 100,
        },
        "features": ["recording", "analytics", "sip"],
        "offered": True,
    },
    {
        "key": "business",
        "label": "Business",
        "position": 4,
        "monthly_price_cents": 79900,
        "included": {
            "max_concurrent_calls": 100,
            "monthly_call_limit": 25000,
            "max_users": 100,
            "max_workspaces": 20,
            "max_projects": 100,
            "max_environments": 5,
            "max_agents": 200,
            "max_squads": 25,
            "max_minutes_per_month": 125000,
            "max_campaigns": 100,
            "max_recordings_gb": 250,
            "max_files_gb": 25,
            "max_file_size_mb": 100,
        },
        "ceilings": {
            "max_concurrent_calls": 250,
            "monthly_call_limit": 100000,
            "max_users": 250,
            "max_workspaces": 40,
            "max_projects": 200,
            "max_environments": 10,
            "max_agents": 400,
            "max_squads": 50,
            "max_minutes_per_month": 500000,
            "max_campaigns": 300,
            "max_recordings_gb": 500,
            "max_files_gb": 50,
            "max_file_size_mb": 250,
        },
        "features": ["recording", "analytics", "sip"],
        "offered": True,
    },
    {
        "key": "enterprise",
        "label": "Enterprise",
        "position": 5,
        "monthly_price_cents": 249900,
        "included": {
            "max_concurrent_calls": 500,
            "monthly_call_limit": 250000,
            "max_users": 500,
            "max_workspaces": 100,
            "max_projects": 500,
            "max_environments": 10,
            "max_agents": 500,
            "max_squads": 50,
            "max_minutes_per_month": 1000000,
            "max_campaigns": 500,
            "max_recordings_gb": 500,
            "max_files_gb": 50,
            "max_file_size_mb": 250,
        },
        "ceilings": {
            "max_concurrent_calls": 1000,
            "monthly_call_limit": 5000000,
            "max_users": 10000,
            "max_workspaces": 1000,
            "max_projects": 5000,
            "max_environments": 50,
            "max_agents": 1000,
            "max_squads": 100,
            "max_minutes_per_month": 25000000,
            "max_campaigns": 1000,
            "max_recordings_gb": 1000,
            "max_files_gb": 100,
            "max_file_size_mb": 500,
        },
        "features": ["recording", "analytics", "sip", "compliance"],
        "offered": True,
    },
]

PRICES = [
    {"plan_key": "free", "since": datetime.date(2020, 1, 1), "hundredths": 0},
    {"plan_key": "starter", "since": datetime.date(2020, 1, 1), "hundredths": 1000},
    {"plan_key": "starter", "since": datetime.date(2026, 1, 1), "hundredths": 900},
    {"plan_key": "pro", "since": datetime.date(2020, 1, 1), "hundredths": 850},
    {"plan_key": "pro", "since": datetime.date(2026, 1, 1), "hundredths": 775},
    {"plan_key": "business", "since": datetime.date(2020, 1, 1), "hundredths": 700},
    {"plan_key": "business", "since": datetime.date(2026, 1, 1), "hundredths": 650},
    {"plan_key": "enterprise", "since": datetime.date(2020, 1, 1), "hundredths": 550},
    {"plan_key": "enterprise", "since": datetime.date(2026, 1, 1), "hundredths": 525},
]

MOMENT = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("door", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("actor_standing", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_name", sa.String(length=255), nullable=True),
        sa.Column("tenant_slug", sa.String(length=63), nullable=True),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=255), nullable=True),
        sa.Column("subject_label", sa.String(length=255), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "door IN ('web', 'api', 'command_line', 'import', 'system')", name=op.f("ck_audit_records_door")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_records")),
    )
    op.create_index("ix_audit_records_actor_name_at", "audit_records", ["actor_name", "at"], unique=False)
    op.create_index("ix_audit_records_at_id", "audit_records", ["at", "id"], unique=False)
    op.create_index("ix_audit_records_event_at", "audit_records", ["event", "at"], unique=False)
    op.create_index("ix_audit_records_tenant_id_at_id", "audit_records", ["tenant_id", "at", "id"], unique=False)

    op.create_table(
        "installation",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_installation")),
    )
    op.create_table(
        "plans",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("monthly_price_cents", WHOLE, nullable=False),
        sa.Column("included", sa.JSON(), nullable=False),
        sa.Column("ceilings", sa.JSON(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("offered", sa.Boolean(create_constraint=True, name="offered"), nullable=False),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 100", name=op.f("ck_plans_key")),
        sa.CheckConstraint("length(label) BETWEEN 1 AND 100", name=op.f("ck_plans_label")),
        sa.CheckConstraint(
            "monthly_price_cents BETWEEN 0 AND 9007199254740991", name=op.f("ck_plans_monthly_price_cents")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_plans")),
    )
    op.create_table(
        "scopes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scopes")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_last_at", "sign_in_attempts", ["last_at"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=50), nullable=False),
        sa.Column("username_key", sa.String(length=50), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("email_confirmed_at", MOMENT, nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("role IN ('admin', 'support', 'business', 'developer')", name=op.f("ck_users_role")),
        sa.CheckConstraint("length(email) BETWEEN 3 AND 254", name=op.f("ck_users_email")),
        sa.CheckConstraint("length(username) BETWEEN 3 AND 50", name=op.f("ck_users_username")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["tenants.id"], name=op.f("fk_users_owner_id"), ondelete="SET NULL", use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
        sa.UniqueConstraint("username_key", name=op.f("uq_users_username_key")),
    )
    op.create_index("ix_users_owner_id", "users", ["owner_id"], unique=False)

    op.create_table(
        "api_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("refresh", sa.Boolean(create_constraint=True, name="refresh"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_api_tokens")),
    )
    op.create_index("ix_api_tokens_expires_at", "api_tokens", ["expires_at"], unique=False)
    op.create_index("ix_api_tokens_family_id", "api_tokens", ["family_id"], unique=False)
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"], unique=False)

    op.create_table(
        "known_devices",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("mark_hash", sa.String(length=64), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_devices_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "mark_hash", name=op.f("pk_known_devices")),
    )
    op.create_table(
        "memberships",
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("role IN ('owner', 'manager', 'viewer')", name=op.f("ck_memberships_role")),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"], name=op.f("fk_memberships_scope_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scope_id", "user_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"], unique=False)

    op.create_table(
        "minute_prices",
        sa.Column("plan_key", sa.String(length=100), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("hundredths", WHOLE, nullable=False),
        sa.CheckConstraint("hundredths BETWEEN 0 AND 9007199254740991", name=op.f("ck_minute_prices_hundredths")),
        sa.ForeignKeyConstraint(
            ["plan_key"], ["plans.key"], name=op.f("fk_minute_prices_plan_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_key", "since", name=op.f("pk_minute_prices")),
    )
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("user_agent", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_links_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_links")),
    )
    op.create_table(
        "stored_answers",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_stored_answers_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_stored_answers")),
    )
    op.create_index("ix_stored_answers_created_at", "stored_answers", ["created_at"], unique=False)

    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("trial_ends_at", MOMENT, nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("suspension_reason", sa.String(length=500), nullable=True),
        sa.Column("suspended_services", sa.JSON(), nullable=True),
        sa.Column("suspended_at", MOMENT, nullable=True),
        sa.Column("suspended_until", MOMENT, nullable=True),
        sa.Column("billing_plan", sa.String(length=100), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("billing_email", sa.String(length=254), nullable=True),
        sa.Column("technical_contact_email", sa.String(length=254), nullable=True),
        sa.Column("max_concurrent_calls", WHOLE, nullable=True),
        sa.Column("monthly_call_limit", WHOLE, nullable=True),
        sa.Column("max_users", WHOLE, nullable=True),
        sa.Column("max_workspaces", WHOLE, nullable=True),
        sa.Column("max_projects", WHOLE, nullable=True),
        sa.Column("max_environments", WHOLE, nullable=True),
        sa.Column("max_agents", WHOLE, nullable=True),
        sa.Column("max_squads", WHOLE, nullable=True),
        sa.Column("max_minutes_per_month", WHOLE, nullable=True),
        sa.Column("max_campaigns", WHOLE, nullable=True),
        sa.Column("max_recordings_gb", WHOLE, nullable=True),
        sa.Column("max_files_gb", WHOLE, nullable=True),
        sa.Column("max_file_size_mb", WHOLE, nullable=True),
        sa.Column("limit_overrides", sa.JSON(), nullable=False),
        sa.Column("sip_enabled", sa.Boolean(create_constraint=True, name="sip_enabled"), nullable=False),
        sa.Column("sip_domain", sa.String(length=253), nullable=True),
        sa.Column("sip_username", sa.String(length=255), nullable=True),
        sa.Column("recording_enabled", sa.Boolean(create_constraint=True, name="recording_enabled"), nullable=False),
        sa.Column("analytics_enabled", sa.Boolean(create_constraint=True, name="analytics_enabled"), nullable=False),
        sa.Column("recording_format", sa.String(length=10), nullable=False),
        sa.Column("retention_days", WHOLE, nullable=False),
        sa.Column("hipaa_enabled", sa.Boolean(create_constraint=True, name="hipaa_enabled"), nullable=False),
        sa.Column("pci_enabled", sa.Boolean(create_constraint=True, name="pci_enabled"), nullable=False),
        sa.Column("pci_recording_acknowledged_at", MOMENT, nullable=True),
        sa.Column(
            "data_encryption_enabled",
            sa.Boolean(create_constraint=True, name="data_encryption_enabled"),
            nullable=False,
        ),
        sa.Column("webhook_url", sa.String(length=2048), nullable=True),
        sa.Column("webhook_timeout_seconds", WHOLE, nullable=False),
        sa.Column("meta_data", sa.JSON(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("sort_name", SORTED, nullable=False),
        sa.CheckConstraint("kind = 'trial' OR trial_ends_at IS NULL", name=op.f("ck_tenants_trial_ends_at")),
        sa.CheckConstraint("kind IN ('standard', 'enterprise', 'trial')", name=op.f("ck_tenants_kind")),
        sa.CheckConstraint(
            "recording_format IN ('mp4', 'mp3', 'wav', 'ogg')", name=op.f("ck_tenants_recording_format")
        ),
        sa.CheckConstraint(
            "slug = lower(slug) AND slug NOT LIKE '-%' AND slug NOT LIKE '%-' AND slug NOT LIKE '%--%'",
            name=op.f("ck_tenants_slug_shape"),
        ),
        sa.CheckConstraint("status IN ('active', 'inactive', 'suspended')", name=op.f("ck_tenants_status")),
        sa.CheckConstraint(
            "data_encryption_enabled OR NOT (hipaa_enabled OR pci_enabled)",
            name=op.f("ck_tenants_encryption_under_compliance"),
        ),
        sa.CheckConstraint("length(billing_email) BETWEEN 3 AND 254", name=op.f("ck_tenants_billing_email")),
        sa.CheckConstraint("length(billing_plan) BETWEEN 1 AND 100", name=op.f("ck_tenants_billing_plan")),
        sa.CheckConstraint("length(external_id) BETWEEN 1 AND 255", name=op.f("ck_tenants_external_id")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 255", name=op.f("ck_tenants_name")),
        sa.CheckConstraint("length(sip_domain) BETWEEN 1 AND 253", name=op.f("ck_tenants_sip_domain")),
        sa.CheckConstraint("length(sip_username) BETWEEN 1 AND 255", name=op.f("ck_tenants_sip_username")),
        sa.CheckConstraint("length(slug) BETWEEN 1 AND 63", name=op.f("ck_tenants_slug")),
        sa.CheckConstraint("length(suspension_reason) BETWEEN 1 AND 500", name=op.f("ck_tenants_suspension_reason")),
        sa.CheckConstraint(
            "length(technical_contact_email) BETWEEN 3 AND 254", name=op.f("ck_tenants_technical_contact_email")
        ),
        sa.CheckConstraint("length(webhook_url) BETWEEN 9 AND 2048", name=op.f("ck_tenants_webhook_url")),
        sa.CheckConstraint("max_agents BETWEEN 1 AND 1000", name=op.f("ck_tenants_max_agents")),
        sa.CheckConstraint("max_campaigns BETWEEN 0 AND 1000", name=op.f("ck_tenants_max_campaigns")),
        sa.CheckConstraint("max_concurrent_calls BETWEEN 1 AND 1000", name=op.f("ck_tenants_max_concurrent_calls")),
        sa.CheckConstraint("max_environments BETWEEN 0 AND 9007199254740991", name=op.f("ck_tenants_max_environments")),
        sa.CheckConstraint("max_file_size_mb BETWEEN 1 AND 500", name=op.f("ck_tenants_max_file_size_mb")),
        sa.CheckConstraint("max_files_gb BETWEEN 0 AND 100", name=op.f("ck_tenants_max_files_gb")),
        sa.CheckConstraint(
            "max_minutes_per_month BETWEEN 0 AND 9007199254740991", name=op.f("ck_tenants_max_minutes_per_month")
        ),
        sa.CheckConstraint("max_projects BETWEEN 0 AND 9007199254740991", name=op.f("ck_tenants_max_projects")),
        sa.CheckConstraint("max_recordings_gb BETWEEN 0 AND 1000", name=op.f("ck_tenants_max_recordings_gb")),
        sa.CheckConstraint("max_squads BETWEEN 1 AND 100", name=op.f("ck_tenants_max_squads")),
        sa.CheckConstraint("max_users BETWEEN 0 AND 9007199254740991", name=op.f("ck_tenants_max_users")),
        sa.CheckConstraint("max_workspaces BETWEEN 0 AND 9007199254740991", name=op.f("ck_tenants_max_workspaces")),
        sa.CheckConstraint(
            "monthly_call_limit BETWEEN 0 AND 9007199254740991", name=op.f("ck_tenants_monthly_call_limit")
        ),
        sa.CheckConstraint("octet_length(CAST(meta_data AS TEXT)) <= 16384", name=op.f("ck_tenants_meta_data")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_tenants_parent_id")),
        sa.CheckConstraint("retention_days BETWEEN 1 AND 3650", name=op.f("ck_tenants_retention_days")),
        sa.CheckConstraint("webhook_timeout_seconds BETWEEN 1 AND 60", name=op.f("ck_tenants_webhook_timeout_seconds")),
        sa.ForeignKeyConstraint(["billing_plan"], ["plans.key"], name=op.f("fk_tenants_billing_plan")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_tenants_owner_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["parent_id"], ["tenants.id"], name=op.f("fk_tenants_parent_id")),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"], name=op.f("fk_tenants_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("external_id", name=op.f("uq_tenants_external_id")),
        sa.UniqueConstraint("scope_id", name=op.f("uq_tenants_scope_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    op.create_index("ix_tenants_billing_plan_sort_name", "tenants", ["billing_plan", "sort_name"], unique=False)
    op.create_index("ix_tenants_created_at_id", "tenants", ["created_at", "id"], unique=False)
    op.create_index("ix_tenants_kind_sort_name", "tenants", ["kind", "sort_name"], unique=False)
    op.create_index("ix_tenants_owner_id", "tenants", ["owner_id"], unique=False)
    op.create_index("ix_tenants_parent_id", "tenants", ["parent_id"], unique=False)
    op.create_index("ix_tenants_sort_name_id", "tenants", ["sort_name", "id"], unique=False)
    op.create_index("ix_tenants_status_sort_name", "tenants", ["status", "sort_name"], unique=False)

    op.create_table(
        "calls",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=True),
        sa.Column("from_number", sa.String(length=64), nullable=True),
        sa.Column("to_number", sa.String(length=64), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("duration_seconds", sa.BigInteger(), nullable=True),
        sa.Column("sentiment_score", sa.Double(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("direction IN ('inbound', 'outbound')", name=op.f("ck_calls_direction")),
        sa.CheckConstraint("status IN ('active', 'completed', 'failed', 'no_answer')", name=op.f("ck_calls_status")),
        sa.CheckConstraint("cents BETWEEN 0 AND 9007199254740991", name=op.f("ck_calls_cents")),
        sa.CheckConstraint("duration_seconds BETWEEN 0 AND 9007199254740991", name=op.f("ck_calls_duration_seconds")),
        sa.CheckConstraint("length(call_id) BETWEEN 1 AND 128", name=op.f("ck_calls_call_id")),
        sa.CheckConstraint("price BETWEEN 0 AND 9007199254740991", name=op.f("ck_calls_price")),
        sa.CheckConstraint("sentiment_score BETWEEN -1 AND 1", name=op.f("ck_calls_sentiment_score")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_calls_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "call_id", name=op.f("pk_calls")),
    )
    op.create_index(
        "ix_calls_active",
        "calls",
        ["tenant_id", "started_at"],
        unique=False,
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index("ix_calls_tenant_started", "calls", ["tenant_id", "started_at"], unique=False)

    op.create_table(
        "daily_figures",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("completed", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("peak_concurrent", WHOLE, nullable=False),
        sa.CheckConstraint("calls BETWEEN 0 AND 9007199254740991", name=op.f("ck_daily_figures_calls")),
        sa.CheckConstraint("cents BETWEEN 0 AND 9007199254740991", name=op.f("ck_daily_figures_cents")),
        sa.CheckConstraint("completed BETWEEN 0 AND 9007199254740991", name=op.f("ck_daily_figures_completed")),
        sa.CheckConstraint("failed BETWEEN 0 AND 9007199254740991", name=op.f("ck_daily_figures_failed")),
        sa.CheckConstraint(
            "peak_concurrent BETWEEN 0 AND 9007199254740991", name=op.f("ck_daily_figures_peak_concurrent")
        ),
        sa.CheckConstraint("seconds BETWEEN 0 AND 9007199254740991", name=op.f("ck_daily_figures_seconds")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_daily_figures_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_daily_figures")),
    )
    op.create_index("ix_daily_figures_day", "daily_figures", ["day"], unique=False)

    op.create_table(
        "data_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master_key", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_data_keys_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_data_keys")),
    )
    op.create_index("ix_data_keys_master_key", "data_keys", ["master_key"], unique=False)

    op.create_table(
        "old_slugs",
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_old_slugs_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_old_slugs")),
    )
    op.create_index("ix_old_slugs_tenant_id", "old_slugs", ["tenant_id"], unique=False)

    op.create_table(
        "recordings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("size_bytes BETWEEN 0 AND 9007199254740991", name=op.f("ck_recordings_size_bytes")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_recordings_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "call_id", name=op.f("pk_recordings")),
    )
    op.create_table(
        "resources",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", WHOLE, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('agent', 'squad', 'workflow', 'integration', 'file', 'sip_trunk')", name=op.f("ck_resources_kind")
        ),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 128", name=op.f("ck_resources_key")),
        sa.CheckConstraint("length(label) BETWEEN 1 AND 255", name=op.f("ck_resources_label")),
        sa.CheckConstraint("size_bytes BETWEEN 0 AND 9007199254740991", name=op.f("ck_resources_size_bytes")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_resources_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "key", name=op.f("pk_resources")),
    )
    op.create_table(
        "standings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("last_call_at", MOMENT, nullable=True),
        sa.CheckConstraint("calls BETWEEN 0 AND 9007199254740991", name=op.f("ck_standings_calls")),
        sa.CheckConstraint("cents BETWEEN 0 AND 9007199254740991", name=op.f("ck_standings_cents")),
        sa.CheckConstraint("seconds BETWEEN 0 AND 9007199254740991", name=op.f("ck_standings_seconds")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_standings_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_standings")),
    )
    op.create_index("ix_standings_month_calls_tenant_id", "standings", ["month", "calls", "tenant_id"], unique=False)
    op.create_index("ix_standings_month_cents_tenant_id", "standings", ["month", "cents", "tenant_id"], unique=False)

    op.create_table(
        "tenant_search",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_search_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tenant_search")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_tenant_search_tenant_id")),
    )
    op.create_table(
        "tenant_secrets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_secrets_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "field", name=op.f("pk_tenant_secrets")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key("fk_users_owner_id", "users", "tenants", ["owner_id"], ["id"], ondelete="SET NULL")
        _search_on_postgresql()
    else:
        _search_on_sqlite()
    _plan_catalogue()


def _search_on_postgresql() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_index(
        "ix_tenant_search_body",
        "tenant_search",
        ["body"],
        postgresql_using="gin",
        postgresql_ops={"body": "gin_trgm_ops"},
    )


def _search_on_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE tenant_search_fts USING fts5"
        "(body, content='tenant_search', content_rowid='number', tokenize='trigram')"
    )
    op.execute("INSERT INTO tenant_search_fts(tenant_search_fts, rank) VALUES ('secure-delete', 1)")
    add = "INSERT INTO tenant_search_fts(rowid, body) VALUES (new.number, new.body);"
    remove = "INSERT INTO tenant_search_fts(tenant_search_fts, rowid, body) VALUES ('delete', old.number, old.body);"
    for when, what in (("INSERT", add), ("DELETE", remove), ("UPDATE", remove + " " + add)):
        op.execute(f"CREATE TRIGGER tenant_search_{when.lower()} AFTER {when} ON tenant_search BEGIN {what} END")


def _plan_catalogue() -> None:
    plans = sa.table(
        "plans",
        *(sa.column(name) for name in ("key", "label", "position", "monthly_price_cents", "offered")),
        *(sa.column(name, sa.JSON()) for name in ("included", "ceilings", "features")),
    )
    prices = sa.table("minute_prices", sa.column("plan_key"), sa.column("since", sa.Date()), sa.column("hundredths"))
    op.bulk_insert(plans, PLANS)
    op.bulk_insert(prices, PRICES)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_users_owner_id", "users")
    else:
        op.execute("DROP TABLE tenant_search_fts")
    for table in reversed(TABLES):
        op.drop_table(table)
