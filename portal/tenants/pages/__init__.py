"""The pages about tenants, each kind in a module of its own."""

from __future__ import annotations

from portal.tenants.pages import browsing, settings
from portal.tenants.pages.blueprints import blueprint, home

__all__ = ["blueprint", "browsing", "home", "settings"]
