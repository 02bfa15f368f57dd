"""The limits section: a value of the tenant's own, or the plan's."""

from __future__ import annotations

from typing import Any, cast

from portal.foundation.permissions import Actor, Permission
from portal.tenants import limits
from portal.tenants.forms.section import SectionForm
from portal.tenants.limits import LIMITS, OWNER_LIMITS, QUOTAS
from portal.tenants.models import Tenant
from portal.tenants.words import called
from portal.web.forms import MomentField, TextField, WholeNumberField, Within, without


class LimitsForm(SectionForm):
    """Limits of a tenant's own; an empty field takes the plan's value."""

    override_reason = TextField(
        "Reason for going beyond the ceiling",
        [Within(limits.OverrideReason)],
        description="Stands with the limits raised now; where none is, with every override there is.",
    )
    override_until = MomentField(
        "End of the override", description="In UTC; after it the plan's value returns. Left empty, it has no end."
    )

    def values(self) -> dict[str, Any]:
        """Give what was filled in; an override's terms left empty are not asked for, so that they stay."""
        return {
            name: value
            for name, value in super().values().items()
            if value is not None or name not in {"override_reason", "override_until"}
        }


for _name, _limit in LIMITS.items():
    setattr(LimitsForm, _name, WholeNumberField(called(_name), [Within(_limit)]))


def limits_form(actor: Actor, tenant: Tenant) -> LimitsForm:
    """Give the limits section's form: administrators set quotas and overrides, support reads them; for the others
    limits end at the ceiling."""
    own = {name: tenant.entitlement(name).own for name in LIMITS}
    if actor.can(Permission.TENANTS_ADMINISTER, tenant):
        return LimitsForm(data=own)
    if actor.sees_everything:
        return cast(LimitsForm, without(LimitsForm, "override_reason", "override_until")(data=own))
    form = cast(LimitsForm, without(LimitsForm, *QUOTAS, "override_reason", "override_until")(data=own))
    for name in OWNER_LIMITS:
        form[name].flags.max = max(tenant.plan.ceilings[name], own[name] or 0)
    return form
