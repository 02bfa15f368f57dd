"""What the platform says of a resource. The names are v1's; aliases are v2's."""

from __future__ import annotations

from portal.foundation.drafts import Draft
from portal.resources import limits


class ResourceReport(Draft):
    """What a resource is called, and how many bytes a file has. Without a name it is called by its key."""

    name: limits.Label | None = None
    size_bytes: limits.Bytes = 0
