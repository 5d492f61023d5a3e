"""A programme with the API before it, and people who ask it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
from journeys.patience import until
from journeys.programme import Programme

from streams.embedded.api import ApiProcess


@asynccontextmanager
async def served(programme: Programme, **settings: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that serves this programme and has read its topics."""
    folder, scratch = programme.folder / "api", programme.folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    mine = {"TMPDIR": str(scratch), **programme.settings, **settings}
    process = ApiProcess(programme.stack, folder, mine)
    try:
        url = await asyncio.to_thread(process.wait_ready)
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            await until(lambda: _is_ready(client), "ready")
            yield client
    finally:
        await asyncio.to_thread(process.stop)
    assert list(scratch.iterdir()) == [], "the API left something behind"


async def _is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def asked(client: httpx.AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    """The body of a good answer."""
    response = await client.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.json()


class Stream:
    """A live stream, event by event."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self, *names: str) -> tuple[str | None, str, Any]:
        """The next event of one of these names: its id, name and body."""
        number, name = None, ""
        async with asyncio.timeout(20):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "id":
                    number = value
                elif field == "event":
                    name = value
                elif field == "data" and name in names:
                    return number, name, orjson.loads(value)
                elif not line:
                    number, name = None, ""
        raise AssertionError("the stream ended")


@asynccontextmanager
async def listening(client: httpx.AsyncClient, last: str | None = None) -> AsyncIterator[Stream]:
    """A stream, from now on or from after an event."""
    headers = {} if last is None else {"Last-Event-ID": last}
    async with client.stream("GET", "/api/stream", headers=headers) as response:
        assert response.status_code == 200
        yield Stream(response.aiter_lines())
