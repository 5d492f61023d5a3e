"""For those who watch the API itself."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from streams.api.answer import answer, parts_of

router = APIRouter()


@router.get("/healthz")
async def healthz() -> Response:
    """Whether the process answers."""
    return answer({"healthy": True})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Whether the store and the broker answer the API; 503 with what does not."""
    parts = parts_of(request)
    problems = [text for text in (parts.status.problem, parts.feed.problem) if text]
    body = {"ready": not problems, "problems": problems}
    return answer(body, 503 if problems else 200)
