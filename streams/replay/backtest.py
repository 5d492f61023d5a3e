"""One file of history graded by one policy, or by two, and what came of it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import orjson

from scoring.policy import Policy
from streams.policies.load import read_policy
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.files import FileSource
from streams.replay.memory import run_in_memory
from streams.replay.report import Report, report_of
from streams.replay.report_comparison import Comparison, compare
from streams.replay.report_shares import intended_shares
from streams.replay.results import Results

Engine = Literal["memory", "stream"]


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A policy with the file or preset it came from."""

    source: str
    policy: Policy
    shares: dict[str, float]
    """Tier -> the share of customers it is meant for, where it says so."""

    @classmethod
    def load(cls, source: str) -> "PolicySource":
        """Read and validate; raises `PolicyRefused`."""
        read = read_policy(source)
        return cls(source, read.policy, intended_shares(read.document))


@dataclass(frozen=True, slots=True)
class Graded:
    """A file graded by one policy."""

    policy: Policy
    results: Results
    report: Report


@dataclass(frozen=True, slots=True)
class Backtest:
    """Everything a backtest tells."""

    one: Graded
    against: Graded | None
    comparison: Comparison | None
    """There with `against`."""
    adjustments: int
    """Rows of the file that were skipped."""

    @property
    def refused(self) -> bool:
        """Whether a row was refused, by the file or by a policy."""
        runs = (self.one, self.against)
        return any(run.results.rejected for run in runs if run)

    def write(self, out: Path) -> None:
        """Write the files of each policy, and the differences between the two."""
        self.one.results.write(out)
        if self.against and self.comparison:
            self.against.results.write(out / "against")
            with (out / "differences.jsonl").open("wb") as file:
                for one in self.comparison.differences:
                    file.write(orjson.dumps(one.as_json(), option=orjson.OPT_APPEND_NEWLINE))

    def as_json(self) -> dict[str, Any]:
        """For programs: the report of the policy, then what differs under the other."""
        told = _told(self.one) | {"skipped_adjustments": self.adjustments}
        if self.against and self.comparison:
            told |= {"against": _told(self.against), "differences": self.comparison.as_json()}
        return told


def run_backtest(
    source: FileSource,
    policies: tuple[PolicySource, PolicySource | None],
    engine: Engine,
    progress: Callable[[str, int], None] = lambda _policy, _events: None,
) -> Backtest:
    """Grade a whole file by each policy; `progress` takes events as they are graded."""
    first, second = policies
    # A file can be standard input: it is read once, and kept only for a second run.
    events: Iterable[WireEvent | RejectedRow] = list(source) if second else source
    one = _graded(events, first, engine, progress)
    against = _graded(events, second, engine, progress) if second else None
    comparison = None
    if against and second:
        if one.report.name == against.report.name:
            one, against = _told_apart(one, first), _told_apart(against, second)
        comparison = compare((one.policy, one.results), (against.policy, against.results))
    return Backtest(one, against, comparison, source.adjustments)


def _graded(
    events: Iterable[WireEvent | RejectedRow],
    given: PolicySource,
    engine: Engine,
    progress: Callable[[str, int], None],
) -> Graded:
    """Grade by one policy and count what came of it."""

    def moved(count: int) -> None:
        progress(given.source, count)

    if engine == "memory":
        results = asyncio.run(run_in_memory(events, given.policy, moved))
    else:
        from streams.replay.stream import run_on_stack

        results = asyncio.run(run_on_stack(events, given.policy, given.source, moved))
    return Graded(given.policy, results, report_of(results, given.policy, given.shares))


def _told_apart(run: Graded, given: PolicySource) -> Graded:
    """Two texts of one version are named by where they came from, too."""
    return replace(run, report=replace(run.report, name=f"{run.report.name} ({given.source})"))


def _told(run: Graded) -> dict[str, Any]:
    return run.report.as_json() | {"rejected": len(run.results.rejected)}
