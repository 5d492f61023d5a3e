"""Waiting for what other processes bring about: by looking again, to a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_POLL_S = 0.02


async def until(
    condition: Callable[[], Awaitable[object]], what: str, seconds: float = 40.0
) -> None:
    """Look until the condition holds; an AssertionError after the deadline."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, f"not {what} after {seconds:g} s"
        await asyncio.sleep(_POLL_S)
