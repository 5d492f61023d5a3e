"""The latest changes and answers, in a SQLite file: read from the topics, never the truth.

It can be thrown away at any time: what the topics still hold is read again.
"""

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from streams.api.secret_file import secret_in

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS epoch (id TEXT);
CREATE TABLE IF NOT EXISTS positions (
  topic TEXT, partition INTEGER, next INTEGER, PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, published INTEGER, customer TEXT, version INTEGER,
  label INTEGER, from_ TEXT, to_ TEXT, trigger_ TEXT, body BLOB, incarnation INTEGER,
  UNIQUE (customer, version));
CREATE INDEX IF NOT EXISTS newest ON changes (label, published, seq);
CREATE INDEX IF NOT EXISTS ended ON changes (seq) WHERE label = 0 AND to_ IS NULL;
CREATE TABLE IF NOT EXISTS erased (hash BLOB PRIMARY KEY, version INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT UNIQUE, customer TEXT, body BLOB);
"""
_ANSWERS_KEPT = 10_000

Place = tuple[str, int]
"""Topic without its prefix, and partition."""


class ChangeRow(NamedTuple):
    """A change as it came from its topic."""

    published: int
    """Kafka timestamp, epoch milliseconds."""
    customer: str
    version: int
    label: bool
    """Whether a label moved; else the tier."""
    from_: str | None
    to: str | None
    trigger: str | None
    body: bytes
    incarnation: int = 0
    """Higher when the store was set back: what it says anew counts."""
    gone: bool = False
    """Whether the customer was erased: nothing of them is kept."""


class AnswerRow(NamedTuple):
    """The answer to a command."""

    event_id: str
    customer: str
    body: bytes
    gone: bool = False
    """Whether it says that the customer was erased: now, or before it was asked."""


class Kept(NamedTuple):
    """A change with its number; numbers go up in the order of arrival."""

    seq: int
    published: int
    body: bytes


class Search(NamedTuple):
    """Which changes of tiers are wanted."""

    limit: int
    before: tuple[int, int] | None = None
    """Older than this (published, seq)."""
    tier: str | None = None
    """Left or entered."""
    trigger: str | None = None
    customer: str | None = None


class Archive:
    """One file; calls block, so they belong in a thread."""

    def __init__(self, folder: Path, kept: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "changes.sqlite3"
        self._kept = kept
        self._key = secret_in(folder / "erased.secret")
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._open()

    def _open(self) -> None:
        self._db = sqlite3.connect(self._path, check_same_thread=False)
        if self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'gone'").fetchone():
            # A file of before: what it knows of the erased was hashed without a key.
            self._db.close()
            self._path.unlink()
            self._db = sqlite3.connect(self._path, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        if self._db.execute("SELECT count(*) FROM epoch").fetchone()[0] == 0:
            self._db.execute("INSERT INTO epoch VALUES (?)", (secrets.token_hex(4),))
            self._db.commit()
        self.epoch: str = self._db.execute("SELECT id FROM epoch").fetchone()[0]
        """Names this filling of the archive: numbers of another mean nothing here."""
        self._readers = sqlite3.connect(self._path, check_same_thread=False)

    def close(self) -> None:
        """Let the file go."""
        with self._lock, self._reading:
            self._db.close()
            self._readers.close()

    def clear(self) -> None:
        """Forget everything: the topics are others than those that were read."""
        with self._lock, self._db:
            for table in ("epoch", "positions", "changes", "erased", "answers"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            self.epoch = secrets.token_hex(4)
            self._db.execute("INSERT INTO epoch VALUES (?)", (self.epoch,))

    def positions(self) -> dict[Place, int]:
        """Per place the next offset to read."""
        found = self._db.execute("SELECT topic, partition, next FROM positions")
        return {(topic, partition): offset for topic, partition, offset in found}

    def take(
        self,
        changes: Sequence[ChangeRow],
        answers: Sequence[AnswerRow],
        positions: dict[Place, int],
    ) -> list[tuple[int, ChangeRow]]:
        """Keep what is new, together with how far the topics are read; what was new of it."""
        with self._lock, self._db:
            fresh = [(seq, row) for row in changes if (seq := self._keep(row)) is not None]
            for answer in answers:
                self._keep_answer(answer)
            self._db.executemany(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
                [(*place, offset) for place, offset in positions.items()],
            )
            for table, kept in (("changes", self._kept), ("answers", _ANSWERS_KEPT)):
                self._db.execute(
                    f"DELETE FROM {table} WHERE seq <= (SELECT max(seq) FROM {table}) - ?",  # noqa: S608 - our own names
                    (kept,),
                )
        if any(row.gone for row in changes) or any(row.gone for row in answers):
            with self._lock, self._reading:
                # Beside the file its log still holds what was deleted.
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return fresh

    def _keep(self, row: ChangeRow) -> int | None:
        """The number of a change, None when it is known or its customer is gone."""
        if row.gone:
            return self._let_go(row)
        if row.version <= self._gone_at(row.customer):
            return None
        self._db.execute(
            "DELETE FROM changes WHERE customer = ? AND version >= ? AND incarnation < ?",
            (row.customer, row.version, row.incarnation),
        )
        done = self._db.execute(
            "INSERT OR IGNORE INTO changes "
            "(published, customer, version, label, from_, to_, trigger_, body, incarnation) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row[:9],
        )
        return done.lastrowid if done.rowcount else None

    def _let_go(self, row: ChangeRow) -> int | None:
        """Forget a customer; a number for the farewell, which is passed on and not kept."""
        if row.version <= self._gone_at(row.customer):
            return None
        self._db.execute(
            "INSERT OR REPLACE INTO erased VALUES (?, ?)", (self._hash(row.customer), row.version)
        )
        self._db.execute(
            "DELETE FROM changes WHERE customer = ? AND version <= ?", (row.customer, row.version)
        )
        self._db.execute(
            "DELETE FROM changes WHERE label = 0 AND to_ IS NULL AND instr(body, ?)",
            (_named_as_host(row.customer),),
        )
        # A number of its own, used once: `AUTOINCREMENT` never gives it again.
        done = self._db.execute("INSERT INTO changes (published, label) VALUES (0, 2)")
        self._db.execute("DELETE FROM changes WHERE seq = ?", (done.lastrowid,))
        return done.lastrowid

    def _gone_at(self, customer: str) -> int:
        """The version under which a customer was erased last; 0 for who never was."""
        known = "SELECT version FROM erased WHERE hash = ?"
        found = self._db.execute(known, (self._hash(customer),)).fetchone()
        return 0 if found is None else int(found[0])

    def _hash(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode(), digest_size=16, key=self._key).digest()

    def _keep_answer(self, row: AnswerRow) -> None:
        """Keep an answer: of one about an erased customer only what became of the command."""
        event_id, customer, body, gone = row
        if gone:
            self._db.execute(
                "DELETE FROM answers WHERE customer = ? OR instr(body, ?)",
                (customer, _named_as_host(customer)),
            )
            # Its id may be made of the customer's: whoever asks for it says it himself.
            event_id, customer, told = self._hash(event_id).hex(), "", orjson.loads(body)
            body = orjson.dumps(told | {"command": "", "customer_id": ""})
        self._db.execute(
            "INSERT OR REPLACE INTO answers (event_id, customer, body) VALUES (?, ?, ?)",
            (event_id, customer, body),
        )

    def changes(self, wanted: Search) -> list[Kept]:
        """Changes of tiers, the latest published first."""
        terms, values = ["label = 0"], list[Any]()
        if wanted.before is not None:
            terms.append("(published, seq) < (?, ?)")
            values += wanted.before
        if wanted.tier is not None:
            terms.append("? IN (from_, to_)")
            values.append(wanted.tier)
        for column, value in (("trigger_", wanted.trigger), ("customer", wanted.customer)):
            if value is not None:
                terms.append(f"{column} = ?")
                values.append(value)
        return self._kept_rows(
            f"WHERE {' AND '.join(terms)} ORDER BY published DESC, seq DESC LIMIT ?",
            [*values, wanted.limit],
        )

    def history(self, customer: str) -> list[Kept]:
        """Every kept change of a customer, tier and labels, the latest first."""
        return self._kept_rows("WHERE customer = ? ORDER BY version DESC", [customer])

    def after(self, seq: int, limit: int) -> list[Kept]:
        """Changes of tiers that arrived after the one with this number, in their order."""
        return self._kept_rows("WHERE label = 0 AND seq > ? ORDER BY seq LIMIT ?", [seq, limit])

    def _kept_rows(self, rest: str, values: Iterable[Any]) -> list[Kept]:
        sql = f"SELECT seq, published, body FROM changes {rest}"  # noqa: S608 - values are bound
        with self._reading:
            return [Kept(*row) for row in self._readers.execute(sql, tuple(values))]

    def answer(self, event_id: str) -> bytes | None:
        """The answer to a command, while it is kept."""
        sql = "SELECT body FROM answers WHERE event_id IN (?, ?)"
        with self._reading:
            found = self._readers.execute(sql, (event_id, self._hash(event_id).hex())).fetchone()
        return None if found is None else bytes(found[0])

    def customers(self, prefix: str, limit: int) -> list[str]:
        """Customers with kept changes whose id begins so, in order."""
        # The highest code point: no id that begins with the prefix comes after it.
        sql = (
            "SELECT DISTINCT customer FROM changes WHERE customer >= ? AND customer < ? "
            "ORDER BY customer LIMIT ?"
        )
        with self._reading:
            found = self._readers.execute(sql, (prefix, prefix + chr(0x10FFFF), limit))
            return [customer for (customer,) in found]


def _named_as_host(customer: str) -> bytes:
    """How a change or an answer of somebody else says that they were merged into a customer."""
    return b'"into":' + orjson.dumps(customer)
