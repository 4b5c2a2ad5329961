"""What makes the board an app: its manifest, and a worker for the time without a network."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from pouch_host.web.access import AnyPage

router = APIRouter()

_STATIC_DIR = Path(__file__).parent.parent / "static"
# What the board needs to be shown. Other files are kept when they are first used.
_SHELL = (
    "base.css", "board.css", "fonts.css", "words.js", "ages.js", "sound.js", "offline.js",
    "board.js", "computer.js", "icon.svg",
)  # fmt: skip
_ICON_SIZES = (192, 512)
_THEME = "#166046"
_PAPER = "#f4f3ee"


@router.get("/manifest.webmanifest")
def manifest(page: AnyPage) -> JSONResponse:
    """Return what a browser needs to install the board."""
    language = page.language
    icons = [
        {"src": f"/static/icons/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
        for size in _ICON_SIZES
    ]
    icons.append({"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"})
    return JSONResponse(
        {
            "id": "/",
            "name": language.gettext("Pouch: skin-to-skin hours"),
            "short_name": "Pouch",
            "lang": language.code,
            "dir": language.direction,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "theme_color": _THEME,
            "background_color": _PAPER,
            "icons": [one | {"purpose": "any"} for one in icons]
            + [
                {
                    "src": "/static/icons/maskable-512.png",
                    "sizes": "512x512",
                    "type": "image/png",
                    "purpose": "maskable",
                }
            ],
        },
        media_type="application/manifest+json",
    )


@router.get("/sw.js")
def worker(page: AnyPage) -> Response:
    """Return the service worker; another version of any file makes another worker."""
    del page
    text = (_STATIC_DIR / "sw.js").read_text(encoding="utf-8")
    shell = ", ".join(f'"/static/{name}"' for name in _SHELL)
    text = text.replace("POUCH_VERSION", static_version()).replace('"POUCH_SHELL"', shell)
    # A worker that a browser keeps for long would keep an old board with it.
    return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def static_version() -> str:
    """Return a digest of all static files, the fetched ones too."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(_STATIC_DIR.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(_STATIC_DIR).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
