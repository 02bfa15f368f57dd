"""Pages and files are sent compressed to those who can read it.

An answer of the API stays as it is: its ETag names exactly these bytes. Compressed pages tell an eavesdropper their
length, from which secrets could be guessed letter by letter where a page repeats what a stranger sent (BREACH, 2013).
The only secret that a page repeats is its form token, whose signature differs from second to second, and no other site
can have a page asked for with somebody's cookie (SameSite=Lax) but by leading the whole browser there.
"""

from __future__ import annotations

from flask import Flask, Response
from flask_compress import Compress

READABLE = ["text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "text/csv"]


def init_app(app: Flask) -> None:
    """Compress what is worth it, as the last thing done to an answer."""
    app.config.update(COMPRESS_MIMETYPES=READABLE, COMPRESS_ALGORITHM=["br", "gzip"])
    Compress(app)

    @app.after_request
    def read_file(response: Response) -> Response:
        # What is read here is closed with the answer; the extension would let go of the open file.
        if response.direct_passthrough and response.mimetype in READABLE:
            response.direct_passthrough = False
            response.make_sequence()
        return response
