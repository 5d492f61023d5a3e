"""For those who watch the API itself."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
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


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Metrics for Prometheus. Where others reach the API, a viewer's key is needed."""
    parts = parts_of(request)
    parts.access.metrics(request)
    return Response(generate_latest(parts.metrics.registry), media_type=CONTENT_TYPE_LATEST)
