"""Whether the store can keep what the workers promise."""

from streams.operations.findings import Finding, ok, problem, warning
from streams.settings import Settings
from streams.storage.inspect import Server, own_functions

_TIGHT = 0.75
_FULL = 0.9
_AHEAD_MS = 2_000
_FAR_AHEAD_MS = 30_000
"""Half of the minute that workers wait after midnight."""
_MB = 1024 * 1024


def check_store(server: Server, settings: Settings) -> list[Finding]:
    """Version, eviction, persistence, memory and functions."""
    return [
        ok("store", server.name),
        _eviction(server),
        _persistence(server, settings),
        _memory(server),
        _functions(server),
    ]


def _eviction(server: Server) -> Finding:
    found = server.settings["maxmemory-policy"]
    if found == "noeviction":
        return ok("eviction", found)
    says = f"maxmemory-policy {found} may drop customers without a word"
    return problem("eviction", says, "set maxmemory-policy to noeviction")


def _persistence(server: Server, settings: Settings) -> Finding:
    aof, fsync = server.settings["appendonly"], server.settings["appendfsync"]
    if not server.writes_aof:
        says = "its last write to the append-only file failed"
        return problem("persistence", says, "look at the disk of the store and at its log")
    if aof == "yes" and fsync == "always":
        return ok("persistence", "every commit is on disk before it is answered")
    says = f"appendonly {aof}, appendfsync {fsync}: a crash may take back what was answered"
    if settings.publish_after == "durable":
        need = "set appendonly yes and appendfsync always, or choose REGRADE_PUBLISH_AFTER=commit"
        return problem("persistence", says, need)
    remedy = "accept it, or set appendonly yes and appendfsync always"
    return warning("persistence", says, remedy)


def _memory(server: Server) -> Finding:
    share = server.used_bytes / server.limit_bytes if server.limit_bytes else 0.0
    limit = server.limit_bytes // _MB
    says = f"{server.used_bytes // _MB} of {limit} MB used ({share:.0%})"
    remedy = "give the store more memory: a full one refuses commits"
    if share >= _FULL:
        return problem("memory", says, remedy)
    return warning("memory", says, remedy) if share >= _TIGHT else ok("memory", says)


def _functions(server: Server) -> Finding:
    if server.functions is None:
        return warning("functions", "not loaded", "start a worker: it loads them")
    if server.functions != own_functions():
        says = "loaded by another version of regrade"
        return warning("functions", says, "finish the upgrade of the workers")
    return ok("functions", "those of this version")


def check_clock(server: Server, here_ms: int) -> Finding:
    """Whether this machine and the store agree on the time."""
    apart = abs(server.now_ms - here_ms)
    says = f"{apart / 1000:.1f} s between this machine and the store"
    remedy = "synchronise the clocks (NTP): midnights and limits of dates follow them"
    if apart > _FAR_AHEAD_MS:
        return problem("clock", says, remedy)
    return warning("clock", says, remedy) if apart > _AHEAD_MS else ok("clock", says)
