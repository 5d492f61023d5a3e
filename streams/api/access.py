"""Who may do what: bearer keys, the session of the page, and where a request comes from."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi import Request

from streams.api.errors import Refused
from streams.api.keys import KeyFile, Role
from streams.api.sessions import COOKIE, Sessions
from streams.api.settings import ApiSettings
from streams.clock import Clock

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CALLERS = 10_000
"""Callers whose pace is remembered."""


class Caller(NamedTuple):
    """Somebody whose request is answered."""

    name: str
    role: Role
    open: bool = False
    """Whether nobody was asked for a key."""


OPEN = Caller("open", Role.ADMIN, open=True)
Check = Callable[[Request], Awaitable[Caller]]


class Pace:
    """A token bucket per caller: `rate` a second, twice that at once."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> float:
        """Take one; 0, or the seconds until there is one."""
        if not self._rate:
            return 0.0
        now, most = self._clock.monotonic(), max(1.0, 2 * self._rate)
        left, at = self._buckets.pop(caller, (most, now))
        left = min(most, left + (now - at) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._buckets[caller] = (left if wait else left - 1, now)
        if len(self._buckets) > _CALLERS:
            self._buckets.popitem(last=False)
        return wait


class Access:
    """Lets callers in."""

    def __init__(
        self, settings: ApiSettings, keys: KeyFile | None, sessions: Sessions, clock: Clock
    ) -> None:
        self.keys = keys
        self.sessions = sessions
        self._public_metrics = settings.loopback or keys is None
        self._pace = Pace(settings.rate_per_s, clock)
        self._wrong = Pace(1.0, clock)

    def admit(self, request: Request, role: Role) -> Caller:
        """The caller of a request.

        Raises:
            Refused: unknown, not allowed, from another page, or too fast.
        """
        caller = self._caller(request)
        if caller.role < role:
            told = f"this needs the role {role.word}, the key {caller.name} has {caller.role.word}"
            raise Refused(403, "role", told)
        self._slow_down(self._pace, f"key:{caller.name}" if not caller.open else _address(request))
        request.state.caller = caller.name
        return caller

    def metrics(self, request: Request) -> None:
        """Whether a caller may read the metrics: on this machine everybody."""
        if not self._public_metrics:
            self.admit(request, Role.VIEWER)

    def sign_in(self, request: Request, given: str) -> str:
        """The cookie of a new session.

        Raises:
            Refused: the key is wrong, or there are no keys to show.
        """
        self._same_page(request)
        if self.keys is None:
            raise Refused(409, "open", "this API is open: there are no keys to sign in with")
        key = self.keys.find(given)
        if key is None:
            raise self._unknown(request)
        return self.sessions.make(key)

    def _caller(self, request: Request) -> Caller:
        if self.keys is None:
            self._local(request)
            self._same_page(request)
            return OPEN
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            key = self.keys.find(given.strip())
        else:
            key = self.sessions.find(request.cookies.get(COOKIE, ""), self.keys.keys())
            if key is not None:
                self._same_page(request)
        if key is None:
            raise self._unknown(request)
        return Caller(key.name, key.rank)

    def _unknown(self, request: Request) -> Refused:
        self._slow_down(self._wrong, _address(request))
        told = "show a key: Authorization: Bearer KEY; `regrade keys add` makes one"
        return Refused(401, "key", told, headers={"WWW-Authenticate": "Bearer"})

    @staticmethod
    def _slow_down(pace: Pace, caller: str) -> None:
        wait = pace.take(caller)
        if wait:
            headers = {"Retry-After": str(int(wait) + 1)}
            raise Refused(429, "too_fast", f"too many requests; wait {wait:.1f} s", None, headers)

    @staticmethod
    def _local(request: Request) -> None:
        """Without keys only this machine is answered, also when a page of others names it."""
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if not _is_loopback(host):
            raise Refused(403, "host", f"without keys only this machine is answered, not {host!r}")

    @staticmethod
    def _same_page(request: Request) -> None:
        """A page of another origin must not act with what the browser adds by itself."""
        if request.method in _SAFE:
            return
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        foreign = site not in (None, "same-origin", "none")
        if origin is not None:
            foreign = foreign or urlsplit(origin).netloc != request.headers.get("host")
        if foreign:
            raise Refused(403, "origin", "changes are taken from this API's own pages only")


def needs(role: Role) -> Check:
    """A dependency that lets callers of a role in."""

    async def check(request: Request) -> Caller:
        """Let in, or refuse."""
        access: Access = request.app.state.parts.access
        return access.admit(request, role)

    check.role = role  # type: ignore[attr-defined]
    return check


viewer, operator, admin = needs(Role.VIEWER), needs(Role.OPERATOR), needs(Role.ADMIN)


def _address(request: Request) -> str:
    return "address:" + (request.client.host if request.client else "?")


@lru_cache(maxsize=256)
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
