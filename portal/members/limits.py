"""What a membership may be."""

from __future__ import annotations

from portal.foundation.permissions import MembershipRole

Role = MembershipRole
