"""A TCP proxy on loopback that loses one reply, stalls, goes half open, or leads elsewhere."""

import asyncio
from contextlib import suppress
from typing import Self


class Proxy:
    """Passes bytes on until it is told otherwise."""

    def __init__(self, port: int) -> None:
        """`port` is where it leads."""
        self.upstream = port
        self.port = 0
        self.lost = 0
        """Replies lost so far."""
        self._to_lose: bytes | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._pipes: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where redis-py connects."""
        return f"redis://127.0.0.1:{self.port}/0"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        pipes = set(self._pipes)
        self.cut()
        await asyncio.gather(*pipes, return_exceptions=True)
        await asyncio.sleep(0)  # the loop closes what was told to

    def lose_reply(self, containing: bytes) -> None:
        """The next reply to a request with these bytes is lost, and the connection with it."""
        self._to_lose = containing

    def stall(self) -> None:
        """Nothing passes, and nobody is told: a half-open connection."""
        self._open.clear()

    def go_on(self) -> None:
        """What was held passes."""
        self._open.set()

    def cut(self) -> None:
        """Every connection breaks."""
        for pipe in self._pipes:
            pipe.cancel()

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pipes.add(task)
        writers, asked = [back], bytearray()
        try:
            far, forth = await asyncio.open_connection("127.0.0.1", self.upstream)
            writers.append(forth)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(near, forth, asked))
                both.create_task(self._replies(far, back, asked))
        except* (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            self._pipes.discard(task)
            for writer in writers:
                with suppress(OSError):
                    writer.close()
                    await writer.wait_closed()

    async def _requests(
        self, near: asyncio.StreamReader, forth: asyncio.StreamWriter, asked: bytearray
    ) -> None:
        while data := await near.read(65536):
            await self._open.wait()
            asked += data
            forth.write(data)
            await forth.drain()
        raise EOFError

    async def _replies(
        self, far: asyncio.StreamReader, back: asyncio.StreamWriter, asked: bytearray
    ) -> None:
        while data := await far.read(65536):
            await self._open.wait()
            if self._to_lose is not None and self._to_lose in asked:
                self._to_lose = None
                self.lost += 1
                raise EOFError
            asked.clear()
            back.write(data)
            await back.drain()
        raise EOFError
