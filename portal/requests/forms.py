"""The forms for asking and for declining."""

from __future__ import annotations

from typing import Any

from wtforms import TextAreaField

from portal.plans import queries as plans
from portal.requests import limits
from portal.requests.limits import State
from portal.requests.words import STATE_WORDS
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.tenants.words import called
from portal.web.forms import ChoiceField, DraftForm, Needed, WholeNumberField, Within, shown_again
from portal.web.listing_form import ListingForm


class SentenceField(TextAreaField):
    """A sentence or a few, without spaces around them and in one paragraph; an empty one is None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent; browsers end lines as they like."""
        if valuelist:
            self.data = " ".join(valuelist[0].split()) or None

    def _value(self) -> str:
        return shown_again(self.raw_data[0]) if self.raw_data else (self.data or "")


def _why(of: str) -> SentenceField:
    return SentenceField("Why", [Needed(), Within(limits.Reason)], description=of)


class LimitForm(DraftForm):
    """A value of a limit."""

    limit = ChoiceField("Limit", choices=[(name, called(name)) for name in LIMITS])
    value = WholeNumberField("How many", [Needed(), Within(limits.Value)])
    reason = _why("A sentence for who decides. It stays with the limit where that is granted.")


class PlanAskedForm(DraftForm):
    """A plan."""

    billing_plan = ChoiceField("Plan")
    reason = _why("A sentence for who decides.")

    def __init__(self, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        others = [plan for plan in plans.catalogue() if plan.offered and plan.key != tenant.billing_plan]
        self.billing_plan.choices = [(plan.key, plan.label) for plan in others]


class DeclineForm(DraftForm):
    """Why a request is declined."""

    answer = SentenceField("Reason", [Needed(), Within(limits.Answer)], description="The owner is told this.")


class PlainForm(DraftForm):
    """A button alone."""


class QueueForm(ListingForm):
    """The filter of the queue."""

    state = ChoiceField("State", choices=[("", "Any state"), *((each.value, STATE_WORDS[each]) for each in State)])
