"""What a resource of a tenant may be."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Len

from portal.foundation.limits import CleanText, Count


class Kind(StrEnum):
    """What the platform tells the portal of."""

    AGENT = "agent"
    SQUAD = "squad"
    WORKFLOW = "workflow"
    INTEGRATION = "integration"
    FILE = "file"
    SIP_TRUNK = "sip_trunk"


Key = Annotated[str, CleanText, Len(1, 128)]
Label = Annotated[str, CleanText, Len(1, 255)]
Bytes = Count
