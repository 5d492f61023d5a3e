"""What the benchmarks measure with: CPU of a process, percentiles, one line of JSON."""

import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12
"""Places of utime and stime behind the name in /proc/<pid>/stat."""


def cpu_s(pid: int) -> float:
    """CPU seconds of all threads of a process, user and system; steps of 10 ms."""
    # The name of the program stands in brackets and may itself hold blanks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS_PER_S


def peak_memory_mib(pid: int) -> float:
    """The most memory a process has held so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


class Reading(NamedTuple):
    """Where everything stood at one moment."""

    at: float
    """Seconds on a steady clock."""
    events: int
    cpu: dict[str, float]
    """CPU seconds by process."""

    @classmethod
    def take(cls, events: int, pids: Mapping[str, int]) -> "Reading":
        """Read the clock and the CPU of processes, now."""
        return cls(
            time.perf_counter(),
            events,
            {name: cpu_s(pid) for name, pid in pids.items()},
        )


class Span(NamedTuple):
    """What lies between two readings."""

    events: int
    seconds: float
    cpu_us_per_event: dict[str, float]
    """CPU microseconds of each process, per event."""

    @classmethod
    def between(cls, start: Reading, end: Reading) -> "Span":
        """Take the difference."""
        events = end.events - start.events
        return cls(
            events,
            end.at - start.at,
            {name: round((end.cpu[name] - start.cpu[name]) / events * 1e6, 2) for name in end.cpu},
        )

    def figures(self) -> dict[str, Any]:
        """For the JSON line; CPU is the worker's."""
        return {
            "events": self.events,
            "seconds": round(self.seconds, 3),
            "events_per_second": round(self.events / self.seconds),
            "cpu_us_per_event": self.cpu_us_per_event["worker"],
        }


def percentile(ascending: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    at = max(0, -int(-share * len(ascending) // 1) - 1)
    return ascending[min(at, len(ascending) - 1)]


def p50_p99(values: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile, rounded."""
    ascending = sorted(values)
    return {
        "p50": round(percentile(ascending, 0.5), 2),
        "p99": round(percentile(ascending, 0.99), 2),
    }


def ratio(one: float, other: float) -> float:
    """How many times `other` goes into `one`."""
    return round(one / other, 2)


def progress(text: str) -> None:
    """Tell people what is going on; results alone go to standard output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def emit(benchmark: str, figures: Mapping[str, Any]) -> None:
    """Print the one line of JSON, with where and when it was measured."""
    place = {
        "benchmark": benchmark,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load_1m": round(os.getloadavg()[0], 2),
    }
    sys.stdout.write(orjson.dumps({**place, **figures}).decode() + "\n")
