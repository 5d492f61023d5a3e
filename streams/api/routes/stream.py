"""The live stream: changes as they are published, and the status once a second."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from streams.api.access import viewer
from streams.api.answer import parts_of
from streams.api.live import Block, Listener, event, gap
from streams.api.parts import Parts

router = APIRouter(prefix="/api", dependencies=[Depends(viewer)])
QUIET_S = 15.0
RESUMED = 1000
"""Changes that are sent again to who comes back; who missed more is told so."""

_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
_NUMBER = re.compile(r"^([0-9a-f]{8})-(\d{1,15})$")


@router.get("/stream", response_class=StreamingResponse, responses=_EVENTS)
async def stream(
    request: Request, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Server-sent events `change`, `status` and `gap`; `Last-Event-ID` resumes.

    After a `gap` some changes are missing from the stream: ask for them anew.
    """
    parts = parts_of(request)
    listener = parts.hub.listen()
    return StreamingResponse(
        _events(parts, listener, last_event_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(parts: Parts, listener: Listener, last: str | None) -> AsyncIterator[bytes]:
    try:
        status = orjson.dumps(parts.status.body(parts.programme))
        yield b"retry: 2000\n\n" + event("status", status)
        # Listening already: what is published from here on comes by the listener.
        missed, sent = await _missed(parts, last)
        if missed:
            yield missed
        while (blocks := await listener.take(QUIET_S)) is not None:
            data = b"".join(_unsent(block, sent) for block in blocks)
            if data:
                yield data
    finally:
        parts.hub.leave(listener)


async def _missed(parts: Parts, last: str | None) -> tuple[bytes, int]:
    """What was published since the last event somebody had, and the number of its end."""
    if last is None:
        return b"", 0
    epoch = parts.archive.epoch
    known = _NUMBER.match(last)
    if known is None or known[1] != epoch:
        return gap("unknown", None), 0
    seq = int(known[2])
    rows = await run_in_threadpool(parts.archive.after, seq, RESUMED + 1)
    if len(rows) > RESUMED:
        return gap("away", None), 0
    told = [event("change", row.body, f"{epoch}-{row.seq}") for row in rows]
    return b"".join(told), rows[-1].seq if rows else seq


def _unsent(block: Block, sent: int) -> bytes:
    """A block, less the changes that were sent already."""
    if block.last == 0 or block.first > sent:
        return block.data
    if block.last <= sent:
        return b""
    parts = block.data.split(b"\n\n")
    return b"".join(part + b"\n\n" for part in parts if part and _seq(part) > sent)


def _seq(text: bytes) -> int:
    head = text.partition(b"\n")[0]
    return int(head.rpartition(b"-")[2]) if head.startswith(b"id: ") else 0
