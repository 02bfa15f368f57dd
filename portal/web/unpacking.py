"""Unpacking what was sent packed, never more than is read at once."""

from __future__ import annotations

import zlib

from portal.foundation.errors import Fault, Invalid, Refusal


class TooLarge(Refusal):
    """More was sent than is read at once (413)."""

    type = "request-entity-too-large"


def unpacked(body: bytes, most: int) -> bytes:
    """Unpack gzip, up to `most` bytes. Raises TooLarge beyond, Invalid where it is none."""
    found = bytearray()
    while body:
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            found += member.decompress(body, most + 1 - len(found))
        except zlib.error as error:
            raise Invalid(Fault(None, "The body is not gzip, as its Content-Encoding says.", "gzip")) from error
        if len(found) > most:
            raise TooLarge(f"Unpacked, this is more than {most // 1024 // 1024} MiB. Send fewer lines at once.")
        if not member.eof:
            raise Invalid(Fault(None, "The gzip ends in the middle. Send it again, whole.", "gzip"))
        body = member.unused_data
    return bytes(found)
