"""`regrade` as a user starts it."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass

PATIENCE_S = 90.0
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str


async def start(*arguments: str, settings: Mapping[str, str] = _NOTHING) -> Process:
    """Start `regrade` with these arguments."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "streams", *arguments),
        env={**os.environ, **settings},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )


async def regrade(
    *arguments: str, settings: Mapping[str, str] = _NOTHING, stdin: bytes = b""
) -> Done:
    """Run `regrade` to its end."""
    process = await start(*arguments, settings=settings)
    try:
        out, err = await asyncio.wait_for(process.communicate(stdin), PATIENCE_S)
    finally:
        if process.returncode is None:
            process.kill()
    return Done(process.returncode, out.decode(), err.decode())
