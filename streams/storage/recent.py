"""A look-up for those who ask often."""

import asyncio

from streams.clock import Clock
from streams.storage.look_up import LookUp, Stored
from streams.storage.servers import Servers

EVERY_S = 1.0
AT_ONCE = 200
"""Customers of one question to the server, which serves the workers as well."""


class RecentLookUp(LookUp):
    """Asks little: seldom what does not change, and for many customers at once.

    Those who are asked for while an answer is on its way go together in the next question: one
    round trip for all of them, and the more of them the busier it gets.
    """

    def __init__(self, servers: Servers, prefix: str, clock: Clock) -> None:
        super().__init__(servers, prefix)
        self._clock = clock
        self._count: int | None = None
        self._asked = float("-inf")
        self._waiting: list[tuple[int, str, asyncio.Future[Stored]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def partitions(self) -> int | None:
        """How many partitions there are, which never changes for a programme; None when none.

        Asked once a second at most.
        """
        now = self._clock.monotonic()
        if self._count is None or now - self._asked > EVERY_S:
            # Before the answer: one asks, all others take what is known.
            self._asked = now
            self._count = await super().partitions()
        return self._count

    async def customer(self, partition: int, customer: str) -> Stored:
        """One customer.

        Raises:
            StoreUnavailable: nobody answers.
        """
        found: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((partition, customer, found))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await found

    async def _ask(self) -> None:
        """One question after the other, until nobody waits."""
        while self._waiting:
            now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                states = await self.customers([(at, customer) for at, customer, _ in now])
            except Exception as error:  # noqa: BLE001 - told to everybody who waits for it
                # Who waits behind them would wait as long, for the same.
                for _, _, found in now + self._waiting:
                    if not found.done():
                        found.set_exception(error)
                self._waiting = []
                continue
            for (_, _, found), stored in zip(now, states, strict=True):
                if not found.done():
                    found.set_result(stored)
        self._asking = None
