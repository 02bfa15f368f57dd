"""What those who look after the platform ask every morning: each a search of the table of tenants."""

from __future__ import annotations

from datetime import date, timedelta

from portal.foundation.permissions import Actor, Role

SOON = timedelta(days=7)

Question = tuple[str, str, str, str]
"""The words for one and for many, the search, the tone."""


def questions(actor: Actor, today: date) -> list[Question]:
    """Give the questions of an administrator, who decides, or of support, who finds out why; the most pressing
    first."""
    return [*_LIMITS, *_WEBHOOKS, *(_SUPPORT if actor.role == Role.SUPPORT else _to_decide(today))]


_LIMITS: tuple[Question, ...] = (
    (
        "tenant has used up its calls of the month",
        "tenants have used up their calls of the month",
        "usage:>=100%",
        "bad",
    ),
    (
        "tenant has used 80 % or more of its calls",
        "tenants have used 80 % or more of their calls",
        "usage:>=80% usage:<100%",
        "warn",
    ),
    (
        "tenant will use up its calls this month at this rate",
        "tenants will use up their calls this month at this rate",
        "exceeding:yes usage:<80%",
        "info",
    ),
)
_WEBHOOKS: tuple[Question, ...] = (
    ("webhook is switched off", "webhooks are switched off", "webhook_state:off", "bad"),
    ("webhook is failing", "webhooks are failing", "webhook_state:failing", "warn"),
)
_SUPPORT: tuple[Question, ...] = (
    (
        "tenant had calls refused in the last 7 days",
        "tenants had calls refused in the last 7 days",
        "refused:>0",
        "warn",
    ),
    ("tenant has gone quiet", "tenants have gone quiet", "quiet:yes", "info"),
)


def _to_decide(today: date) -> tuple[Question, ...]:
    soon = today + SOON
    ending = f"kind:trial trial_ends:>={today} trial_ends:<={soon}"
    lifted = f"status:suspended suspended_until:<={soon}"
    return (
        ("request is open", "requests are open", "request:open", "warn"),
        ("set-up is not finished", "set-ups are not finished", "setup:unfinished status:active", "info"),
        ("trial ends within 7 days", "trials end within 7 days", ending, "warn"),
        ("override ends within 7 days", "overrides end within 7 days", f"override_ends:<={soon}", "warn"),
        ("trial has ended", "trials have ended", f"kind:trial trial_ends:<{today}", "info"),
        ("tenant is suspended", "tenants are suspended", "status:suspended", "info"),
        ("suspension ends within 7 days", "suspensions end within 7 days", lifted, "info"),
        ("tenant has no owner", "tenants have no owner", "owner:no", "info"),
    )
