"""Named points at which a test makes a worker die or stall; where none is set nothing is wrapped.

`REGRADE_FAILPOINTS="after-commit=kill@3 before-publish=stall"` kills the process right after its
third commit, and stalls its loop before its first rows are sent.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from streams.errors import RegradeError
from streams.intake.transfers import TRANSFERS_TOPIC
from streams.partition.ports import Commit
from streams.settings import Settings
from streams.storage.servers import told_apart

STALL_S = 8.0
"""How long a stall blocks the loop; Faust's own thread goes on with its heartbeats."""

METHODS = {
    "claim": "claim",
    "commit": "commit",
    "publish": "send",
    "trim": "trim",
    "tick": "tick_some",
    "sweep": "sweep_some",
    "take": "take_version",
}
"""What each point is before or after, by the method of the store, the wire or the processor:
a tick is a slice of a midnight, a sweep one of a sweep, a take that of a version of the policy."""

KINDS = ("handover", "receipt", "transfer")
"""Commits that hand something over to another partition, or take it; and what is sent between."""

_LOCAL = {"127.0.0.1", "localhost", "::1", None}
Target = TypeVar("Target")


class FailpointsRefused(RegradeError):
    """Failpoints are for tests on servers of this machine."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"REGRADE_FAILPOINTS is refused: {problem}")


@dataclass(frozen=True, slots=True)
class _Point:
    does: str
    at: int


class Failpoints:
    """The points of one process."""

    def __init__(self, settings: Settings) -> None:
        """Raises `FailpointsRefused` for unknown points, and beside servers elsewhere."""
        self._points = dict(map(_parsed, settings.failpoints.split()))
        self._hits: Counter[str] = Counter()
        hosts = {urlsplit(f"//{one}").hostname for one in settings.kafka.split(",")}
        store, others = told_apart(settings.redis)
        hosts |= {
            urlsplit(store).hostname,
            *(urlsplit(f"//{one}").hostname for one in others or ()),
        }
        if self._points and not hosts <= _LOCAL:
            raise FailpointsRefused("the broker or the store is not on this machine")

    def around(self, target: Target) -> Target:
        """The same object, with the points around its methods; itself where there are none."""
        return cast("Target", _Around(target, self._hit)) if self._points else target

    def within(self, target: Target) -> Target:
        """The same object, with the points around what it calls of its own."""
        around = self.around(target)
        for method in METHODS.values():
            if around is not target and hasattr(target, method):
                setattr(target, method, getattr(around, method))
        return target

    def _hit(self, name: str) -> None:
        point = self._points.get(name)
        self._hits[name] += 1
        if point is None or point.at != self._hits[name]:
            return
        if point.does == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(STALL_S)


def _parsed(text: str) -> tuple[str, _Point]:
    name, _, action = text.partition("=")
    does, _, at = action.partition("@")
    moment, _, what = name.partition("-")
    known = moment in {"before", "after"} and what in {*METHODS, *KINDS}
    if not known or does not in {"kill", "stall"}:
        raise FailpointsRefused(f"{text!r} is no point: say for example after-commit=kill@3")
    return name, _Point(does, int(at or 1))


class _Around:
    """Stands before a store, a wire or a processor and hits its points."""

    def __init__(self, target: Any, hit: Callable[[str], None]) -> None:
        self._target = target
        self._hit = hit
        self._names = {method: name for name, method in METHODS.items()}
        self._received: dict[int, int] = {}

    def __getattr__(self, method: str) -> Any:
        call = getattr(self._target, method)
        name = self._names.get(method)
        if name is None:
            return call
        return self._guarded(name, call)

    def _guarded(
        self, name: str, call: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        async def guarded(*args: Any, **named: Any) -> Any:
            names = [name, *self._kinds(name, args)]
            for one in names:
                self._hit(f"before-{one}")
            answer = await call(*args, **named)
            for one in names:
                self._hit(f"after-{one}")
            if name == "claim":
                self._received[args[0]] = sum(answer.received.values())
            return answer

        return guarded

    def _kinds(self, name: str, args: tuple[Any, ...]) -> list[str]:
        """What more is to be said of a call: whether it moves something between partitions."""
        if name == "publish":
            return ["transfer"] if args[2].topic == TRANSFERS_TOPIC else []
        if name != "commit":
            return []
        partition, commit = cast("tuple[int, Commit]", args)
        received = sum(commit.meta.received.values())
        before, self._received[partition] = self._received.get(partition, received), received
        handing = any(row.topic == TRANSFERS_TOPIC for row in commit.rows)
        taking = received > before
        return ["handover"] * handing + ["receipt"] * taking
