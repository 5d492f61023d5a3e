"""The board's files, as they are."""

from importlib import resources
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from streams.api.errors import Refused

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Not those of the machine, which may know others or none."""


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        found = await super().get_response(path, scope)
        return _typed(found, path)


def _typed(found: Response, path: str) -> Response:
    """With our type, and asked for again each time: the answer is 304 while it is the same."""
    known = TYPES.get(Path(path).suffix)
    if known is not None and isinstance(found, FileResponse):
        found.headers["content-type"] = known
    found.headers["cache-control"] = "no-cache"
    return found


def folder() -> Path:
    """Where the files lie."""
    return Path(str(resources.files("streams") / "dashboard"))


def install(app: FastAPI) -> None:
    """Serve the page at / and its files below /static."""
    files = _Files(directory=folder(), check_dir=False)
    app.mount("/static", files, name="static")

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        """The board."""
        page = folder() / "index.html"
        if not page.is_file():
            raise Refused(404, "no_board", "this installation has no board; see /openapi.json")
        return _typed(FileResponse(page), page.name)
