"""The forms about plans: what a plan is, its prices, and the last word before it is retired."""

from __future__ import annotations

from typing import Any

from wtforms import Field, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.widgets import CheckboxInput, ListWidget

from portal.foundation.clock import now
from portal.foundation.errors import Invalid
from portal.plans import limits
from portal.plans.limits import Feature
from portal.plans.models import Plan
from portal.tenants.limits import LIMITS
from portal.tenants.words import FEATURE_WORDS, called
from portal.web.fields import AmountField, DayField
from portal.web.forms import DraftForm, Needed, TextField, TickField, WholeNumberField, Within

GROUPS = ("included", "ceilings")


class FeaturesChoice(SelectMultipleField):
    """Features, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, _form: Any) -> None:
        """Raise ValidationError for a feature that there is not."""
        if self.data and not set(self.data) <= set(Feature):
            raise ValidationError("Choose among the features that stand here.")


class PlanForm(DraftForm):
    """A plan: what it is called, what it costs a month, what it includes."""

    label = TextField("Label", [Needed(), Within(limits.Label)], description="What people call it.")
    position = WholeNumberField(
        "Place in the list",
        [Needed(), Within(limits.Position)],
        description="Plans stand in this order, the lowest first.",
    )
    monthly_price_cents = AmountField("Price a month", [Needed()], description="In dollars, as 49 or 49.90.")
    on_request = TickField(
        "On request only",
        description="Owners ask for it, and a platform administrator gives it. Else any owner may choose it.",
    )
    features = FeaturesChoice(
        "Features",
        choices=[SelectChoice(each.value, FEATURE_WORDS[each]) for each in Feature],
        description="What tenants on it may switch on.",
    )

    def values(self) -> dict[str, Any]:
        """Give what was filled in, as the draft has it."""
        found = super().values()
        for group in GROUPS:
            found[group] = {name: found.pop(f"{group}_{name}") for name in LIMITS}
        return found | {"features": tuple(each for each in Feature if each in (self.features.data or ()))}

    def take(self, refusal: Invalid) -> None:
        """Leave out what stands at a limit's own field already."""
        named = {group for group in GROUPS if any(self[f"{group}_{name}"].errors for name in LIMITS)}
        super().take(Invalid(*(fault for fault in refusal.faults if (fault.field or "").split(".")[0] not in named)))

    def limit_rows(self) -> list[tuple[str, str | None, Field, Field]]:
        """Give the rows of the limits: words, range, and the two fields."""
        return [
            (called(name), self[f"included_{name}"].range_words, self[f"included_{name}"], self[f"ceilings_{name}"])
            for name in LIMITS
        ]


class NewPlanForm(PlanForm):
    """A plan that is to be."""

    key = TextField(
        "Key",
        [Needed(), Within(limits.NewKey)],
        description="What programs call it, like team-2027. It never changes.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    hundredths = AmountField(
        "Price a minute",
        [Needed()],
        places=4,
        description="In dollars, as 0.09. Later prices begin on a day of their own.",
    )


for _name, _limit in LIMITS.items():
    setattr(PlanForm, f"included_{_name}", WholeNumberField(f"{called(_name)}, included", [Needed(), Within(_limit)]))
    setattr(PlanForm, f"ceilings_{_name}", WholeNumberField(f"{called(_name)}, ceiling", [Needed(), Within(_limit)]))


class PriceForm(DraftForm):
    """A price a minute, from a day on."""

    since = DayField(
        "From", [Needed("From is a day: today or a later one.")], description="A day in UTC, today or later."
    )
    hundredths = AmountField("Price a minute", [Needed()], places=4, description="In dollars, as 0.09.")


class PlainForm(DraftForm):
    """A button alone."""


def plan_form(plan: Plan) -> PlanForm:
    """Give the form of a plan, which carries the plan's version."""
    data = {f"{group}_{name}": getattr(plan, group)[name] for group in GROUPS for name in LIMITS}
    form = PlanForm(obj=plan, data=data)
    if not form.is_submitted():
        form.seen.data = str(plan.version)
    return form


def new_plan_form(like: Plan | None) -> NewPlanForm:
    """Give the form of a new plan, filled in like another one."""
    if like is None:
        return NewPlanForm()
    data = {f"{group}_{name}": getattr(like, group)[name] for group in GROUPS for name in LIMITS}
    data |= {"position": like.position + 1, "monthly_price_cents": like.monthly_price_cents, "features": like.features}
    return NewPlanForm(data=data | {"hundredths": like.price_on(now().date()), "on_request": like.on_request})


def version_of(form: PlanForm) -> int:
    """Give the version of the plan that a form was filled with; one that is none is no version of any plan."""
    text = form.seen.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def show_newer(form: PlanForm, plan: Plan) -> None:
    """Show beside each field that differs what the plan is now, and take that as seen."""
    for field in form:
        if field.short_name in {"csrf_token", "seen"}:
            continue
        saved = _saved(plan, field.short_name)
        if saved != (sorted(field.data or ()) if field.short_name == "features" else field.data):
            form.newer[field.short_name] = _words(field, saved)
    form.seen.data = str(plan.version)


def _saved(plan: Plan, name: str) -> Any:
    group, _, limit = name.partition("_")
    if group in GROUPS:
        return getattr(plan, group)[limit]
    return sorted(plan.features) if name == "features" else getattr(plan, name)


def _words(field: Field, saved: Any) -> str:
    if isinstance(field, AmountField):
        return f"${field.words(saved)}"
    if isinstance(saved, bool):
        return "on" if saved else "off"
    if isinstance(saved, list):
        return ", ".join(FEATURE_WORDS[Feature(each)] for each in saved) or "nothing"
    return f"{saved:,}" if isinstance(saved, int) else str(saved)
