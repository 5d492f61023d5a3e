"""For those who watch the API itself."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import PlainTextResponse, Response

from streams.api.answer import answer, parts_of
from streams.api.models.programme import Healthy, Ready
from streams.api.models.shared import ERRORS

router = APIRouter()


@router.get("/healthz", response_model=Healthy)
async def healthz() -> Response:
    """Whether the process answers."""
    return answer({"healthy": True})


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready}})
async def readyz(request: Request) -> Response:
    """Whether the store and the broker answer the API; 503 with what does not."""
    parts = parts_of(request)
    problems = [text for text in (parts.status.problem, parts.feed.problem) if text]
    body = {"ready": not problems, "problems": problems}
    return answer(body, 503 if problems else 200)


@router.get("/metrics", response_class=PlainTextResponse, responses=ERRORS)
async def metrics(request: Request) -> Response:
    """Metrics for Prometheus. Where others reach the API, a viewer's key is needed."""
    parts = parts_of(request)
    parts.access.metrics(request)
    return Response(generate_latest(parts.metrics.registry), media_type=CONTENT_TYPE_LATEST)
