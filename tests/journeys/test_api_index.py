"""What the API keeps of the topics on its disk, and what an erasure leaves of it (R43)."""

import json
import sqlite3
from pathlib import Path

import orjson
import pytest

from streams.api.archive import AnswerRow, Archive, ChangeRow, Search

ANN = "ann-🜁-4b1e07"


def change(customer: str, version: int, *, gone: bool = False) -> ChangeRow:
    """A move of a tier, or the farewell."""
    body = json.dumps({"customer_id": customer}, ensure_ascii=False).encode()
    return ChangeRow(9, customer, version, False, "silver", "gold", "review", body, 0, gone)


def told(event_id: str, customer: str, *, gone: bool = False) -> AnswerRow:
    """The answer to a command."""
    said = {"command": event_id, "customer_id": customer, "outcome": "done"}
    return AnswerRow(event_id, customer, json.dumps(said, ensure_ascii=False).encode(), gone)


def bytes_in(folder: Path) -> bytes:
    """All there is on the disk."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize("answers_first", [False, True])
def test_an_erasure_leaves_no_byte_on_the_disk(tmp_path, answers_first):
    """Neither in the file nor in its log, whichever topic was read first; others stay."""
    archive = Archive(tmp_path, 1000)
    # Bob had been merged into ann for a while.
    tied = change("bob", 2)._replace(to=None, body=orjson.dumps({"into": ANN}))
    moves = [change(ANN, 1), change("bob", 1), tied]
    joined = told("join", "bob")._replace(body=orjson.dumps({"into": ANN}))
    orders = [told(f"of-{ANN}", ANN), told("of-bob", "bob"), joined]
    farewell, erased = change(ANN, 2, gone=True), told(f"erase-{ANN}", ANN, gone=True)
    archive.take(moves, [], {})
    if answers_first:
        archive.take([], [*orders, erased], {})
        assert ANN.encode() in bytes_in(tmp_path)
        archive.take([farewell], [], {})
    else:
        archive.take([farewell], [], {})
        archive.take([], [*orders, erased], {})
    archive.take([change(ANN, 1)], [], {})
    assert ANN.encode() not in bytes_in(tmp_path)
    assert len(archive.changes(Search(9))) == 1
    assert archive.answer("of-bob") is not None
    assert archive.answer(f"of-{ANN}") is None
    assert json.loads(archive.answer(f"erase-{ANN}") or b"")["outcome"] == "done"
    archive.close()


def test_a_file_whose_hashes_have_no_key_is_begun_anew(tmp_path):
    """Whoever has the ids of all customers could tell by them who was erased."""
    with sqlite3.connect(tmp_path / "changes.sqlite3") as old:
        old.execute("CREATE TABLE gone (hash BLOB PRIMARY KEY, version INTEGER)")
        old.execute("INSERT INTO gone VALUES (x'3b1e', 2)")
    old.close()
    archive = Archive(tmp_path, 1000)
    archive.take([change(ANN, 1)], [], {("tier-changes", 0): 1})
    archive.close()
    again = Archive(tmp_path, 1000)
    assert (again.epoch, len(again.history(ANN))) == (archive.epoch, 1)
    again.close()
