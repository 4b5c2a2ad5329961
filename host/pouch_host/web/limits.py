"""How much a request may bring: forms of some lines, and never a file.

Whoever may not come in may send a form all the same, and it is read before anybody asks for a
name. A body without an end would fill the memory, or the disk that the ward's records need.
"""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

BODY_BYTES_MAX = 256 * 1024
"""The longest form, the programme's table, has some kilobytes."""

_LENGTH_NEEDED, _TOO_LARGE = 411, 413


class BodyLimit:
    """Refuses a request that brings more than a form, or does not say how much it brings."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        refused = _refused(scope) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
            return
        reason = "say how long it is" if refused == _LENGTH_NEEDED else "that is too much"
        answer = PlainTextResponse(f"{refused}: {reason}", refused, {"Connection": "close"})
        await answer(scope, receive, send)


def _refused(scope: Scope) -> int | None:
    """Return the status that refuses a request; None if it may pass."""
    headers = dict(scope["headers"])
    # The server sees to it that no more comes than is said here.
    if b"transfer-encoding" in headers:
        return _LENGTH_NEEDED
    length = headers.get(b"content-length", b"0")
    return _TOO_LARGE if not length.isdigit() or int(length) > BODY_BYTES_MAX else None
