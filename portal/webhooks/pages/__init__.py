"""The pages about webhooks, each kind in a module of its own."""

from __future__ import annotations

from portal.webhooks.pages import acting, documentation, reading, settings
from portal.webhooks.pages.blueprints import blueprint

__all__ = ["acting", "blueprint", "documentation", "reading", "settings"]
