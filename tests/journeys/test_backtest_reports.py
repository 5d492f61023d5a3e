"""`regrade backtest` as a user starts it: what it prints, compares, draws and refuses."""

import asyncio
import json
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path

import pytest
from journeys.regrade_command import regrade
from journeys.small_history import csv_text
from regrade_here import regrade_here

from streams.policies.load import policy_text

FILES = ("customers.jsonl", "changes.jsonl", "rejected.jsonl")
GROCERY = ("--policy", "grocery-usd")


@pytest.fixture
def history(tmp_path) -> str:
    """The small history as CSV."""
    path = tmp_path / "history.csv"
    path.write_text(csv_text(), "utf-8")
    return str(path)


@pytest.fixture
def stricter(tmp_path) -> str:
    """The grocery policy, gold harder to reach and the tier above named anew."""
    path = tmp_path / "stricter.yaml"
    text = policy_text("grocery-usd").replace("version: 1", "version: 2", 1)
    path.write_text(text.replace("enter: 55", "enter: 80").replace("platinum", "emerald"), "utf-8")
    return str(path)


def rows(path: Path) -> list[dict]:
    """A file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def unframed(text: str) -> str:
    """A message without its frame and without blanks: where lines break does not count."""
    return "".join(text.replace("│", "").split())


async def test_json_and_files_say_the_same(history, tmp_path):
    """Tiers, labels, months and moves of the one object are counts of the lines written."""
    out = tmp_path / "out"
    done = await regrade("backtest", history, *GROCERY, "--out", str(out), "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    customers, changes = rows(out / "customers.jsonl"), rows(out / "changes.jsonl")
    tiers = Counter(row["tier"] for row in customers)
    assert {tier: n for tier, n in told["tiers"].items() if n} == tiers
    assert (
        told["changes"]
        == len(changes)
        == sum(
            row["changes"]
            for part in ("changes_by_trigger", "changes_by_label")
            for row in told[part]
        )
    )
    moves = Counter((c["from"], c["to"]) for c in changes if c["type"] != "label.changed")
    assert {(row["from"], row["to"]): row["changes"] for row in told["moves"]} == moves
    risk = Counter(row["labels"]["churn_risk"] for row in customers)
    assert {row["value"]: row["customers"] for row in told["labels"]["churn_risk"]} == {
        value: risk[value] for value in ("high", "medium", "low")
    }


def test_a_second_policy_has_its_own_files_and_the_differences(history, stricter, tmp_path):
    """Each policy's files are those of a run of its own; differences are told one by one."""
    out, alone, other = (tmp_path / name for name in ("out", "alone", "other"))
    both = regrade_here(
        "backtest", history, *GROCERY, "--against", stricter, "--out", str(out), "--json"
    )
    assert both.code == 0, both.err
    for policy, folder in (("grocery-usd", alone), (stricter, other)):
        done = regrade_here("backtest", history, "--policy", policy, "--out", str(folder))
        assert done.code == 0, done.err
    for name in FILES:
        assert (out / name).read_bytes() == (alone / name).read_bytes()
        assert (out / "against" / name).read_bytes() == (other / name).read_bytes()
    told = json.loads(both.out)["differences"]
    ends = [{r["customer_id"]: r["tier"] for r in rows(f / FILES[0])} for f in (alone, other)]
    differ = {name for name in ends[0] if ends[0][name] != ends[1][name]}
    lines = rows(out / "differences.jsonl")
    assert differ
    assert {line["customer_id"] for line in lines if line["direction"]} == differ
    assert told["tier_differs"] == len(differ) == sum(told["directions"].values())


async def test_what_is_piped_is_plain_and_always_the_same(history, stricter, tmp_path):
    """No frames, no colours, no line cut: two runs, in two processes, print the same bytes."""
    command = ("backtest", history, *GROCERY, "--against", stricter, "--out", str(tmp_path / "out"))
    first = await regrade(*command)
    second = await asyncio.to_thread(regrade_here, *command)
    assert first.out == second.out
    assert first.out.isascii()
    assert "\x1b" not in first.out
    assert all(line == line.rstrip() for line in first.out.splitlines())
    lines = first.out.splitlines()
    for title in ("Customers per tier", "Tier changes by month and trigger", "Labels that differ"):
        assert title in lines
    assert "Under grocery-usd v2" in first.out


def test_standard_input_is_graded_by_both_policies(stricter, tmp_path):
    """It can be read once only."""
    command = ("backtest", "-", *GROCERY, "--against", stricter, "--out", str(tmp_path), "--json")
    done = regrade_here(*command, stdin=csv_text().encode())
    told = json.loads(done.out)
    assert told["customers"] == told["against"]["customers"] == 3


def test_a_picture_is_drawn_into_a_folder_that_is_made(history, stricter, tmp_path):
    """PNG, beside everything else."""
    picture = tmp_path / "new" / "picture.PNG"
    command = ("backtest", history, *GROCERY, "--against", stricter, "--out", str(tmp_path / "out"))
    done = regrade_here(*command, "--plot", str(picture))
    assert (done.code, done.err.count("Traceback")) == (0, 0), done.err
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_refused_rows_fail_the_command_only_when_asked(history, tmp_path):
    """They are listed; with --strict the exit status is 1, and all is written."""
    out = tmp_path / "out"
    command = ("backtest", history, *GROCERY, "--out", str(out))
    plain, strict = regrade_here(*command), regrade_here(*command, "--strict")
    assert (plain.code, strict.code) == (0, 1)
    assert plain.out == strict.out
    assert "4 rows refused" in plain.err
    assert len(rows(out / "rejected.jsonl")) == 4


def test_what_cannot_be_done_is_refused_before_the_work(history, tmp_path):
    """One plain message, the right status, and no folder left behind."""
    out, file, folder = (tmp_path / name for name in ("out", "a-file", "folder.png"))
    file.touch()
    folder.mkdir()
    cases = [
        (2, "picture.gif ends in none of .png, .svg, .pdf", ["--plot", "picture.gif"]),
        (2, "folder.png is a folder", ["--plot", str(folder)]),
        (1, "none.yaml is refused", ["--against", "none.yaml"]),
        (1, "a file is in its place; choose another folder", ["--plot", str(file / "picture.png")]),
    ]
    for code, message, options in cases:
        done = regrade_here("backtest", history, *GROCERY, "--out", str(out), *options)
        assert done.code == code
        assert unframed(message) in unframed(done.err)
        assert "Traceback" not in done.err
        assert not (out / "customers.jsonl").exists()
    done = regrade_here("backtest", history, *GROCERY, "--out", str(file))
    assert done.code == 1
    assert done.err.startswith(f"regrade: {file}: cannot be written: ")
    assert "choose another folder" in done.err


async def test_without_matplotlib_the_message_names_the_extra(history, tmp_path):
    """Before the work, and only when a picture is asked for."""
    program = "import sys; sys.modules['matplotlib'] = None; from streams.cli import main; main()"
    out = tmp_path / "out"
    command = ("backtest", history, *GROCERY, "--out", str(out))
    for options, code in (([], 0), (["--plot", str(tmp_path / "p.png")], 1)):
        process = await create_subprocess_exec(
            sys.executable, "-c", program, *command, *options, stdout=PIPE, stderr=PIPE
        )
        _, err = await process.communicate()
        assert process.returncode == code
        assert (b"pip install 'regrade[plot]'" in err) == bool(options)
