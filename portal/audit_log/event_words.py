"""What each event is called where one chooses among them."""

from __future__ import annotations

from collections.abc import Mapping

from portal.foundation.audit import Event

EVENT_WORDS: Mapping[str, str] = {
    Event.TENANT_CREATED: "Tenant created",
    Event.TENANT_UPDATED: "Settings changed",
    Event.TENANT_PLAN_CHANGED: "Plan changed",
    Event.TENANT_SUSPENDED: "Suspended",
    Event.TENANT_RESUMED: "Suspension lifted",
    Event.TENANT_DEACTIVATED: "Deactivated",
    Event.TENANT_RESTORED: "Restored",
    Event.TENANT_DELETED: "Tenant deleted",
    Event.MEMBER_ADDED: "Member added or role changed",
    Event.MEMBER_REMOVED: "Member removed",
    Event.RESOURCE_ADDED: "Agent, file or the like added",
    Event.RESOURCE_CHANGED: "Agent, file or the like changed",
    Event.RESOURCE_REMOVED: "Agent, file or the like removed",
    Event.WEBHOOK_PAUSED: "Webhook paused",
    Event.WEBHOOK_RESUMED: "Webhook resumed",
    Event.WEBHOOK_SWITCHED_OFF: "Webhook switched off",
    Event.WEBHOOK_SWITCHED_ON: "Webhook switched on",
    Event.WEBHOOK_EVENTS_CHOSEN: "Webhook events chosen",
    Event.WEBHOOK_RESENT: "Events sent again",
    Event.WEBHOOK_TESTED: "Webhook tested",
    Event.WEBHOOK_SECRET_ROTATED: "Webhook secret replaced",
    Event.WEBHOOK_SECRET_REVOKED: "Old webhook secret ended",
    Event.USER_CREATED: "User created",
    Event.USER_SIGNED_UP: "Signed up",
    Event.USER_DISABLED: "User shut out",
    Event.USER_ENABLED: "User let in again",
    Event.USER_EMAIL_CONFIRMED: "E-mail address confirmed",
    Event.USER_PASSWORD_CHANGED: "Password changed",
    Event.USER_RESET_ASKED_FOR: "New password asked for",
    Event.FACTOR_ADDED: "Second factor added",
    Event.FACTOR_REMOVED: "Second factor removed",
    Event.FACTOR_CODES_MADE: "Recovery codes made",
    Event.SESSION_STARTED: "Signed in",
    Event.SESSION_ENDED: "Signed out",
    Event.SESSION_REFUSED: "Sign-in refused",
    Event.TOKEN_ISSUED: "API tokens issued",
    Event.TOKEN_FAMILY_ENDED: "API tokens ended",
    Event.JOB_ASKED_FOR: "Job run by hand",
    Event.KEYS_ROTATED: "Master key changed",
    Event.PLAN_CREATED: "Plan added",
    Event.PLAN_UPDATED: "Plan edited",
    Event.PLAN_RETIRED: "Plan retired",
    Event.PLAN_OFFERED: "Plan offered again",
    Event.PLAN_PRICE_SET: "Price a minute set",
    Event.PLAN_PRICE_WITHDRAWN: "Price a minute withdrawn",
    Event.REQUEST_MADE: "More asked for",
    Event.REQUEST_GRANTED: "Request granted",
    Event.REQUEST_DECLINED: "Request declined",
    Event.REQUEST_WITHDRAWN: "Request withdrawn",
    Event.DEMONSTRATION_LOADED: "Demonstration data loaded",
}
"""Every event; a test goes over the enum."""

OF_TENANTS = tuple(
    event for event in EVENT_WORDS if event.startswith(("tenant.", "member.", "resource.", "webhook.", "request."))
)
"""What a tenant's own trail can hold."""


def words_of_event(event: str) -> str:
    """Give what an event is called; one of a later version by its name."""
    return EVENT_WORDS.get(event) or event.replace(".", " ").replace("_", " ").capitalize()
