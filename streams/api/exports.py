"""Tables to download, row by row: nothing is held in memory."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool

from scoring.calendar import iso
from scoring.merging import is_alias
from streams.api.archive import Search
from streams.api.parts import Parts

CHANGE_COLUMNS = (
    *("id", "type", "customer_id", "version", "from", "to", "score", "trigger"),
    *("effective_on", "occurred_at"),
)
_AT_ONCE = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def customers(parts: Parts) -> AsyncIterator[list[dict[str, Any]]]:
    """Every customer's grade, as `regrade backtest` writes them, in no order."""
    partitions = len(parts.status.view.standings)
    async for page in parts.look_up.pages(partitions):
        rows = []
        for customer, stored in page:
            if stored.blob is None or stored.day is None or stored.policy is None:
                continue
            state = await parts.programmes.state(stored, partitions)
            # What came for an alias counts for whom it was merged into.
            if not is_alias(state):
                programme = await parts.programmes.of(stored.policy, partitions)
                grade = programme.grade(customer, state, stored.day)
                names = ("customer_id", "tier", "score", "labels", "version")
                rows.append({name: grade[name] for name in names} | {"as_of": iso(stored.day)})
        yield rows


async def changes(parts: Parts) -> AsyncIterator[list[dict[str, Any]]]:
    """The tier changes that are kept, the latest first."""
    before = None
    while True:
        found = await run_in_threadpool(parts.archive.changes, Search(_AT_ONCE, before))
        if not found:
            return
        yield [orjson.loads(row.body) for row in found]
        before = (found[-1].published, found[-1].seq)


async def as_lines(pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[bytes]:
    """JSON lines."""
    async for rows in pages:
        yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


async def as_csv(
    pages: AsyncIterator[list[dict[str, Any]]], columns: Sequence[str]
) -> AsyncIterator[bytes]:
    """CSV with a header; a column `labels.x` is the label x."""
    yield csv_text([columns])
    async for rows in pages:
        yield csv_text([[_cell(row, column) for column in columns] for row in rows])


def csv_text(rows: Iterable[Sequence[Any]]) -> bytes:
    r"""Rows as CSV. Text that a spreadsheet would take for a formula is marked as text.

    >>> csv_text([["=1+1", "ann", None, -2.5]])
    b"'=1+1,ann,,-2.5\r\n"
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _cell(row: dict[str, Any], column: str) -> Any:
    name, _, inner = column.partition(".")
    return row[name].get(inner) if inner else row.get(name)
