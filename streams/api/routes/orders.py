"""What operators order of customers: sent as commands, answered by the worker that did it."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from streams.api.access import Caller, admin, operator, viewer
from streams.api.answer import answer, parts_of
from streams.api.errors import Refused
from streams.api.models.orders import Result, Results
from streams.inquiry.moment import moment_for

router = APIRouter(prefix="/api")

Client = Annotated[str, Path(min_length=1, max_length=256, description="The customer id.")]
Id = Annotated[str, Field(min_length=1, max_length=256)]
LATER: dict[int | str, dict[str, Any]] = {
    202: {"model": Results, "description": "Some answers did not come in time."}
}
AT_ONCE = 1000
"""Customers of one request."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    wait_seconds: Annotated[float, Field(ge=0, le=60)] = 10.0
    """How long to wait for the workers' answers."""


class Reason(_Said):
    """An order with its reason, which stands in the audit."""

    reason: Id


class Recalculate(_Said):
    """One customer or many."""

    client_id: Id | None = None
    client_ids: Annotated[list[Id], Field(min_length=1, max_length=AT_ONCE)] | None = None
    reason: Id | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Recalculate":
        if (self.client_id is None) == (self.client_ids is None):
            raise ValueError("say client_id or client_ids")
        return self

    @property
    def customers(self) -> list[str]:
        """Each of them once."""
        return list(dict.fromkeys(self.client_ids or [str(self.client_id)]))


class Override(Reason):
    """A tier held by hand."""

    kind: Literal["floor", "ceiling", "pin"]
    tier: Id
    until: date | None = None
    """The last day on which it counts."""


class Merge(Reason):
    """Two ids of one customer."""

    into: Id
    """The id under which the customer goes on."""


class Erase(Reason):
    """The end of a customer; the id said twice."""

    confirm: Id


@router.post("/client/grade/recalculate", response_model=Results, responses=LATER)
async def recalculate(
    request: Request, said: Recalculate, caller: Annotated[Caller, Depends(operator)]
) -> Response:
    """Set tiers to what the customers deserve today, hold and steps aside.

    202 when some answers did not come in time: those commands are on the topic, and are carried
    out when a worker reads them.
    """
    order = Order(request, "grade.recalculate", said.wait_seconds, caller)
    results, pending = await order.give(said.customers, {"reason": said.reason})
    return answer({"results": results, "pending": pending}, 202 if pending else 200)


@router.put("/client/{client:path}/override", response_model=Results, responses=LATER)
async def override(
    request: Request, client: Client, said: Override, caller: Annotated[Caller, Depends(operator)]
) -> Response:
    """Hold a customer's tier: a floor, a ceiling or a pin; it replaces the one before."""
    until = None if said.until is None else said.until.isoformat()
    words = {"kind": said.kind, "tier": said.tier, "reason": said.reason, "until": until}
    return await Order(request, "override.set", said.wait_seconds, caller).one(client, words)


@router.delete("/client/{client:path}/override", response_model=Results, responses=LATER)
async def clear(
    request: Request, client: Client, said: Reason, caller: Annotated[Caller, Depends(operator)]
) -> Response:
    """Take the override back; without one nothing happens."""
    order = Order(request, "override.clear", said.wait_seconds, caller)
    return await order.one(client, {"reason": said.reason})


@router.post("/client/{client:path}/merge", response_model=Results, responses=LATER)
async def merge(
    request: Request, client: Client, said: Merge, caller: Annotated[Caller, Depends(admin)]
) -> Response:
    """Make one customer of two: what came for the first, and will come, counts for the other."""
    order = Order(request, "customer.merge", said.wait_seconds, caller)
    return await order.one(client, {"into": said.into, "reason": said.reason})


@router.post("/client/{client:path}/unmerge", response_model=Results, responses=LATER)
async def unmerge(
    request: Request, client: Client, said: Reason, caller: Annotated[Caller, Depends(admin)]
) -> Response:
    """Take a merged customer out again: both are as if they had never been one."""
    order = Order(request, "customer.unmerge", said.wait_seconds, caller)
    return await order.one(client, {"reason": said.reason})


@router.post("/client/{client:path}/erase", response_model=Results, responses=LATER)
async def erase(
    request: Request, client: Client, said: Erase, caller: Annotated[Caller, Depends(admin)]
) -> Response:
    """Erase a customer from the store and tell every consumer. Cannot be undone."""
    if said.confirm != client:
        told = "`confirm` must be the id of the customer, letter by letter"
        raise Refused(422, "not_confirmed", told, "body.confirm")
    order = Order(request, "customer.erase", said.wait_seconds, caller)
    return await order.one(client, {"reason": said.reason})


@router.get("/commands/{event_id:path}", dependencies=[Depends(viewer)], response_model=Result)
async def command(request: Request, event_id: str) -> Response:
    """What became of a command; 404 while no answer is known."""
    body = await run_in_threadpool(parts_of(request).archive.answer, event_id)
    if body is None:
        told = f"no answer to a command {event_id!r} is known: it waits, or is long past"
        raise Refused(404, "no_answer", told, "event_id")
    return answer(result(event_id, orjson.loads(body)))


class Order:
    """One kind of command, given by one caller."""

    def __init__(self, request: Request, kind: str, patience_s: float, caller: Caller) -> None:
        self._parts = parts_of(request)
        self._kind = kind
        self._patience_s = patience_s
        self._caller = caller

    async def give(
        self, customers: Sequence[str], said: dict[str, Any]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Order it of customers: what was answered, and what is waited for."""
        words = {**said, "author": self._caller.name}
        parts = self._parts
        now = parts.clock.now_ms()
        moments = {name: await moment_for(name, parts.look_up, now) for name in customers}
        given = await parts.sender.order(self._kind, moments, words, self._patience_s)
        results = [
            result(event_id, orjson.loads(body)) for _, event_id, body in given if body is not None
        ]
        pending = [
            {"customer_id": customer, "event_id": event_id, "ask": f"/api/commands/{event_id}"}
            for customer, event_id, body in given
            if body is None
        ]
        return results, pending

    async def one(self, customer: str, said: dict[str, Any]) -> Response:
        """Order it of one customer; a refusal is an error."""
        results, pending = await self.give([customer], said)
        for found in results:
            if found["outcome"] == "rejected":
                raise Refused(422, found["reason"], found["detail"])
        return answer({"results": results, "pending": pending}, 202 if pending else 200)


def result(event_id: str, told: dict[str, Any]) -> dict[str, Any]:
    """A worker's answer as the API tells it."""
    shown = {name: value for name, value in told.items() if name != "command"}
    return {"event_id": event_id, **shown}
