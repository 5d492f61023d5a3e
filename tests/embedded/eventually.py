"""Wait for what another process brings about, without sleeping for a guessed time."""

import os
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def eventually(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Poll until the condition holds; an AssertionError after the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so after {seconds:g} s"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether there is no process of this id, not even an unreaped one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
