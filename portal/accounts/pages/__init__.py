"""The pages about people: signing up, in and out, and the own account."""

from __future__ import annotations

from portal.accounts.browser import init_app, load_actor
from portal.accounts.gate import keep_out
from portal.accounts.pages import confirming, factors, forgotten, own_account, proving, second_step, signing_in
from portal.accounts.pages.blueprints import account, blueprint

__all__ = [
    "account",
    "blueprint",
    "confirming",
    "factors",
    "forgotten",
    "init_app",
    "keep_out",
    "load_actor",
    "own_account",
    "proving",
    "second_step",
    "signing_in",
]
