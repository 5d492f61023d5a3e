"""A programme to look at: real purchases, three keys, an API that can be restarted."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import httpx
import orjson
from embedded.eventually import eventually

from streams.api.keys import KeyFile, Role
from streams.clock import SystemClock
from streams.demo.stack import Running
from streams.embedded.api import ApiProcess
from streams.embedded.ports import free_ports
from streams.replay.event import WireEvent
from streams.replay.journey import load_journey
from streams.replay.produce import Replay, open_producer

PATIENCE_S = 90.0
_DAY_MS = 86_400_000


def purchases() -> list[WireEvent]:
    """A tenth of the households of the demo, in 2017."""
    return [event for event in load_journey().events if event.key.endswith(b"0")]


def moved(events: list[WireEvent], days: int) -> list[WireEvent]:
    """The same events, so many days later."""
    return [_moved(event, days * _DAY_MS) for event in events]


def _moved(event: WireEvent, by_ms: int) -> WireEvent:
    body = orjson.loads(event.value)
    body["occurred_at"] += by_ms
    return event._replace(value=orjson.dumps(body), timestamp_ms=event.timestamp_ms + by_ms)


def _order(customer: str, at_ms: int, amount: float) -> WireEvent:
    body = {
        "type": "order.paid",
        "event_id": f"{customer}-{at_ms}",
        "order_id": f"{customer}-{at_ms}",
        "customer_id": customer,
        "occurred_at": at_ms,
        "amount": amount,
    }
    return WireEvent(
        topic="orders", key=customer.encode(), value=orjson.dumps(body), timestamp_ms=at_ms, line=0
    )


class Shop:
    """The API over a running stack."""

    def __init__(self, stack: Running, folder: Path, events: list[WireEvent], policy: str) -> None:
        self._stack = stack
        self._policy = policy
        self._folder = folder
        self._events = events
        (port,) = free_ports(1)
        self._port = str(port)
        self._api: ApiProcess | None = None
        keys = KeyFile(folder / "keys.json")
        self.keys = {
            role.word: keys.add(f"mei-{role.word}", role, "2017-01-01T00:00:00Z") for role in Role
        }

    @property
    def url(self) -> str:
        """Where the board is."""
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Start the API; at the same address each time."""
        settings = {
            "REGRADE_POLICY": self._policy,
            "REGRADE_API_PORT": self._port,
            "REGRADE_API_KEYS": str(self._folder / "keys.json"),
            "REGRADE_API_DATA": str(self._folder / "data"),
        }
        self._api = ApiProcess(self._stack.stack, self._folder / "api", settings)
        self._api.wait_ready()

    def close(self) -> None:
        """Stop the API."""
        if self._api is not None:
            self._api.stop()
            self._api = None

    def replay(self, until: str) -> None:
        """Send the purchases before a day that were not sent yet, and wait until they are shown."""
        end_ms = datetime.fromisoformat(f"{until}T00:00:00Z").timestamp() * 1000
        now = [event for event in self._events if event.timestamp_ms < end_ms]
        self._events = self._events[len(now) :]
        self._give(now)

    def buy(self, *customers: str, amount: float) -> None:
        """Let each place an order now, and wait until it is shown."""
        now = SystemClock().now_ms()
        self._give([_order(name, now, amount) for name in customers])
        eventually(lambda: all(map(self._knows, customers)), PATIENCE_S)

    def _give(self, events: list[WireEvent]) -> None:
        # In this thread the loop of Playwright may be running.
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(asyncio.run, self._send(events)).result()
        eventually(self._taken, PATIENCE_S)

    def ask(self, path: str, **query: str) -> dict:
        """What the API answers."""
        headers = {"Authorization": f"Bearer {self.keys['viewer']}"}
        answer = httpx.get(f"{self.url}{path}", params=query, headers=headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    async def _send(self, events: list[WireEvent]) -> None:
        async with open_producer(self._stack.stack.bootstrap) as producer:
            replay = Replay(producer, speed=0)
            await replay.run(events)
            await replay.close_day()

    def _knows(self, customer: str) -> bool:
        return bool(self.ask("/api/search", prefix=customer)["customers"])

    def _taken(self) -> bool:
        status = self.ask("/api/status")
        return status["freshness"]["lag_records"] == 0 and not any(
            row["outbox_rows"] for row in status["partitions"]
        )
