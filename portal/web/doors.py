"""The doors' own business: who is acting, what came in, and how each refusal is answered."""

from __future__ import annotations

import http
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, jsonify, make_response, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal.foundation import errors
from portal.foundation.drafts import Draft
from portal.foundation.permissions import Permission
from portal.foundation.vault import CannotDecrypt
from portal.web import pages
from portal.web.unpacking import TooLarge, unpacked

D = TypeVar("D", bound=Draft)
API = "/api/"
READ_BY_PEOPLE = "/api/docs"

STATUS: dict[type[errors.Refusal], int] = {
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.Stale: 412,
    errors.Invalid: 422,
    errors.TooMany: 429,
}

TITLES = {
    400: ("This request cannot be read", "Go back, reload the page and try again."),
    401: ("Sign in first", "Your session has ended, or you have not signed in yet."),
    403: ("Not permitted", "Your role does not permit this. Ask an owner or a platform administrator."),
    404: ("Not found", "There is nothing here that you may see. Check the address, or go back to the start."),
    405: ("Not possible here", "This address does not take that kind of request."),
    409: ("Something stands against it", "Reload the page to see how it stands now."),
    410: ("Used or expired", "This link has been used, or its time is over. Ask for a new one."),
    411: ("Length needed", "Send the body with its length."),
    413: ("Too large", "What was sent is too large. Send less at once."),
    415: ("Another kind is needed", "Send application/json."),
    422: ("Something has to be mended", "Go back and look at what you typed."),
    429: ("Too many requests", "Wait a moment, then try again."),
    500: ("Something broke on our side", "It has been noted. Try again in a moment."),
    503: (
        "Secrets cannot be read just now",
        "Nothing was changed. A key is missing on our side; its operators have been told by the log. Try again later.",
    ),
}


def in_api() -> bool:
    """Whether this request came to the JSON API. Its documentation lies beside it and is pages."""
    return request.path.startswith(API) and not request.path.startswith(READ_BY_PEOPLE)


def json_body(model: type[D]) -> D:
    """Read the request's JSON document into a draft, strictly. Raises Invalid; 415 where it is no JSON."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return model.read_json(request.get_data(), camel=request.path.startswith("/api/v2/"))


def lines_body(most: int) -> bytes:
    """Read the request's lines of JSON, unpacked where they are gzip. Raises Invalid; 415 where it is nothing of that
    kind, 413 where it is more than `most` bytes, packed or not."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if request.mimetype != "application/x-ndjson" or encoding not in {"identity", "gzip"}:
        raise UnsupportedMediaType("Send application/x-ndjson, plain or as gzip.")
    request.max_content_length = most
    body = request.get_data(cache=False)
    return unpacked(body, most) if encoding == "gzip" else body


class UnsupportedMediaType(errors.Refusal):
    """The body is not of a kind that is read here (415)."""

    type = "unsupported-media-type"


class PreconditionRequired(errors.Refusal):
    """A precondition is needed and was not given (428)."""

    type = "precondition-required"


STATUS[UnsupportedMediaType] = 415
STATUS[PreconditionRequired] = 428
STATUS[TooLarge] = 413


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with a JSON document."""
    response = make_response(jsonify(data), status)
    response.headers.extend(headers or {})
    return response


def problem(status: int, kind: str, detail: str, faults: tuple[errors.Fault, ...] = (), **extra: Any) -> Response:
    """Answer with a problem document (RFC 9457). For invalid input v1's `detail` is the list of faults, as its own
    document has it; `errors` carries the list in both dialects."""
    listed = [{"loc": _where(fault), "msg": fault.message, "type": fault.kind} for fault in faults]
    body: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": listed if listed and request.path.startswith("/api/v1/") else detail,
        **extra,
    }
    if listed:
        body["errors"] = listed
    response = make_response(jsonify(body), status)
    response.content_type = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _where(fault: errors.Fault) -> list[str]:
    return ["query" if fault.kind == "query" else "body", *(fault.field.split(".") if fault.field else ())]


def init_app(app: Flask) -> None:
    """Answer every refusal in the words of the door it came through."""
    app.register_error_handler(errors.Refusal, refused)
    app.register_error_handler(CSRFError, _no_token)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CannotDecrypt, _locked)
    app.register_error_handler(Exception, _broken)
    app.before_request(_refuse_chunked)


def _refuse_chunked() -> None:
    # A chunked body over the maximum would be cut and answered as if it were whole.
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise LengthRequired


class LengthRequired(errors.Refusal):
    """A body came without its length (411)."""

    type = "length-required"


STATUS[LengthRequired] = 411


def refused(refusal: errors.Refusal) -> Any:
    """Answer a refusal: a problem document in the API, a page or a way on in the browser."""
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS) if not isinstance(
        refusal, errors.Moved) else 308  # fmt: skip
    if isinstance(refusal, errors.Moved):
        path = url_for(str(request.endpoint), **{**(request.view_args or {}), **refusal.view_args})
        query = urlencode(list(request.args.items(multi=True)))
        return redirect(f"{path}?{query}" if query else path, 308)
    text = TITLES.get(status, TITLES[400])[1]
    if in_api():
        faults = refusal.faults if isinstance(refusal, errors.Invalid) else ()
        response = problem(status, refusal.type, refusal.message or text, faults, **refusal.extra)
    elif status == 401:
        return pages.signed_out() if pages.wants_fragment() or pages.in_background() else _to_sign_in()
    else:
        if isinstance(refusal, errors.Stale):
            status = 409
        response = error_page(status, refusal.message or text)
    if isinstance(refusal, errors.TooMany) and refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _to_sign_in() -> Any:
    came_for = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    return redirect(url_for("accounts.sign_in", next=came_for))


def error_page(status: int, text: str | None = None) -> Response:
    """Give the page for an error, the same to the byte whatever was behind it."""
    title, usual = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    response = pages.page("errors/error.html", status, title=title, text=text or usual, code=status)
    response.cache_control.no_store = True
    return response


def _no_token(_error: CSRFError) -> Any:
    return error_page(400, "This form was open for too long or came from elsewhere. Reload the page and send it again.")


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if error.response is not None and status < 400:
        return error.response
    text = TITLES.get(status, TITLES[500 if status >= 500 else 400])[1]
    kind = error.name.lower().replace(" ", "-")  # Python's own phrases differ by its version
    response = problem(status, kind, text) if in_api() else error_page(status)
    for name in ("Allow", "Retry-After"):
        if error.get_response().headers.get(name):
            response.headers[name] = error.get_response().headers[name]
    return response


def _locked(error: CannotDecrypt) -> Any:
    current_app.logger.error("A secret could not be read: %s", error)
    return problem(503, "secrets-unavailable", TITLES[503][1]) if in_api() else error_page(503)


def _broken(error: Exception) -> Any:
    if current_app.testing:
        raise error
    current_app.logger.exception("A request broke", exc_info=error)
    text = TITLES[500][1]
    return problem(500, "internal-error", text) if in_api() else error_page(500)


def may(permission: Permission, tenant: Any = None) -> bool:
    """Say to a template whether the one who looks may do something."""
    return bool(g.actor.can(permission, tenant))
