"""Checks that a webhook is from the portal. Needs nothing but Python."""

import base64
import hashlib
import hmac
import time

TOLERANCE = 5 * 60


def is_from_the_portal(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """`secret` is whsec_…, `headers` have lower-case names, `body` is what came, byte by byte."""
    stamp = headers["webhook-timestamp"]
    if abs(time.time() - int(stamp)) > TOLERANCE:
        return False  # too old: somebody may have kept it and sent it again
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([headers["webhook-id"].encode(), stamp.encode(), body])
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # While a secret is being replaced there is a signature by each of the two, with a space between.
    given = headers["webhook-signature"].split()
    return any(hmac.compare_digest(expected, each) for each in given)
