"""The commands of the pages are run: beside a broker, a store and a worker, in a folder of samples.

What is not run here is listed with the reason; nothing is left out in silence.
"""

import asyncio
import gzip
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from journeys.patience import until
from journeys.reading import read_all
from mapping_rows import ERP
from pages import PAGES, ROOT, blocks
from regrade_here import regrade_here

from streams.clock import SystemClock
from streams.demo.stack import Running, running
from streams.policies.load import policy_text

NOT_HERE = {
    r"make |regrade demo|python examples/": "run by tests of their own, or by this very run",
    r"examples/history.csv .*(--out result|--policy grocery-usd)$": "run with what they print by "
    "test_backtest_page and test_documented_why",
    r"docker|cp \.env|kubectl|curl|kafka-consumer-groups": "programs that are not here; the files "
    "they read and the routes they ask are checked by tests/deployment and test_documented_routes",
    r"regrade (dev|api|worker|push)|--from-topic": "goes on until stopped: started by the journeys",
    r"households\.jsonl": "of the demo's data, which takes a download",
    r"regrade (restore|rebuild)": "wants an empty store: run by the journeys of snapshots",
    r"regrade erase|redrive .*--send|dead-letters show": "about a customer or a letter there is, "
    "and asks first: run by the journeys",
    r"regrade doctor$": "a verdict on a whole deployment: run by the rehearsal and its journey",
    r"REGRADE_KAFKA_|\.venv/bin/activate": "settings of a secured Kafka, or of the shell",
}
WITH = sorted(
    (page for page in PAGES if blocks(page.read_text("utf-8"), "sh")),
    # Those that publish a later version of the policy come last: others ask by the first.
    key=lambda page: "policy publish" in page.read_text("utf-8"),
)
HERE = {
    "--partitions 64 --replicas 3": "--partitions 4 --replicas 1",
    # Published for good, and never in force: the worker's own policy is that of the next pages.
    "policy publish my-policy.yaml": "policy publish my-policy.yaml "
    "--effective-from 2199-01-01T00:00:00+00:00",
}
SHELL = re.compile(r"[|>]|\$\(")


def commands(page: Path) -> list[str]:
    """The lines of the `sh` blocks of a page, continued ones joined."""
    texts = blocks(page.read_text("utf-8"), "sh")
    joined = (re.sub(r"\\\n\s*|\n\s+", " ", text) for text in texts)
    return [line for text in joined for line in text.splitlines() if line]


def left_out(line: str) -> str | None:
    """Why a line is not run here."""
    return next((why for found, why in NOT_HERE.items() if re.search(found, line)), None)


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    """A worker that has graded c-42."""
    with running("b2b-fresh", 4, clock="wall") as started:
        asyncio.run(bought(started, "c-42"))
        yield started


async def bought(stack: Running, customer: str) -> None:
    """Send one order of now, and wait for the grade."""
    event = {
        "type": "order.paid",
        "event_id": "e-1",
        "customer_id": customer,
        "occurred_at": SystemClock().now_ms(),
        "order_id": "o-1",
        "amount": 40,
    }
    bootstrap = stack.stack.bootstrap
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait("orders", json.dumps(event).encode(), key=customer.encode())
    await until(lambda: read_all(bootstrap, ["tier-changes"]), "graded")


def lay_out(folder: Path) -> None:
    """The files that the pages speak of."""
    history = (ROOT / "examples/history.csv").read_bytes()
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / "history.csv.gz").write_bytes(gzip.compress(history))
    (folder / "bookings.csv.gz").write_bytes(gzip.compress(ERP.encode()))
    lines = regrade_here(
        "map", str(ROOT / "examples/mappings/erp-rows.yaml"), "-", stdin=ERP.encode()
    )
    (folder / "history.jsonl.gz").write_bytes(gzip.compress(lines.out.encode()))


def own_policy(folder: Path, line: str) -> None:
    """The policy of the worker, or a later version of it where a line is about a change."""
    text = policy_text("b2b-fresh")
    if "regrade policy" in line:
        text = text.replace("version: 1\n", "version: 2\n", 1)
    (folder / "my-policy.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize("page", WITH, ids=lambda page: page.name)
def test_the_commands_of_a_page_work(page, stack, tmp_path, monkeypatch):
    """Each ends well, one after the other, with the settings that are exported before it."""
    places = HERE | {
        "kafka:9092": stack.stack.bootstrap,
        "127.0.0.1:PORT": stack.stack.bootstrap,
        "redis://redis:6379/0": stack.stack.redis_url,
    }
    monkeypatch.setenv("REGRADE_KAFKA", stack.stack.bootstrap)
    monkeypatch.setenv("REGRADE_REDIS", stack.stack.redis_url)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    for line in filter(lambda one: left_out(one) is None, commands(page)):
        own_policy(tmp_path, line)
        run(placed(line, places), monkeypatch, tmp_path)


def placed(line: str, places: Mapping[str, str]) -> str:
    """A line with the addresses of this machine."""
    for written, real in places.items():
        line = line.replace(written, real)
    return line


def run(line: str, patch: pytest.MonkeyPatch, folder: Path) -> None:
    """One line: `export`, a command of ours in this process, or whatever the shell makes of it."""
    words = shlex.split(line)
    if words[0] == "export" and not SHELL.search(line):
        for word in words[1:]:
            patch.setenv(*word.split("=", 1))
        return
    if SHELL.search(line):
        done = subprocess.run(["sh", "-ec", line], capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
        return
    with pytest.MonkeyPatch.context() as once:
        while "=" in words[0]:
            once.setenv(*words.pop(0).split("=", 1))
        assert words.pop(0) == "regrade", line
        if words[:2] == ["policy", "init"]:
            (folder / words[-1]).unlink()
        done = regrade_here(*words)
    assert done.code == 0, (line, done.out, done.err)


def test_every_reason_is_needed():
    """A line that is run, or is gone, needs none."""
    lines = [line for page in PAGES for line in commands(page)]
    assert [found for found in NOT_HERE if not any(re.search(found, one) for one in lines)] == []
