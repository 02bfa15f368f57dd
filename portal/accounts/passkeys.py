"""Passkeys: what a browser is asked for, and whether its answer is right (Web Authentication, levels 2 and 3)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "Tenant Portal"
_REFUSALS = (WebAuthnException, ValueError, KeyError, TypeError)
"""What the library raises for an answer that is none, or not right."""


class NotRight(Exception):
    """What came is no answer of a passkey, or not to what was asked."""


@dataclass(frozen=True)
class Made:
    """A new passkey: what is stored of it."""

    credential_id: str
    public_key: bytes
    sign_count: int


class Passkeys:
    """Asks browsers for passkeys of one portal, by the name that people reach it under."""

    def use(self, base_url: str) -> None:
        """Serve this address; passkeys are bound to its host name."""
        parts = urlsplit(base_url)
        self.origin, self.host = f"{parts.scheme}://{parts.netloc}", parts.hostname or "localhost"

    def to_make(self, challenge: bytes, user_id: bytes, username: str, known: Sequence[str]) -> dict[str, Any]:
        """Give what a browser is asked for to make a passkey; `known` are those that the person has."""
        options = webauthn.generate_registration_options(
            rp_id=self.host,
            rp_name=NAME,
            user_id=user_id,
            user_name=username,
            challenge=challenge,
            exclude_credentials=_listed(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
            ),
        )
        return options_to_json_dict(options)

    def to_sign(self, challenge: bytes, known: Sequence[str], *, verified: bool) -> dict[str, Any]:
        """Give what a browser is asked for to sign; without `known` the person chooses among those on the device.
        `verified` asks the device to make sure of the person, because nothing else does."""
        wanted = UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED
        options = webauthn.generate_authentication_options(
            rp_id=self.host, challenge=challenge, allow_credentials=_listed(known), user_verification=wanted
        )
        return options_to_json_dict(options)

    def made(self, answer: str, challenge: bytes) -> Made:
        """Read a new passkey from a browser's answer. Raises NotRight."""
        try:
            found = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
            )
        except Exception as error:  # whatever somebody made up, the library may stumble over
            raise NotRight from error
        return Made(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)

    def signed(self, answer: str, challenge: bytes, public_key: bytes, sign_count: int, *, verified: bool) -> int:
        """Check that a passkey signed what it was asked to; give how often it says it has. Raises NotRight, also where
        that is not more often than before: then there is a copy of it."""
        try:
            found = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=verified,
            )
        except Exception as error:
            raise NotRight from error
        return found.new_sign_count


def _listed(credential_ids: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in credential_ids]


def read_answer(answer: str) -> tuple[str, bytes]:
    """Read off a browser's answer which passkey it is of, and what it was asked to sign; neither is trusted yet.
    Raises NotRight where it is no answer."""
    try:
        document = json.loads(answer)
        client_data = json.loads(base64url_to_bytes(document["response"]["clientDataJSON"]))
        credential_id, challenge = document["id"], base64url_to_bytes(client_data["challenge"])
    except (*_REFUSALS, RecursionError) as error:
        raise NotRight from error
    if not isinstance(credential_id, str) or not credential_id.isascii() or not credential_id.isprintable():
        raise NotRight
    return credential_id, challenge


passkeys = Passkeys()
