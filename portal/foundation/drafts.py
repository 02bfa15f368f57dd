"""What someone asks for, typed: the base of every room's drafts."""

from __future__ import annotations

import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from portal.foundation.errors import Fault, Invalid
from portal.foundation.limits import bounds


class Draft(BaseModel):
    """A strict model: no coercion, no unknown field. Names are the v1 dialect; aliases are the camelCase one."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=False,
        allow_inf_nan=False,
    )

    @classmethod
    def read(cls, values: dict[str, Any]) -> Self:
        """Make a draft from Python values; raises `Invalid` with a fault for each field."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise invalid_from(error, cls) from error

    @classmethod
    def read_json(cls, body: bytes | str, *, camel: bool = False) -> Self:
        """Make a draft from a JSON document, in the camelCase dialect if asked; raises `Invalid`. A name that comes
        twice is refused: readers differ in which of the two they take (RFC 8259, section 4)."""
        try:
            draft = cls.model_validate_json(body, by_alias=camel, by_name=not camel)
        except ValidationError as error:
            raise invalid_from(error, cls) from error
        json.loads(body, object_pairs_hook=_each_once, parse_int=str, parse_float=str)
        return draft

    def given(self) -> dict[str, Any]:
        """Give the fields that were asked for, and no defaults."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(Fault(None, f"The name “{twice[:80]}” comes twice in the document.", "name_twice"))
    return found


def invalid_from(error: ValidationError, model: type[Draft]) -> Invalid:
    """Turn pydantic's findings into faults, in words that say what would be right."""
    return Invalid(*(_fault(found, model) for found in error.errors(include_url=False, include_input=False)))


def _fault(found: Any, model: type[Draft]) -> Fault:
    name = ".".join(str(part) for part in found["loc"]) or None
    field = model.model_fields.get(str(found["loc"][0])) if found["loc"] else None
    label = (name or "this").replace("_", " ").capitalize()
    kind: str = found["type"]
    allowed = bounds(_limit_of(field)) if field is not None else None
    words = allowed.words if allowed else None
    if kind == "extra_forbidden":
        return Fault(name, f"There is no field “{name}” that can be set here.", kind)
    if kind == "missing":
        return Fault(name, f"{label} is needed.", kind)
    if kind == "json_invalid":
        return Fault(None, "The body is not a JSON document.", kind)
    if kind in {"greater_than_equal", "less_than_equal"} and words:
        return Fault(name, f"{label} goes from {words}." if " to " in words else f"{label} is {words}.", kind)
    if kind in {"string_too_long", "string_too_short", "too_long", "too_short"} and words:
        return Fault(name, f"{label} has {words}.", kind)
    if kind in {"enum", "literal_error", "is_instance_of"} and allowed and allowed.choices:
        return Fault(name, f"{label} is one of: {', '.join(allowed.choices)}.", kind)
    message = found["msg"].removeprefix("Value error, ")
    return Fault(name, f"{label}: {message[:1].lower()}{message[1:].rstrip('.')}.", kind)


def _limit_of(field: Any) -> Any:
    from typing import Annotated

    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
