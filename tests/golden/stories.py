"""The golden histories: what was said of them once is what is said of them now.

`<policy>.<story>.facts.jsonl` are events as on the wire, `<policy>.yaml` is what they are
graded by, and `<policy>.<story>.changes.jsonl` is every change that came of them, to the
byte. After a wanted change of the rules write them anew with `make golden`
(`python -m tests.golden.regenerate`) and review the difference like code.
"""

from pathlib import Path

from runs import run

from streams.intake.record import LogRecord
from streams.outbox.scribe import CHANGES
from streams.policies.load import load_policy
from streams.replay.event import WireEvent
from streams.replay.json_lines import read_json_lines

FOLDER = Path(__file__).parent


def stories() -> list[str]:
    """The names of all stories."""
    return sorted(path.name.removesuffix(".facts.jsonl") for path in FOLDER.glob("*.facts.jsonl"))


def facts(story: str) -> list[LogRecord]:
    """The records of a story; every line of it is an event."""
    lines = (FOLDER / f"{story}.facts.jsonl").read_bytes().splitlines()
    events = [event for event in read_json_lines(lines) if isinstance(event, WireEvent)]
    assert len(events) == len(lines)
    return [
        LogRecord(event.topic, 0, at, event.timestamp_ms, event.key, event.value)
        for at, event in enumerate(events)
    ]


def policy_file(story: str) -> Path:
    """What a story is graded by."""
    return FOLDER / f"{story.partition('.')[0]}.yaml"


def told_now(story: str) -> bytes:
    """The changes of a story as they are published today, one a line."""
    rules = load_policy(str(policy_file(story)))
    rows = [row for _, row in run(rules, facts(story)).rows if row.topic in CHANGES]
    return b"".join((row.value or b"") + b"\n" for row in rows)


def told_once(story: str) -> Path:
    """The file that holds what was said of a story."""
    return FOLDER / f"{story}.changes.jsonl"
