"""The session of the page: a cookie that stands for a key and holds none."""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from streams.api.keys import Key
from streams.api.secret_file import secret_in
from streams.clock import Clock

COOKIE = "regrade_session"
LASTS_S = 12 * 3600


class Sessions:
    """Signs cookies with a secret of its own, so that a leaked file of keys makes none."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """The secret lies in `folder`: sessions end with it, or with their key."""
        self._secret = secret_in(folder / "session.secret")
        self._clock = clock

    def make(self, key: Key) -> str:
        """A cookie for a key."""
        until = str(self._clock.now_ms() // 1000 + LASTS_S)
        return f"{key.id}.{until}.{self._sign(key, until)}"

    def find(self, cookie: str, keys: Mapping[str, Key]) -> Key | None:
        """The key a cookie stands for; None when it is over, forged or its key revoked."""
        id_, _, rest = cookie.partition(".")
        until, _, signature = rest.partition(".")
        key = keys.get(id_)
        if key is None or not (until.isascii() and until.isdecimal()):
            return None
        if not hmac.compare_digest(self._sign(key, until).encode(), signature.encode()):
            return None
        return key if int(until) > self._clock.now_ms() // 1000 else None

    def _sign(self, key: Key, until: str) -> str:
        text = f"{key.id}.{until}.{key.hash}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
