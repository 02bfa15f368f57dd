"""The steps of a tenant's set-up: in which order, what each unlocks, which are done. All of it is computed."""

from __future__ import annotations

from dataclasses import dataclass

from portal.tenants.limits import LIMITS
from portal.tenants.models import CHOICES, Tenant
from portal.tenants.rules import FLAG_WORDS, compliance_in_force
from portal.tenants.words import called
from portal.web.words import money

WORDS = {
    "organization": "Organization",
    "plan": "Plan",
    "limits": "Limits",
    "features": "Features",
    "compliance": "Compliance",
    "webhook": "Webhook",
    "review": "Review",
}
"""Every step, in order. Limits and review decide nothing that has no good answer already."""
ORDER = tuple(WORDS)
CHOICE_OF = {
    "organization": "organization_chosen_at",
    "plan": "plan_chosen_at",
    "limits": "plan_chosen_at",
    "features": "features_chosen_at",
    "compliance": "compliance_chosen_at",
    "webhook": "webhook_chosen_at",
}
"""The choice by which a step is done; with a plan its limits are."""

UNLOCKS = {
    "organization": "Invoices and warnings about limits reach you.",
    "plan": "Calls are admitted within limits that fit you, at a price you know.",
    "features": "Your agents may record, call over your own SIP trunk, and show you charts.",
    "compliance": "Health and card data may be spoken, under the rules for it.",
    "webhook": "Your own systems hear of events as they happen. You may go on without one.",
}
"""What doing a step is good for: the steps that the start page lists."""


@dataclass(frozen=True)
class SetupStep:
    """One step of one tenant's set-up: its name in the address, its words, and whether it is done."""

    name: str
    label: str
    done: bool


@dataclass(frozen=True)
class Progress:
    """How far a tenant's set-up is: the steps that decide something, and the first that is open (None: finished)."""

    steps: list[SetupStep]
    following: SetupStep | None

    @property
    def finished(self) -> bool:
        """Whether nothing is open."""
        return self.following is None

    @property
    def sentence(self) -> str:
        """How far it is, in words."""
        done = sum(step.done for step in self.steps)
        if self.following is None:
            return "Everything is set up."
        began = f"{done} of {len(self.steps)} steps {'is' if done == 1 else 'are'} done" if done else (
            f"{len(self.steps)} short steps"
        )  # fmt: skip
        return f"{began}; next: {self.following.label.lower()}."


def all_steps(tenant: Tenant) -> list[SetupStep]:
    """Give every step; the review is done when all others are."""
    done = {name: getattr(tenant, CHOICE_OF[name]) is not None for name in CHOICE_OF}
    done["review"] = all(done.values())
    return [SetupStep(name, words, done[name]) for name, words in WORDS.items()]


def progress(tenant: Tenant) -> Progress:
    """Say how far a tenant's set-up is."""
    steps = [step for step in all_steps(tenant) if step.name in UNLOCKS]
    return Progress(steps, next((step for step in steps if not step.done), None))


def resumes_at(tenant: Tenant) -> str:
    """Give the first step that is open, else the review."""
    following = progress(tenant).following
    return following.name if following else "review"


def step_after(name: str) -> str:
    """Give the step behind another one."""
    return ORDER[ORDER.index(name) + 1]


def step_before(name: str) -> str | None:
    """Give the step before another one; None before the first."""
    at = ORDER.index(name)
    return ORDER[at - 1] if at else None


def reviewed(tenant: Tenant) -> list[tuple[SetupStep, list[tuple[str, str | None]]]]:
    """Give each step with what was decided in it, as (words, value); None is nothing."""
    own = {name: each for name in LIMITS if (each := tenant.entitlement(name).own) is not None}
    on = [FLAG_WORDS[flag] for flag in CHOICES["features_chosen_at"] if getattr(tenant, flag)]
    decided: dict[str, list[tuple[str, str | None]]] = {
        "organization": [
            ("Name", tenant.name),
            ("Slug", tenant.slug),
            ("Billing e-mail", tenant.billing_email),
            ("Technical contact", tenant.technical_contact_email),
        ],
        "plan": [("Plan", f"{tenant.plan.label}, {money(tenant.plan.monthly_price_cents)} a month")],
        "limits": [(called(name), f"{value:,}") for name, value in own.items()] or [("Limits", "Those of the plan")],
        "features": [("Switched on", ", ".join(on) or None)],
        "compliance": [("In force", compliance_in_force(tenant) or "Neither HIPAA nor PCI")],
        "webhook": [("Webhook address", tenant.webhook_url)],
    }
    return [(step, decided[step.name]) for step in all_steps(tenant) if step.name in decided]
