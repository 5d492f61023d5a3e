"""A route for what programs ask most: described like all others, and answered without detours."""

from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

LONGEST = 256
"""Characters of the one thing that is asked for."""


class StraightRoute(APIRoute):
    """A GET with one path parameter, whose function takes the request and that.

    What FastAPI does for any function costs more than finding and telling a grade. The checks
    that stand as dependencies are made here as there; whatever cannot be goes the usual way,
    and is refused there in the usual words.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, find, answer."""
        (asked,) = scope["path_params"].values()
        if scope["method"] != "GET" or not 0 < len(asked) <= LONGEST:
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive)
        for needed in self.dependencies:
            check: Any = needed.dependency
            await check(request)
        response = await self.endpoint(request, asked)
        await response(scope, receive, send)
