"""Codes that are used once: those of an authenticator app (RFC 6238), and the ten for when it is lost."""

from __future__ import annotations

import io
import secrets
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

ISSUER = "Tenant Portal"
DIGITS = 6
SECONDS = 30
"""How long a code of an app holds."""
CODES = 10
"""How many recovery codes somebody is given."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Signs that are not taken for each other."""
_GROUPS, _IN_GROUP = 4, 4


def new_app_secret() -> str:
    """Make what an authenticator app and the portal share: 160 random bits in base32 (RFC 4226, section 4)."""
    return pyotp.random_base32(32)


def in_groups(secret: str) -> str:
    """Give a secret as it is typed into an app: four signs at a time."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def address_for_app(secret: str, username: str) -> str:
    """Give the `otpauth:` address that an app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def as_picture(address: str) -> Markup:
    """Draw an address as a QR code: an SVG that stands in the page and loads nothing."""
    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, svgclass="qr-code", lineclass=None)
    return Markup(drawn.getvalue().decode())  # noqa: S704 - the library's own SVG, made of squares


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """Give the time step that a code belongs to, if it is the present one or beside it (RFC 6238, section 5.2: a clock
    may be a little wrong); None where it is none of these."""
    totp, present = pyotp.TOTP(secret), int(at.timestamp()) // SECONDS
    steps = (present, present - 1, present + 1)
    right = [step for step in steps if secrets.compare_digest(totp.at(step * SECONDS), code)]
    return right[0] if right else None


def is_of_app(code: str) -> bool:
    """Say whether something typed has the form of an app's code."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def plain(code: str) -> str:
    """Give a code as it is compared: without spaces and hyphens, in small letters."""
    return "".join(sign for sign in code.casefold() if not sign.isspace() and sign != "-")


def new_recovery_codes() -> list[str]:
    """Make ten codes of about 79 random bits each: no slow hash is needed, as for every secret that nobody chose."""
    return ["-".join(_some_letters() for _ in range(_GROUPS)) for _ in range(CODES)]


def _some_letters() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP))
