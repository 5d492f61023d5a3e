"""Events for sources without Kafka."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from streams.api.access import operator
from streams.api.answer import answer, parts_of
from streams.api.errors import Refused
from streams.api.events import Judged, NoEvents, cut, judge
from streams.api.models.orders import EventResults
from streams.api.parts import Parts

router = APIRouter(prefix="/api", dependencies=[Depends(operator)])
LINES = frozenset({"application/x-ndjson", "application/jsonl", "application/json-lines"})
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": ["object", "array"]}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


@router.post("/events", openapi_extra=_BODY, response_model=EventResults)
async def events(request: Request) -> Response:
    """Take one event, an array of them, or JSON lines; each is answered.

    What is accepted is on the topic when the answer comes. The same `event_id` sent again counts
    once, so after a 503 send all of it again.
    """
    parts = parts_of(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    judged = await run_in_threadpool(_judge, parts, body, lines=kind in LINES)
    accepted = [one.record for one in judged if one.record is not None]
    if accepted:
        await parts.sender.send(accepted)
    return answer({"events": [_row(at, one) for at, one in enumerate(judged)]})


def _judge(parts: Parts, body: bytes, *, lines: bool) -> list[Judged]:
    try:
        texts = cut(body, lines=lines)
    except NoEvents as error:
        raise Refused(422, "bad_json", f"the body is no array of events: {error}") from None
    return [judge(text, parts.programme.decoder) for text in texts]


def _row(at: int, one: Judged) -> dict[str, Any]:
    row = {"index": at, "event_id": one.event_id, "outcome": one.outcome}
    return row if one.reason is None else {**row, "reason": one.reason, "detail": one.detail}
