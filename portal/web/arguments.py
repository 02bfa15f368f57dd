"""What a query in an address may say."""

from __future__ import annotations

import re

from flask import request

from portal.foundation.errors import Fault, Invalid


def whole(name: str, default: int, low: int, high: int) -> int:
    """Read a whole number between two ends, both included. Raises Invalid."""
    text = request.args.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,16}", text) or not low <= int(text) <= high:
        words = f"{low:,} or more" if high > 10**9 else f"{low:,} to {high:,}"
        raise Invalid(Fault(name, f"{name.capitalize()} is a whole number: {words}.", "query"))
    return int(text)
