"""The pages about tenants, each kind in a module of its own."""

from __future__ import annotations

from portal.tenants.pages import browsing, compliance, deleting, plan_change, settings, status
from portal.tenants.pages.blueprints import blueprint

__all__ = ["blueprint", "browsing", "compliance", "deleting", "plan_change", "settings", "status"]
