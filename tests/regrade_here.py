"""`regrade` in this process: for commands that talk to no server, without starting a process."""

import io
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from journeys.regrade_command import Done

from streams.cli import main


def regrade_here(*words: str, stdin: bytes = b"", cwd: Path | None = None) -> Done:
    """Run `regrade` to its end, as if piped."""
    read = io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin)), "utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    code = 0
    place = chdir(cwd or Path.cwd())
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err), place:
        patch.setattr(sys, "argv", ["regrade", *words])
        patch.setattr(sys, "stdin", read)
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Done(code, _told(out), _told(err))


def _told(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
