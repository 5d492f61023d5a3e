"""`regrade push`: tier changes reach a webhook, each once and in order (R33, R39)."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cloudevents.core.formats.json import JSONFormat
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.small_history import csv_text
from journeys.test_doctor_command import settings_of

from streams.delivery.message import SIGNATURE, signature
from streams.outbox.scribe import TIER_CHANGES
from streams.replay.event import WireEvent
from streams.replay.files import read_file
from streams.replay.produce import Replay

pytestmark = pytest.mark.long

SECRET = "of-this-test-only"  # noqa: S105 - of this test


class Webhook:
    """What a receiver wrote down; it is away at first, and takes nothing about `bob`."""

    def __init__(self) -> None:
        self.batches: list[list[dict]] = []
        self.away = 2

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        """Judge one request."""
        at = int(headers[SIGNATURE].partition(",")[0].removeprefix("t="))
        assert headers[SIGNATURE] == signature(SECRET, at, body)
        assert headers["Content-Type"] == "application/cloudevents-batch+json"
        if self.away:
            self.away -= 1
            return 503
        batch = json.loads(body)
        if any(event["subject"] == "bob" for event in batch):
            return 422
        self.batches.append(batch)
        return 204


@contextmanager
def served(webhook: Webhook) -> Iterator[str]:
    """The address of a receiver."""

    class Handler(BaseHTTPRequestHandler):
        """Passes requests on."""

        def do_POST(self) -> None:
            """Take one request."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(webhook.answer(dict(self.headers), body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tiers"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_changes_reach_a_webhook_in_order_and_the_next_run_goes_on(stack, tmp_path):
    """What it refuses is in the file; a second run has nothing left to do."""
    history = tmp_path / "history.csv"
    history.write_text(csv_text(), "utf-8")
    events = [e for e in read_file(str(history)) if isinstance(e, WireEvent)]
    aside = tmp_path / "refused.jsonl"
    async with Programme(stack, tmp_path, "pushed") as programme:
        await programme.worker()
        async with programme.producer() as producer:
            await Replay(producer, programme.prefix).run(events)
        await programme.taken(len(events))
        told = [json.loads(r.value) for r in await programme.published(TIER_CHANGES)]
        settings = {**settings_of(programme), "REGRADE_PUSH_SECRET": SECRET}
        webhook = Webhook()
        with served(webhook) as address:
            words = ("push", address, "--batch", "3", "--refused", str(aside), "--until-end")
            done = await regrade(*words, settings=settings)
            assert done.code == 0, done.err
            again = await regrade(*words, settings=settings)
        assert again.out == "0 events delivered, 0 repeats dropped, 0 refused\n"
        received = [event for batch in webhook.batches for event in batch]
        assert max(map(len, webhook.batches)) <= 3
        by_customer = defaultdict(list)
        for event in received:
            assert JSONFormat().read(None, json.dumps(event)).get_id() == event["id"]
            by_customer[event["subject"]].append(event["data"]["version"])
        expected = defaultdict(list)
        for change in told:
            expected[change["customer_id"]].append(change["version"])
        refused = [json.loads(line) for line in aside.read_text("utf-8").splitlines()]
        of_bob = expected.pop("bob")
        assert by_customer == expected
        assert [one["event"]["data"]["version"] for one in refused] == of_bob
        assert {one["status"] for one in refused} == {422}


async def test_an_address_that_is_none_is_refused():
    """Before anything is read."""
    done = await regrade("push", "crm.example/tiers")
    assert done.code == 1
    assert "must begin with https:// or http://" in done.err
