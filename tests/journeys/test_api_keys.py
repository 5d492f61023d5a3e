"""Nobody gets what their key does not allow, by any route (R43)."""

import json
from contextlib import asynccontextmanager
from hashlib import blake2b

import pytest
import pytest_asyncio
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.served import served
from regrade_here import regrade_here

from streams.api.app import create_app
from streams.api.described import roles
from streams.api.keys import Role
from streams.api.settings import ApiSettings
from streams.clock import SystemClock
from streams.policies.load import load_policy
from streams.settings import Settings

PUBLIC = {
    ("GET", "/"),
    ("GET", "/static/{path}"),
    ("GET", "/openapi.json"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("POST", "/api/session"),
    ("DELETE", "/api/session"),
}
"""Routes without a role; `/metrics` asks by itself where others reach it."""
OPERATORS = {
    ("POST", "/api/client/grade/recalculate"),
    ("PUT", "/api/client/{client}/override"),
    ("DELETE", "/api/client/{client}/override"),
    ("POST", "/api/policies/simulate"),
    ("POST", "/api/events"),
    ("POST", "/api/reviews/{case}/resolve"),
}
ASKED = {"clientId": "ann", "level": "gold", "form": "csv", "version": "1"} | dict.fromkeys(
    ("client", "event_id", "case"), "a"
)
ADMINS = {("POST", f"/api/client/{{client}}/{what}") for what in ("erase", "merge", "unmerge")} | {
    ("POST", "/api/policies/publish"),
    ("POST", "/api/policies/rollback"),
}


def routes(tmp_path) -> dict[tuple[str, str], Role | None]:
    """Every route of the application with the role it needs."""
    return roles(create_app(Settings(), ApiSettings(), load_policy(), tmp_path, SystemClock()))


def test_every_route_needs_the_role_it_should(tmp_path):
    """A route that is new needs at least a viewer, or a line above."""
    for route, role in routes(tmp_path).items():
        if route in PUBLIC:
            assert role is None, route
        elif route in ADMINS:
            assert role is Role.ADMIN, route
        elif route in OPERATORS:
            assert role is Role.OPERATOR, route
        else:
            assert role is Role.VIEWER, route
    assert set(routes(tmp_path)) >= PUBLIC | OPERATORS | ADMINS


@asynccontextmanager
async def guarded(programme: Programme, **settings: str):
    """An API with a key of each role, and the keys."""
    file = programme.folder / "keys.json"
    keys = {}
    for role in ("viewer", "operator", "admin"):
        made = regrade_here("keys", "add", f"{role}-key", "--role", role, "--file", str(file))
        assert made.code == 0, made.err
        keys[role] = made.out.strip()
    async with served(programme, REGRADE_API_KEYS=str(file), **settings) as client:
        yield client, keys, file


@pytest.fixture
async def programme(stack, tmp_path, request):
    """Nothing but topics and a name."""
    name = f"door-{abs(hash(request.node.name)) % 10**6}"
    async with Programme(stack, tmp_path, name) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unguarded(stack, tmp_path_factory):
    """A programme, and a client of an API without keys before it."""
    folder = tmp_path_factory.mktemp("open")
    async with Programme(stack, folder, "open-door") as made, served(made) as client:
        yield made, client


def bearer(key: str) -> dict[str, str]:
    """How a key is shown."""
    return {"Authorization": f"Bearer {key}"}


async def test_no_endpoint_is_reached_without_its_role(programme, tmp_path):
    """401 without a key and with a wrong one, 403 with one of too low a role, for every route."""
    async with guarded(programme, REGRADE_API_RATE_PER_S="0") as (client, keys, _):
        asked = 0
        for (method, path), role in routes(tmp_path).items():
            if role is None:
                continue
            url = path.format(**ASKED)
            lower = [name for name in keys if Role[name.upper()] < role]
            for name in lower:
                refused = await client.request(method, url, headers=bearer(keys[name]))
                assert refused.status_code == 403, (method, path, name)
                assert refused.json()["error"]["code"] == "role"
            nobody = await client.request(method, url)
            assert nobody.status_code in {401, 429}, (method, path)
            asked += 1
        assert asked > 15
        for forged in (keys["admin"][:-1] + "!", "rgk_0_x", "é"):
            said = {"Authorization": f"Bearer {forged}".encode()}
            wrong = await client.get("/api/me", headers=said)
            assert wrong.status_code in {401, 429}


async def test_the_page_signs_in_with_a_cookie_no_script_reads(programme):
    """It carries the key's role, only for the page's own requests, until the key is revoked."""
    async with guarded(programme) as (client, keys, file):
        wrong = await client.post("/api/session", json={"key": "rgk_a_b"})
        assert wrong.status_code == 401
        entered = await client.post("/api/session", json={"key": keys["operator"]})
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert keys["operator"] not in cookie
        me = (await client.get("/api/me")).json()
        assert me == {"name": "operator-key", "role": "operator", "open": False}
        check = {"json": {"text": "policy: x"}}
        own = {"Origin": str(client.base_url).rstrip("/")}
        assert (await client.post("/api/policies/check", headers=own, **check)).status_code == 200
        for foreign in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            refused = await client.post("/api/policies/check", headers=foreign, **check)
            assert refused.json()["error"]["code"] == "origin"
        regrade_here("keys", "revoke", "operator-key", "--file", str(file))
        assert (await client.get("/api/me")).status_code == 401
        assert keys["admin"].rpartition("_")[2] not in file.read_text(encoding="utf-8")


@pytest.mark.asyncio(loop_scope="module")
async def test_an_open_api_answers_this_machine_only(unguarded):
    """A name that resolves to this machine is not enough: a page could have chosen it."""
    _, client = unguarded
    assert (await client.get("/api/me")).json()["open"]
    rebound = await client.get("/api/me", headers={"Host": "evil.example"})
    assert rebound.json()["error"]["code"] == "host"
    foreign = {"Origin": "http://evil.example"}
    refused = await client.post("/api/policies/check", json={"text": "x"}, headers=foreign)
    assert refused.status_code == 403


async def test_who_asks_too_fast_or_sends_too_much_is_told_so(programme):
    """429 with the seconds to wait, 413 with the bound; other keys are not slowed down."""
    settings = {"REGRADE_API_RATE_PER_S": "1", "REGRADE_API_BODY_BYTES": "2000"}
    async with guarded(programme, **settings) as (client, keys, _):
        viewer, operator = bearer(keys["viewer"]), bearer(keys["operator"])
        seen = [(await client.get("/api/me", headers=viewer)).status_code for _ in range(6)]
        assert 429 in seen
        slow = await client.get("/api/me", headers=viewer)
        assert int(slow.headers["retry-after"]) >= 1
        large = await client.post("/api/events", content=b"x" * 3000, headers=operator)
        assert large.status_code == 413


async def test_it_does_not_start_open_to_others(programme):
    """Another address needs keys; the message says which command makes one."""
    settings = {**programme.settings, "REGRADE_API_HOST": "0.0.0.0"}  # noqa: S104 - refused
    done = await regrade("api", settings=settings)
    assert done.code == 1
    assert "regrade keys add" in done.err


@pytest.mark.asyncio(loop_scope="module")
async def test_answers_carry_the_headers_that_guard_the_page(unguarded):
    """Same origin, no script but our files, no guessing of types, nothing kept."""
    _, client = unguarded
    for path in ("/api/me", "/healthz", "/nothing", "/"):
        headers = (await client.get(path)).headers
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers


@pytest.mark.asyncio(loop_scope="module")
async def test_logs_and_metrics_name_no_customer(unguarded):
    """The log holds the template of a route and a hash of who was asked for."""
    programme, client = unguarded
    for _ in range(2):
        await client.get("/api/client/grade/very-private")
    await client.get("/api/changes", params={"customer": "very-private"})
    metrics = (await client.get("/metrics")).text
    assert 'route="/api/client/grade/{clientId}"' in metrics
    assert "very-private" not in metrics
    log = (programme.folder / "api" / "server.log").read_text(encoding="utf-8")
    assert '"route": "/api/client/grade/{clientId}"' in log
    assert "very-private" not in log
    lines = [json.loads(line) for line in log.splitlines() if '"answered"' in line]
    hashes = [line["customer"] for line in lines if line["customer"] is not None][-2:]
    assert hashes[0] == hashes[1]
    # Nobody can try ids until one fits.
    assert hashes[0] != blake2b(b"very-private", digest_size=6).hexdigest()
