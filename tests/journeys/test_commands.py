"""The commands a user tries first, each as a process of its own."""

import asyncio
import gzip
import json
import signal
from collections import Counter

import pytest
from journeys.laws import once_each
from journeys.patience import until
from journeys.programme import Programme
from journeys.reading import read_all
from journeys.regrade_command import PATIENCE_S, regrade, start
from journeys.small_history import (
    ADJUSTMENTS,
    REFUSED_BY_FILE,
    REFUSED_BY_GRADING,
    csv_text,
)

from streams.demo.verify import mismatches
from streams.embedded.metadata import cluster_at
from streams.replay.event import WireEvent
from streams.replay.files import read_file
from streams.replay.results import Results

POLICY = ("--policy", "grocery-usd")
FILES = ("customers.jsonl", "changes.jsonl", "rejected.jsonl")


@pytest.fixture
def history_file(tmp_path):
    """The small history as CSV."""
    path = tmp_path / "history.csv"
    path.write_text(csv_text(), "utf-8")
    return path


async def test_backtest_writes_the_same_files_with_both_engines(history_file, tmp_path):
    """Memory and stream: equal customers, changes and refusals, byte for byte."""
    runs = [
        regrade(
            "backtest",
            str(history_file),
            *POLICY,
            "--out",
            str(tmp_path / engine),
            "--engine",
            engine,
            "--json",
        )
        for engine in ("memory", "stream")
    ]
    memory, stream = await asyncio.gather(*runs)
    assert (memory.code, stream.code) == (0, 0), memory.err + stream.err
    for name in FILES:
        written = (tmp_path / "memory" / name).read_bytes()
        assert written == (tmp_path / "stream" / name).read_bytes()
        assert written
    told, same = json.loads(memory.out), json.loads(stream.out)
    assert told | {"out": ""} == same | {"out": ""}
    refused = map(json.loads, (tmp_path / "memory" / FILES[2]).read_text().splitlines())
    reasons = Counter(row["reason"] for row in refused)
    assert reasons == REFUSED_BY_FILE | REFUSED_BY_GRADING
    assert told["skipped_adjustments"] == ADJUSTMENTS
    assert told["customers"] == 3


async def test_a_file_in_any_form_is_replayed_as_the_same_records(stack, history_file, tmp_path):
    """CSV, gzip, standard input and JSON lines put the same on the topics."""
    text = history_file.read_bytes()
    zipped, lines = tmp_path / "history.csv.gz", tmp_path / "history.jsonl"
    zipped.write_bytes(gzip.compress(text))
    events = [e for e in read_file(str(history_file)) if isinstance(e, WireEvent)]
    lines.write_bytes(b"".join(event.value + b"\n" for event in events) + b"{\n")
    forms = {
        "csv": (str(history_file), b""),
        "gz": (str(zipped), b""),
        "stdin": ("-", text),
        "jsonl": (str(lines), b""),
    }
    found = {}
    for name, (argument, stdin) in forms.items():
        async with Programme(stack, tmp_path, f"form-{name}") as programme:
            settings = {"REGRADE_KAFKA": stack.bootstrap, "REGRADE_PREFIX": programme.prefix}
            strict = ["--strict"] if name == "jsonl" else []
            command = ("replay", argument, "--json", *strict)
            done = await regrade(*command, settings=settings, stdin=stdin)
            assert done.code == (1 if strict else 0)  # rows were refused
            told = json.loads(done.out)
            reasons = Counter(row["reason"] for row in told["rejected"])
            assert reasons == ({"bad_json": 1} if name == "jsonl" else REFUSED_BY_FILE)
            assert told["events"] == len(events)
            found[name] = await _inputs(programme)
    assert len(found["csv"]) == len(events) + 4  # the end of the day, per partition
    assert found["gz"] == found["stdin"] == found["jsonl"] == found["csv"]


async def _inputs(programme: Programme) -> list[tuple[object, ...]]:
    """What stands on the input topics."""
    prefix = programme.prefix
    records = await programme.published("orders", "interactions")
    return sorted(
        (r.topic.removeprefix(prefix), r.partition, r.offset, r.timestamp, r.key or b"", r.value)
        for r in records
    )


async def _published(bootstrap: str, wanted: Results) -> bool:
    """Whether these very changes stand on the topics."""
    records = await read_all(bootstrap, ("tier-changes", "label-changes"))
    return mismatches(Results([], list(once_each(records).values())), wanted) == 0


async def test_dev_grades_what_is_replayed_to_it_and_ends_when_told(history_file, tmp_path):
    """`dev --json` says where all is; a replay to it gives the changes of a backtest."""
    out = tmp_path / "out"
    dev = await start("dev", *POLICY, "--clock", "event", "--partitions", "2", "--json")
    try:
        backtest = regrade("backtest", str(history_file), *POLICY, "--out", str(out))
        assert (await backtest).code == 0
        line = await asyncio.wait_for(dev.stdout.readline(), PATIENCE_S)
        at = json.loads(line)
        settings = {"REGRADE_KAFKA": at["kafka"]}
        replay = await regrade("replay", str(history_file), "--json", settings=settings)
        assert json.loads(replay.out)["events"] > 0
        wanted = Results([], (out / "changes.jsonl").read_bytes().splitlines())

        await until(lambda: _published(at["kafka"], wanted), "graded")
        assert {"tier-changes", "label-changes", "dead-letters"} <= set(at["topics"]["out"])
        assert at["topics"]["in"] == ["orders", "interactions", "grading-commands"]
        dev.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(dev.wait(), PATIENCE_S) == 0
    finally:
        if dev.returncode is None:
            dev.kill()
            await dev.wait()
    assert cluster_at(int(at["kafka"].rpartition(":")[2])) is None
