"""What goes with a tenant when it is deleted, and what stands against that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.foundation.vault import vault
from portal.resources.limits import Kind as ResourceKind
from portal.tenants import queries
from portal.tenants.models import Tenant

WORDS = {
    ResourceKind.AGENT.value: "Agents",
    ResourceKind.SQUAD.value: "Squads",
    ResourceKind.WORKFLOW.value: "Workflows",
    ResourceKind.INTEGRATION.value: "Integrations",
    ResourceKind.FILE.value: "Files",
    ResourceKind.SIP_TRUNK.value: "SIP trunks",
    "calls": "Calls",
    "recordings": "Recordings",
    "refusals": "Refused calls",
    "deliveries": "Webhook deliveries",
    "members": "Memberships",
    "requests": "Requests",
}
CHILDREN_SHOWN = 20

IDENTITY = ("id", "version")
"""What a page carries of the tenant it showed: another one of the same slug is not meant, nor one changed since."""


@dataclass(frozen=True)
class Outlook:
    """What a deletion would take, each kind with its number, and what stands against it: calls running now, and
    sub-organizations, of which the first few are named."""

    goes: list[tuple[str, int]]
    active_calls: int
    children: Sequence[Tenant]
    more_children: bool

    @property
    def possible(self) -> bool:
        """Whether nothing stands against it."""
        return not (self.active_calls or self.children)


def outlook(tenant: Tenant) -> Outlook:
    """Count what would go with a tenant, and look for what stands against it."""
    counts = queries.owned_counts(tenant)
    children = queries.sub_organizations(tenant, CHILDREN_SHOWN + 1)
    return Outlook(
        goes=[(words, counts[kind]) for kind, words in WORDS.items()] + [("Secrets", len(vault.held(tenant.id)))],
        active_calls=queries.concerned(tenant).calls,
        children=children[:CHILDREN_SHOWN],
        more_children=len(children) > CHILDREN_SHOWN,
    )
