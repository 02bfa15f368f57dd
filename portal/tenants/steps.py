"""What can be done with a tenant as a whole, and what is said before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.foundation.permissions import Actor, Permission
from portal.foundation.writing import isolated
from portal.tenants.limits import Status
from portal.tenants.models import Tenant
from portal.tenants.queries import Concerned


@dataclass(frozen=True)
class Step:
    """One thing that can be done: its verb as addresses have it, what its button and its menu say, what will happen
    and what stays; `against` says why it cannot be done now."""

    verb: str
    label: str
    menu: str
    icon: str
    happens: tuple[str, ...]
    stays: tuple[str, ...]
    dangerous: bool = True
    against: str | None = None


def counted(number: int, one: str) -> str:
    """Count things in words: "no agents", "1 agent", "1,200 agents"."""
    return f"1 {one}" if number == 1 else f"{f'{number:,}' if number else 'no'} {one}s"


def suspending(tenant: Tenant, concerned: Concerned) -> Step:
    """Say what suspending does."""
    name = isolated(tenant.name)
    return Step(
        "suspend", f"Suspend {name}", "Suspend…", "ban",
        happens=(
            "What is chosen below stops at once; with calls among it, new ones are refused.",
            _running(concerned),
            f"It concerns {counted(concerned.agents, 'agent')}. Its members ({concerned.members:,}) see the reason and "
            "cannot lift it.",
        ),
        stays=("Everything it owns, its settings and its figures stay, and its members go on reading them.",),
        against=f"{name} is suspended already. Lift that suspension first." if tenant.keeps_suspension() else
        None,
    )  # fmt: skip


def resuming(tenant: Tenant, concerned: Concerned) -> Step:
    """Say what lifting a suspension does."""
    name = isolated(tenant.name)
    inactive = tenant.status == Status.INACTIVE
    return Step(
        "resume", f"Lift the suspension of {name}", "Lift the suspension…", "play",
        happens=(
            f"It stays inactive, with {tenant.stopped_words()} stopped, until it is restored." if inactive else
            f"What was stopped runs again at once: {tenant.stopped_words()}.",
            f"It concerns {counted(concerned.agents, 'agent')} and {counted(concerned.members, 'member')}.",
        ),
        stays=("The suspension and its reason stay in the activity.",),
        dangerous=False,
        against=None if tenant.keeps_suspension() else f"{name} is not suspended. There is nothing to lift.",
    )  # fmt: skip


def deactivating(tenant: Tenant, concerned: Concerned) -> Step:
    """Say what deactivating does."""
    name = isolated(tenant.name)
    kept = ["Its suspension stays too, and is in force again once it is restored."] if tenant.keeps_suspension() else []
    return Step(
        "deactivate", f"Deactivate {name}", "Deactivate…", "power",
        happens=(
            f"All its services stop at once: new calls are refused, and its agents ({concerned.agents:,}) do not "
            "answer any more.",
            _running(concerned),
            f"Its members ({concerned.members:,}) see that it is inactive.",
        ),
        stays=("Nothing is lost: settings, members, agents, calls and recordings stay as they are.",
               "Its owners and platform administrators can restore it at any time.", *kept),
        against=f"{name} is inactive already." if tenant.status == Status.INACTIVE else None,
    )  # fmt: skip


def restoring(tenant: Tenant, concerned: Concerned) -> Step:
    """Say what restoring does."""
    name = isolated(tenant.name)
    suspended = tenant.keeps_suspension()
    return Step(
        "restore", f"Restore {name}", "Restore…", "rotate-ccw",
        happens=(
            f"Its suspension is in force again, and stops {tenant.stopped_words()}." if suspended else
            "Its services run again at once: calls are admitted within its limits.",
            f"It concerns {counted(concerned.agents, 'agent')} and {counted(concerned.members, 'member')}.",
        ),
        stays=("Settings, members and limits are as they were.",),
        dangerous=False,
        against=None if tenant.status == Status.INACTIVE else f"{name} is not inactive. Nothing to restore.",
    )  # fmt: skip


def _running(concerned: Concerned) -> str:
    if not concerned.calls:
        return "No call is running now."
    number = "1 call that is running now goes" if concerned.calls == 1 else f"{concerned.calls:,} calls running now go"
    return f"{number} on and may be ended."


STEPS: dict[str, tuple[Permission, Callable[[Tenant, Concerned], Step]]] = {
    "suspend": (Permission.TENANTS_SUSPEND, suspending),
    "resume": (Permission.TENANTS_SUSPEND, resuming),
    "restore": (Permission.TENANTS_DEACTIVATE, restoring),
    "deactivate": (Permission.TENANTS_DEACTIVATE, deactivating),
}
"""Every step by its verb: who may take it, and what it says."""


def offered(actor: Actor, tenant: Tenant, concerned: Concerned) -> list[Step]:
    """Give the steps that somebody may take with a tenant as it stands now."""
    steps = (make(tenant, concerned) for permission, make in STEPS.values() if actor.can(permission, tenant))
    return [step for step in steps if step.against is None]
