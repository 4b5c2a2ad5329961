"""The API's description, by which programs know what may be asked: OpenAPI."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from pouch_host.version import version_text
from pouch_host.web.access import public
from pouch_host.web.page import Page

from .routes import PREFIX
from .routes import router as described

router = APIRouter(include_in_schema=False)

_ABOUT = (
    "Everything that a ward's screens show, to be read by programs. A researcher makes a token"
    " under API tokens; it is sent as `Authorization: Bearer TOKEN`. Fields are added within a"
    " version, never renamed. Research tool: it does not replace a thermometer."
)


@router.get(f"{PREFIX}/openapi.json")
def description(_page: Annotated[Page, Depends(public)]) -> JSONResponse:
    """Return the description. It says nothing about the ward, so it is for everybody."""
    return JSONResponse(openapi())


def openapi() -> dict[str, Any]:
    """Return the description as data."""
    made = get_openapi(
        title="Pouch", version=version_text(), description=_ABOUT, routes=described.routes
    )
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    return made
