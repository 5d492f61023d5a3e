"""`regrade` in this process: what a command does is the same, the start of a process is saved."""

import asyncio
import io
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from journeys.regrade_command import Done

from streams.cli import main

_NOTHING: Mapping[str, str] = {}


def regrade_here(
    *words: str,
    settings: Mapping[str, str] = _NOTHING,
    stdin: bytes = b"",
    cwd: Path | None = None,
) -> Done:
    """Run `regrade` to its end, as if piped."""
    read = io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin)), "utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    code = 0
    place = chdir(cwd or Path.cwd())
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err), place:
        patch.setattr(sys, "argv", ["regrade", *words])
        patch.setattr(sys, "stdin", read)
        for name, value in settings.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Done(code, _told(out), _told(err))


async def regrade_beside(
    *words: str, settings: Mapping[str, str] = _NOTHING, stdin: bytes = b""
) -> Done:
    """The same from a test that runs in a loop: the command has a thread and a loop of its own."""
    return await asyncio.to_thread(regrade_here, *words, settings=settings, stdin=stdin)


def _told(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
