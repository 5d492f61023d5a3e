"""Downloads."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response, StreamingResponse

from streams.api.access import viewer
from streams.api.answer import parts_of
from streams.api.exports import CHANGE_COLUMNS, as_csv, as_lines, changes, customers

router = APIRouter(prefix="/api", dependencies=[Depends(viewer)])
Format = Annotated[Literal["csv", "jsonl"], Path()]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        }
    }
}
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@router.get("/export/customers.{form}", response_class=StreamingResponse, responses=_FILES)
async def export_customers(request: Request, form: Format) -> Response:
    """Every customer with tier, score and labels, in no order."""
    parts = parts_of(request)
    names = [f"labels.{label.name}" for label in parts.programme.policy.labels]
    columns = ["customer_id", "tier", "score", *names, "version", "as_of"]
    pages = customers(parts)
    return _download(
        "customers", form, as_csv(pages, columns) if form == "csv" else as_lines(pages)
    )


@router.get("/export/changes.{form}", response_class=StreamingResponse, responses=_FILES)
async def export_changes(request: Request, form: Format) -> Response:
    """The tier changes that are kept, the latest first."""
    pages = changes(parts_of(request))
    lines = as_csv(pages, CHANGE_COLUMNS) if form == "csv" else as_lines(pages)
    return _download("changes", form, lines)


def _download(name: str, form: str, lines: AsyncIterator[bytes]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(lines, media_type=_TYPES[form], headers=headers)
