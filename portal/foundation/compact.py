"""JSON the way the database stores it."""

from __future__ import annotations

import json
from typing import Any


def compact_json(value: Any) -> str:
    """Write JSON as it is stored and as its size is counted: no spaces, characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
