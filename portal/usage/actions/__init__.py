"""Everything that is written of calls."""

from __future__ import annotations

from portal.usage.actions.admitting import Admission, admit_call
from portal.usage.actions.ending import end_call
from portal.usage.actions.storing import Outcome, store_calls

__all__ = ["Admission", "Outcome", "admit_call", "end_call", "store_calls"]
