"""Everything that is written of calls."""

from __future__ import annotations

from portal.usage.actions.admitting import Admission, admit_call
from portal.usage.actions.closing import close_month, close_months
from portal.usage.actions.ending import end_call
from portal.usage.actions.removing import remove_old_calls, remove_past_retention
from portal.usage.actions.storing import Outcome, store_calls

__all__ = [
    "Admission",
    "Outcome",
    "admit_call",
    "close_month",
    "close_months",
    "end_call",
    "remove_old_calls",
    "remove_past_retention",
    "store_calls",
]
