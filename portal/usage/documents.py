"""Calls and what they add up to, as JSON documents in the v1 dialect."""

from __future__ import annotations

from typing import Any

from portal.foundation.clock import rfc3339
from portal.tenants.models import Tenant
from portal.usage.models import Call, Recording, Standing
from portal.usage.reports import Month, Quota, Totals


def call_document(call: Call, recording: Recording | None = None) -> dict[str, Any]:
    """Give a call in the v1 dialect."""
    return {
        "tenant_id": str(call.tenant_id),
        "call_id": call.call_id,
        "status": call.status,
        "direction": call.direction,
        "agent_id": call.agent_id,
        "from": call.caller,
        "to": call.callee,
        "started_at": rfc3339(call.started_at),
        "ended_at": rfc3339(call.ended_at) if call.ended_at else None,
        "duration_seconds": call.duration_seconds,
        "sentiment_score": call.sentiment_score,
        "recording_admitted": call.recording_admitted,
        "recording_bytes": recording.size_bytes if recording else None,
        "cents": call.cents,
    }


def quota_document(tenant: Tenant, quota: Quota) -> dict[str, Any]:
    """Give a tenant's quota."""
    return {
        "tenant_id": str(tenant.id),
        "monthly_call_limit": quota.monthly_limit,
        "calls_used_this_month": quota.used.calls,
        "calls_remaining": quota.remaining,
        "calls_usage_percentage": _percentage(quota.used.calls, quota.monthly_limit),
        "max_concurrent_calls": quota.concurrent_limit,
        "current_active_calls": quota.active_calls,
        "concurrent_calls_remaining": quota.concurrent_remaining,
        "concurrent_usage_percentage": _percentage(quota.active_calls, quota.concurrent_limit),
        "total_minutes_used": quota.used.minutes,
        "quota_exceeded": quota.remaining == 0,
        "status": quota.status,
    }


def _percentage(used: int, limit: int) -> float:
    """Give how full a limit is, to two places; nothing of nothing is full."""
    return round(used * 100 / limit, 2) if limit else 100.0


def stats_document(
    tenant: Tenant, agents: int, quota: Quota, month: Month, standing: Standing | None
) -> dict[str, Any]:
    """Give a tenant's statistics: of today, and of the month where nothing else is said."""
    score = month.sentiment_sum / month.sentiments / 1_000_000 if month.sentiments else None
    return {
        "tenant_id": str(tenant.id),
        "total_agents": agents,
        "total_calls_today": month.today,
        "total_calls_month": month.totals.calls,
        "avg_call_duration": _average(month.totals),
        "avg_sentiment_score": round(score, 4) if score is not None else None,
        "active_sessions": quota.active_calls,
        "monthly_usage_cents": quota.used.cents,
        "last_call_at": rfc3339(standing.last_call_at) if standing and standing.last_call_at else None,
    }


def totals_document(period: str, totals: Totals, quota: dict[str, Any]) -> dict[str, Any]:
    """Give what came of the calls of a period."""
    return {
        "period": period,
        "total_calls": totals.calls,
        "completed_calls": totals.completed,
        "failed_calls": totals.failed,
        "success_rate": round(totals.completed * 100 / totals.calls, 2) if totals.calls else 0.0,
        "avg_duration_seconds": _average(totals),
        "total_duration_minutes": round(totals.seconds / 60, 2),
        "quota": quota,
    }


def _average(totals: Totals) -> float:
    return round(totals.seconds / totals.ended, 2) if totals.ended else 0.0


def admin_document(tenant: Tenant, quota: Quota, total_calls: int, standing: Standing | None) -> dict[str, Any]:
    """Give what the platform looks at of a tenant."""
    return {
        "tenant_id": str(tenant.id),
        "name": tenant.name,
        "slug": tenant.slug,
        "kind": tenant.kind,
        "billing_plan": tenant.billing_plan,
        "status": quota.status,
        "blocked": tenant.is_suspended(),
        "block_reason": tenant.suspension_reason if tenant.keeps_suspension() else None,
        "block_services": tenant.stopped_services() if tenant.keeps_suspension() else [],
        "total_calls": total_calls,
        "calls_this_month": quota.used.calls,
        "monthly_usage_cents": quota.used.cents,
        "last_activity_at": rfc3339(standing.last_call_at) if standing and standing.last_call_at else None,
        "quota": quota_document(tenant, quota),
    }
