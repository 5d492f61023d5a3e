"""Delivers batches one after the other: waits, splits and puts aside as the answers say."""

import random
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple, Protocol

import structlog

from streams.clock import Clock
from streams.delivery.message import Event, batch_body, headers_of
from streams.errors import RegradeError

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
LONGEST_ASKED_S = 300.0
"""Longest `Retry-After` that is obeyed."""

BROKEN_AFTER = 3
"""Events in a row that may make the endpoint fail; at the next it is the endpoint."""

_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
"""The endpoint is busy: no record is to blame, however often it is said."""
_OURS = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.GONE,
}
"""Address or secret are wrong: every record would be refused."""
log = structlog.get_logger()


class Answer(NamedTuple):
    """What an endpoint said; status None when it did not answer."""

    status: int | None
    text: str = ""
    retry_after_s: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the batch was accepted."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)


class Endpoint(Protocol):
    """Where batches go."""

    address: str

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Hand over one batch."""


class Refused(NamedTuple):
    """An event the endpoint does not take."""

    event: Event
    answer: Answer


class EndpointRefuses(RegradeError):
    """The endpoint takes nothing from us."""

    def __init__(self, address: str, answer: Answer) -> None:
        self.address = address
        self.status = answer.status
        super().__init__(
            f"{address} answers {answer.status} to everything: check the address and "
            "REGRADE_PUSH_SECRET. Nothing was passed over; start again when it is corrected."
        )


class Courier:
    """One endpoint, one secret, batches in order."""

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        secret: str,
        attempts: int,
        spread: Callable[[], float] = random.random,
    ) -> None:
        """`attempts` is how often an event that makes the endpoint fail is tried alone."""
        self._endpoint = endpoint
        self._clock = clock
        self._secret = secret
        self._attempts = attempts
        self._spread = spread
        self._failed_alone = 0

    async def deliver(self, events: Sequence[Event]) -> list[Refused]:
        """Hand over all; those that are refused on their own.

        Raises:
            EndpointRefuses: it is not about these events.
        """
        answer = await self._until_answered(events)
        if answer.taken:
            self._failed_alone = 0
            return []
        if answer.status in _OURS:
            raise EndpointRefuses(self._endpoint.address, answer)
        if len(events) == 1:
            self._failed_alone += _fails(answer)
            if self._failed_alone > BROKEN_AFTER:
                raise EndpointRefuses(self._endpoint.address, answer)
            return [Refused(events[0], answer)]
        # Which of them is it? The first half first: the order stays.
        half = len(events) // 2
        return [*await self.deliver(events[:half]), *await self.deliver(events[half:])]

    async def _until_answered(self, events: Sequence[Event]) -> Answer:
        """Try until the answer is final: taken, refused, or failed too often."""
        body = batch_body(events)
        pause, failed = FIRST_PAUSE_S, 0
        while True:
            headers = headers_of(body, self._secret, self._clock.now_ms() // 1000)
            answer = await self._endpoint.post(body, headers)
            failed += _fails(answer)
            if not _passing(answer) or failed >= self._attempts:
                return answer
            wait = pause * (0.5 + self._spread() / 2)
            if answer.retry_after_s is not None:
                wait = max(wait, min(answer.retry_after_s, LONGEST_ASKED_S))
            log.warning("trying again", status=answer.status, events=len(events), pause_s=wait)
            await self._clock.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def _fails(answer: Answer) -> bool:
    """Whether the endpoint broke, so that a record may be what breaks it."""
    broken = HTTPStatus.INTERNAL_SERVER_ERROR
    return answer.status is not None and answer.status >= broken and answer.status not in _LATER


def _passing(answer: Answer) -> bool:
    """Whether the same batch may be taken later."""
    waits = {None, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, *_LATER}
    return answer.status in waits or _fails(answer)
