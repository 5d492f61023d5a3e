"""Grade reads and live streams of `regrade api` beside a worker that is fed all the while."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import orjson
import uvloop
from measure import cpu_s, emit, p50_p99, progress
from worker_run import PARTITIONS

from streams.embedded.api import ApiProcess
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import create_topics
from streams.embedded.worker import WorkerProcess
from streams.replay.produce import open_producer
from streams.topics import topic_specs

_SETTLE_S = 3.0


class Reader(asyncio.Protocol):
    """One connection that asks for one grade after the other.

    With a pace, an answer is waited for from the moment its question was due: a server that
    stands still does not hold back the questions that would show it.
    """

    def __init__(self, customers: int, offset: int, every_s: float, until: float) -> None:
        self._customers = customers
        self._number = offset
        self._every_s = every_s
        self._until = until
        self._loop = asyncio.get_running_loop()
        # Spread over the first interval: connections are not in step.
        self._due = time.perf_counter() + every_s * (offset % 97) / 97
        self._got = b""
        self.took: list[float] = []
        """Milliseconds from request to answer."""
        self.done = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer; at its end ask again."""
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(head.decode()))
            return
        self._got = b""
        self.took.append((time.perf_counter() - self._due) * 1000)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """End; too early is an error."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the API hung up"))

    def _next(self) -> None:
        now = time.perf_counter()
        self._due = self._due + self._every_s if self._every_s else now
        if self._due >= self._until:
            self.done.set_result(None)
            self._transport.close()
        elif self._due > now:
            self._loop.call_later(self._due - now, self._ask)
        else:
            self._ask()

    def _ask(self) -> None:
        self._number = (self._number + 7919) % self._customers
        path = f"/api/client/grade/c{self._number:06d}"
        self._transport.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())


async def read(address: tuple[str, int], options: Namespace, until: float) -> list[float]:
    """Ask over all connections until the time is up; milliseconds of each answer."""
    loop = asyncio.get_running_loop()
    every_s = options.connections / options.reads if options.reads else 0.0
    readers = [
        Reader(options.customers, 97 * at + at, every_s, until) for at in range(options.connections)
    ]
    for one in readers:
        await loop.create_connection(lambda one=one: one, *address)
    await asyncio.gather(*[one.done for one in readers])
    return [ms for one in readers for ms in one.took]


class Listener:
    """One live stream."""

    def __init__(self) -> None:
        self.changes = 0
        self.gaps = 0

    async def listen(self, address: tuple[str, int]) -> None:
        """Count what comes until cancelled."""
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        while data := await reader.read(1 << 16):
            self.changes += data.count(b"event: change\n")
            self.gaps += data.count(b"event: gap\n")


async def feed(bootstrap: str, customers: range, rate: float) -> None:
    """Send one first order of each customer, `rate` a second; 0 is at once."""
    began = time.perf_counter()
    async with open_producer(bootstrap) as producer:
        for at, number in enumerate(customers):
            if rate and (ahead := began + at / rate - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            name = f"c{number:06d}"
            order = {
                "type": "order.paid",
                "event_id": name,
                "order_id": name,
                "customer_id": name,
                "occurred_at": time.time_ns() // 1_000_000,
                "amount": 10 + number % 500,
            }
            await producer.send("orders", orjson.dumps(order), key=name.encode())


async def measure(options: Namespace, stack: EmbeddedStack, folder: Path) -> dict[str, Any]:
    """Fill the store, listen and read for a while beside the worker, and count."""
    await create_topics(stack.bootstrap, topic_specs("", PARTITIONS))
    worker = WorkerProcess(stack, folder / "worker", {"REGRADE_POLICY": "grocery-usd"})
    api = ApiProcess(
        stack,
        folder / "api",
        {"REGRADE_POLICY": "grocery-usd", "REGRADE_API_RATE_PER_S": "0"},
    )
    try:
        await asyncio.to_thread(worker.wait_ready)
        place = urlsplit(await asyncio.to_thread(api.wait_ready))
        address = (str(place.hostname), int(place.port or 0))
        progress(f"{options.customers} customers buy for the first time ...")
        await feed(stack.bootstrap, range(options.customers), 0)
        await asyncio.sleep(_SETTLE_S)
        listeners = [Listener() for _ in range(options.streams)]
        open_ = [asyncio.create_task(one.listen(address)) for one in listeners]
        await asyncio.sleep(_SETTLE_S)
        for one in listeners:
            one.changes = one.gaps = 0
        fresh = range(options.customers, options.customers + options.rate * options.seconds)
        feeding = asyncio.create_task(feed(stack.bootstrap, fresh, options.rate))
        began, cpu = time.perf_counter(), (cpu_s(api.pid), cpu_s(worker.pid))
        until = began + options.seconds
        progress(f"{options.connections} connections read for {options.seconds} s ...")
        took = await read(address, options, until)
        seconds = time.perf_counter() - began
        spent = (cpu_s(api.pid) - cpu[0], cpu_s(worker.pid) - cpu[1])
        await feeding
        await asyncio.sleep(_SETTLE_S)
        for task in open_:
            task.cancel()
    finally:
        await asyncio.to_thread(api.stop)
        await asyncio.to_thread(worker.stop)
    heard = [one.changes for one in listeners] or [0]
    return {
        "streams": options.streams,
        "orders_per_second": options.rate,
        "reads_per_second": round(len(took) / seconds),
        "asked_per_second": options.reads,
        "read_ms": p50_p99(took),
        "api_cpu_us_per_read": round(spent[0] / len(took) * 1e6),
        "api_cpu": round(spent[0] / seconds, 2),
        "worker_cpu": round(spent[1] / seconds, 2),
        "changes_sent": len(fresh),
        "changes_heard": {"least": min(heard), "most": max(heard)},
        "gaps": sum(one.gaps for one in listeners),
    }


def main() -> None:
    """Read the options, run once, print one line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument(
        "--reads", type=int, default=2000, help="grade reads a second; 0 for as many as go"
    )
    parser.add_argument("--rate", type=int, default=50, help="orders a second meanwhile")
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    with EmbeddedStack() as stack:
        emit("api", uvloop.run(measure(options, stack, stack.folder)))


if __name__ == "__main__":
    main()
