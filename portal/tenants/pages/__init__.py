"""The pages about tenants, each kind in a module of its own."""

from __future__ import annotations

from portal.tenants.pages import (
    browsing,
    compliance,
    deleting,
    live,
    looking_back,
    plan_change,
    setting_up,
    setting_up_start,
    settings,
    status,
)
from portal.tenants.pages.blueprints import blueprint, setup

__all__ = [
    "blueprint",
    "browsing",
    "compliance",
    "deleting",
    "live",
    "looking_back",
    "plan_change",
    "setting_up",
    "setting_up_start",
    "settings",
    "setup",
    "status",
]
