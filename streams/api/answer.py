"""Answers as bytes: written by orjson, without a detour through models."""

from typing import Any

import msgspec
import orjson
from fastapi import Request
from starlette.responses import Response

from streams.api.parts import Parts

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS


def parts_of(request: Request) -> Parts:
    """The parts of the API that was asked."""
    parts: Parts = request.app.state.parts
    return parts


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer; structs of the core are taken as they are."""
    text = orjson.dumps(body, default=msgspec.to_builtins, option=_OPTIONS)
    return Response(text, status, media_type="application/json")
