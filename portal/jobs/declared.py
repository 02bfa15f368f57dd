"""The daily work of all rooms: the one place where a job is declared."""

from __future__ import annotations

from datetime import timedelta

from portal.accounts import actions as accounts
from portal.accounts.queries import Lifetime
from portal.config import Settings
from portal.jobs.declaring import Daily, Declared, Every, all_of
from portal.mail import actions as mail
from portal.tenants import actions as tenants
from portal.usage import actions as usage
from portal.web.idempotency import forget_old_answers
from portal.webhooks import actions as webhooks

ENDING = (
    Declared(
        "end_suspensions",
        "Lifts the suspensions whose end has come, and tells the tenants’ owners.",
        Every(1),
        all_of(tenants.end_suspensions),
    ),
    Declared(
        "end_overrides",
        "Takes off the overrides whose end has come: the plan’s values return, and the owners are told.",
        Every(5),
        all_of(tenants.end_overrides),
    ),
    Declared(
        "tell_of_trials",
        "Tells owners once that a trial ends within three days, and once that it has ended.",
        Every(15),
        all_of(tenants.tell_of_trials),
    ),
)

FORGETTING = (
    Declared(
        "forget_answers",
        "Removes answers that were kept for a week, for requests that are sent twice.",
        Daily(2),
        all_of(forget_old_answers),
    ),
    Declared(
        "remove_old_calls",
        "Removes calls, recordings and refusals that are older than their tenant keeps. The figures stay.",
        Daily(1),
        usage.remove_past_retention,
    ),
    Declared(
        "close_months",
        "Adds up last month’s use of tenants that have had no call since it ended.",
        Daily(0),
        usage.close_months,
    ),
    Declared(
        "forget_mail",
        "Removes messages that were sent or given up 90 days ago.",
        Daily(3),
        all_of(mail.forget_old_messages),
    ),
    Declared(
        "forget_deliveries",
        "Removes what webhooks were sent 90 days ago, with its attempts.",
        Daily(3),
        all_of(webhooks.forget_old_deliveries),
    ),
    Declared(
        "forget_webhook_secrets",
        "Removes old webhook secrets whose time beside their successors is over.",
        Every(60),
        all_of(webhooks.forget_old_secrets),
    ),
)


def declared(settings: Settings) -> tuple[Declared, ...]:
    """Give every job."""
    lifetime = Lifetime(
        idle=timedelta(minutes=settings.session_idle_minutes),
        absolute=timedelta(hours=settings.session_absolute_hours),
    )
    forget_sessions = Declared(
        "forget_sessions",
        "Removes sessions, tokens, one-time links and counts of wrong passwords whose time is over.",
        Daily(2),
        lambda actor: accounts.tidy(actor, lifetime),
    )
    return (*ENDING, forget_sessions, *FORGETTING)
