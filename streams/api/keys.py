"""Keys and their roles: a file that holds hashes, and from which no key can be made again."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from hmac import compare_digest
from pathlib import Path

import msgspec

from streams.errors import RegradeError

_SECRET_BYTES = 32
_ID_BYTES = 6
_START = "rgk"


class Role(IntEnum):
    """What a key may do; a higher role may all that a lower one may."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """The role as people write it."""
        return self.name.lower()


class KeysUnreadable(RegradeError):
    """The file of keys cannot be read, or is none."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        super().__init__(f"the keys of {path} (REGRADE_API_KEYS) cannot be read: {problem}")


class KeyNameTaken(RegradeError):
    """Two keys would have one name, and the audit would not tell them apart."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is a key named {name!r}; revoke it first, or choose another name")


class NoSuchKey(RegradeError):
    """No key has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no key named {name!r}; see `regrade keys list`")


class Key(msgspec.Struct, frozen=True):
    """A key as it is kept."""

    id: str
    """The part of the key that finds it; no secret."""
    name: str
    """Stands as the author of everything ordered with the key."""
    role: str
    hash: str
    """SHA-256 of the secret part. That is 256 random bits, so no slow hash is needed."""
    made_at: str

    @property
    def rank(self) -> Role:
        """The role, to compare."""
        return Role[self.role.upper()]


class KeyFile:
    """The keys of one file; read again when somebody wrote it, so that revoking works at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._keys: dict[str, Key] = {}

    def keys(self) -> dict[str, Key]:
        """All keys by id.

        Raises:
            KeysUnreadable: the file is gone, or holds something else.
        """
        try:
            found = self.path.stat()
            seen = (found.st_mtime_ns, found.st_ino)
            if seen != self._seen:
                read = msgspec.json.decode(self.path.read_bytes(), type=list[Key])
                self._keys = {key.id: key for key in read if key.rank}
                self._seen = seen
        except (OSError, msgspec.DecodeError, KeyError) as error:
            raise KeysUnreadable(self.path, str(error)) from error
        return self._keys

    def find(self, given: str) -> Key | None:
        """The key a caller showed, None when it is none of ours."""
        start, _, rest = given.partition("_")
        id_, _, secret = rest.partition("_")
        key = self.keys().get(id_) if start == _START else None
        # Also for an unknown id: how long it takes must not tell which ids exist.
        expected = "" if key is None else key.hash
        good = compare_digest(expected.encode(), _hash(secret).encode())
        return key if good else None

    def add(self, name: str, role: Role, made_at: str) -> str:
        """Make a key and return it: the only time it is seen.

        Raises:
            KeyNameTaken: another key has the name.
            KeysUnreadable: the file holds something else.
        """
        with self._locked():
            keys = self._present()
            if any(key.name == name for key in keys):
                raise KeyNameTaken(name)
            id_, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
            self._write([*keys, Key(id_, name, role.word, _hash(secret), made_at)])
        return f"{_START}_{id_}_{secret}"

    def revoke(self, name: str) -> None:
        """Take a key away; the API refuses it from its next use on.

        Raises:
            NoSuchKey: nobody has it.
        """
        with self._locked():
            keys = self._present()
            kept = [key for key in keys if key.name != name]
            if len(kept) == len(keys):
                raise NoSuchKey(name)
            self._write(kept)

    def _present(self) -> list[Key]:
        return list(self.keys().values()) if self.path.exists() else []

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(f"{self.path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, keys: list[Key]) -> None:
        """All or nothing, and for the owner's eyes alone."""
        text = msgspec.json.format(msgspec.json.encode(keys), indent=2)
        beside = self.path.with_name(self.path.name + ".new")
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text)
            os.fsync(file.fileno())
        beside.replace(self.path)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
