"""The store over TLS, and as a user who may do no more than is documented."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from certificates import Certificate, make_certificate
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.test_doctor_command import examined, settings_of
from journeys.wire_input import Sent, ms_on, order, send
from redis import Redis
from redis.exceptions import NoPermissionError

from streams.embedded.stack import EmbeddedStack
from streams.settings import SettingsRefused, load_settings
from streams.storage.cluster import connect
from streams.storage.errors import StoreUnavailable
from streams.storage.redis_store import RedisStore

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
PASSWORD = "of-this-test-only"  # noqa: S105 - of this test
ANN = Sent("orders", b"ann", json.dumps(order(0, "ann")).encode(), ms_on(0))


def documented_rules() -> list[str]:
    """The words of the user's line in the document, after the name."""
    (block,) = re.findall(r"```text\nuser regrade (.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return block.replace("PASSWORD", PASSWORD).split()


class RestrictedStack:
    """A stack whose store is reached as the documented user."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self.bootstrap = stack.bootstrap
        address = stack.redis_url.removeprefix("redis://")
        self.redis_url = f"redis://regrade:{PASSWORD}@{address}"


@pytest.fixture
def restricted(stack):
    """The user exists for the length of a test."""
    with Redis.from_url(stack.redis_url) as admin:
        admin.execute_command("ACL", "SETUSER", "regrade", "reset", *documented_rules())
        yield RestrictedStack(stack)
        admin.acl_deluser("regrade")


async def test_the_documented_user_is_enough_for_worker_and_tools(restricted, tmp_path):
    """A record is graded, examined, copied and put back by a user without other rights."""
    async with Programme(restricted, tmp_path, "few") as programme:
        worker = await programme.worker()
        await send(restricted.bootstrap, programme.prefix, [ANN])
        await programme.taken(1)
        settings = settings_of(programme)
        code, _, out = await examined(settings)
        assert code == 0, out
        asked = await regrade("grade", "ann", "--json", settings=settings)
        assert asked.code == 0, asked.err
        worker.stop()
        path = str(tmp_path / "few.snapshot")
        copied = await regrade("snapshot", path, settings=settings)
        assert copied.code == 0, copied.err
        back = await regrade("restore", path, "--replace", "--yes", settings=settings)
        assert back.code == 0, back.err
        assert PASSWORD not in worker.output() + out + asked.err + copied.err

        with Redis.from_url(restricted.redis_url) as client:
            for words in (("FLUSHALL",), ("CONFIG", "SET", "appendonly", "no"), ("KEYS", "*")):
                with pytest.raises(NoPermissionError):
                    client.execute_command(*words)
            with pytest.raises(NoPermissionError):
                client.get("another:key")


def test_a_refused_address_is_told_without_its_password(monkeypatch):
    """Nor does the message name the user."""
    monkeypatch.setenv("REGRADE_REDIS", f"http://regrade:{PASSWORD}@redis:6379/0")
    with pytest.raises(SettingsRefused) as refused:
        load_settings()
    assert PASSWORD not in str(refused.value)
    assert "//(secret)@redis:6379" in str(refused.value)


@asynccontextmanager
async def tls_before(url: str, certificate: Certificate) -> AsyncIterator[int]:
    """A port that speaks TLS and passes everything on to the store."""
    host, _, port = url.removeprefix("redis://").partition("/")[0].partition(":")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.shown)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on until one side ends."""
        while block := await reader.read(65_536):
            writer.write(block)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        inner, outer = await asyncio.open_connection(host, int(port))
        try:
            await asyncio.gather(pipe(reader, outer), pipe(inner, writer))
        except OSError:
            return  # one side went away; so does the connection

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_the_store_is_spoken_to_over_tls_with_its_name_checked(stack, tmp_path):
    """With the authority it works; a certificate nobody vouches for is refused."""
    certificate = make_certificate(tmp_path)
    async with tls_before(stack.redis_url, certificate) as port:
        url = f"rediss://127.0.0.1:{port}/0"
        store = RedisStore(
            connect(f"{url}?ssl_ca_certs={certificate.trusted}"), "regrade.tls.", "test v1"
        )
        await store.prepare(durable=True)
        assert (await store.claim(0, "w", 1)).epoch == 1
        await store.close()
        stranger = RedisStore(connect(url), "regrade.tls.", "test v1")
        with pytest.raises(StoreUnavailable, match="certificate verify failed"):
            await stranger.prepare(durable=True)
        await stranger.close()
