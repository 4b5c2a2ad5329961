"""What is answered when something cannot be done: a page for people, JSON for programs."""

import logging
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from pouch_host.errors import HostError, InputError, StoreError

from .access import public

_log = logging.getLogger(__name__)

# By status, what the page says; the words are in templates/failure.html.
_UNPROCESSABLE, _UNAVAILABLE, _NOT_FOUND, _REDIRECTS = 422, 503, 404, 300


def add_failures(app: FastAPI) -> None:
    """Let the application answer every failure in the form that the request asks for."""
    app.add_exception_handler(StarletteHTTPException, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HostError, _on_host_error)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException | StarletteHTTPException)
    headers = getattr(error, "headers", None)
    if error.status_code // 100 * 100 == _REDIRECTS:
        return Response(status_code=error.status_code, headers=headers)
    return await _answer(request, error.status_code, str(error.detail), headers)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    names = sorted({".".join(map(str, one["loc"][1:])) for one in error.errors()})
    return await _answer(request, _UNPROCESSABLE, "fields: " + ", ".join(names))


async def _on_host_error(request: Request, error: Exception) -> Response:
    if isinstance(error, InputError):
        return await _answer(request, _UNPROCESSABLE, str(error))
    # The route and not its address: a family's address is its key.
    route = getattr(request.scope.get("route"), "path", "")
    _log.error("%s %s: %s", request.method, route, error)
    status = _UNAVAILABLE if isinstance(error, StoreError) else 500
    # Where on the disk the store lies is for the log: anybody reads this, also a family.
    kept = request.app.state.site.store.name
    return await _answer(request, status, str(error).replace(kept, Path(kept).name))


async def _answer(
    request: Request, status: int, reason: str, headers: Mapping[str, str] | None = None
) -> Response:
    path = request.url.path
    if path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"status": status, "reason": reason}, status, headers)
    try:
        page = await public(request)
        return page.render("failure.html", status_code=status, status=status, reason=reason)
    except (HostError, HTTPException):
        # Not even the store can be asked for a language.
        return Response(f"{status}: {reason}", status, media_type="text/plain")
