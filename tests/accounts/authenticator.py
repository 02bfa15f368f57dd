"""An authenticator app and a device with passkeys, as people have them; the device signs for real."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from portal.accounts import actions
from portal.accounts.drafts import NewPasskey
from portal.foundation.permissions import Actor

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
"""When the stories about codes begin."""
PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def code_at(key: str, when: datetime) -> str:
    """What an app shows at a moment, whose key may have been typed in groups."""
    return pyotp.TOTP(key.replace(" ", "")).at(when)


def give_passkey(actor: Actor) -> None:
    """Let somebody have a second factor."""
    actions.add_passkey(actor, NewPasskey(name="Key", passkey=Device().make(actions.ask_to_make(actor))))


@dataclass
class Device:
    """A device with one passkey. `verifies` says whether it makes sure of the person."""

    origin: str = "http://localhost"
    verifies: bool = True
    signed: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = b"a device's passkey"

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        """Answer what a browser is asked for to make a passkey, with `changes` to what the device says of itself."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        held = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        about = {"fmt": "none", "attStmt": {}, "authData": self._data(options["rp"]["id"], WITH_KEY) + held}
        about |= changes
        client = self._client("webauthn.create", options)
        return self._answer({
            "clientDataJSON": bytes_to_base64url(client), "attestationObject": bytes_to_base64url(cbor2.dumps(about))
        })  # fmt: skip

    def sign(self, options: dict[str, Any]) -> str:
        """Answer what a browser is asked for to sign."""
        self.signed += 1
        client, data = self._client("webauthn.get", options), self._data(options["rpId"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({
            "clientDataJSON": bytes_to_base64url(client), "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
        })  # fmt: skip

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = bytes_to_base64url(base64url_to_bytes(options["challenge"]))
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, host: str, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.signed.to_bytes(4, "big")

    def _answer(self, response: dict[str, str]) -> str:
        name = bytes_to_base64url(self.id)
        return json.dumps({
            "id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {},
        })  # fmt: skip
