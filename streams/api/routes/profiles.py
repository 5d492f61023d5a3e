"""One customer seen from all sides."""

from collections import Counter
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from scoring.calendar import iso
from scoring.customer import REFUNDS, CustomerState
from scoring.ledger import Column
from scoring.units import Day
from streams.api.access import viewer
from streams.api.answer import answer, parts_of
from streams.api.archive import Kept
from streams.api.models.customer import History, Hits, Ledger, Profile
from streams.inquiry.answers import full
from streams.inquiry.errors import UnknownCustomer

router = APIRouter(prefix="/api", dependencies=[Depends(viewer)])
MOST_FOUND = 20

Client = Annotated[str, Path(min_length=1, max_length=256, description="The customer id.")]


@router.get("/client/{client:path}/ledger", response_model=Ledger)
async def ledger(request: Request, client: Client) -> Response:
    """What a customer did, day by day, and the score and tier of the days that changed them."""
    parts = parts_of(request)
    programme, found = await parts.programmes.find(client)
    kept = await run_in_threadpool(parts.archive.history, client)
    now = programme.grade(client, found.state, found.day)
    today = {"day": iso(found.day), "score": now["score"], "tier": now["tier"]}
    return answer(
        {
            "rows": ledger_rows(found.state, programme.policy.scale),
            "score_by_day": score_rows(kept, today),
            "currency": programme.policy.currency,
            "freshness": parts.status.freshness(programme, found),
        }
    )


@router.get("/client/{client:path}/history", response_model=History)
async def history(request: Request, client: Client) -> Response:
    """The changes of a customer's tier and labels that are kept, the latest first."""
    parts = parts_of(request)
    kept = await run_in_threadpool(parts.archive.history, client)
    if not kept:
        await parts.programmes.find(client)
    oldest = orjson.loads(kept[-1].body)["version"] if kept else 1
    return answer(
        {
            "changes": [orjson.Fragment(row.body) for row in kept],
            "complete": oldest == 1,
            "freshness": parts.status.freshness(parts.programme),
        }
    )


@router.get("/search", response_model=Hits)
async def search(
    request: Request, prefix: Annotated[str, Query(min_length=1, max_length=256)]
) -> Response:
    """Customers whose id begins so: that very id, then those with changes that are kept."""
    parts = parts_of(request)
    known = await run_in_threadpool(parts.archive.customers, prefix, MOST_FOUND)
    rows = []
    for customer in list(dict.fromkeys([prefix, *known]))[:MOST_FOUND]:
        try:
            programme, found = await parts.programmes.find(customer)
        except UnknownCustomer:
            continue
        grade = programme.grade(customer, found.state, found.day)
        rows.append({name: grade[name] for name in ("customer_id", "tier", "score")})
    return answer({"customers": rows, "freshness": parts.status.freshness(parts.programme)})


@router.get("/client/{client:path}", response_model=Profile)
async def profile(
    request: Request, client: Client, days: Annotated[int, Query(ge=0, le=60)] = 12
) -> Response:
    """Grade, explanation, days to come, attributes and benefits of a customer."""
    parts = parts_of(request)
    programme, found = await parts.programmes.find(client)
    told = await run_in_threadpool(programme.reasons.explain, found.state, found.day, days)
    state = found.state
    return answer(
        {
            "grade": programme.grade(client, state, found.day),
            "explanation": full(found, programme.policy, told),
            "attributes": state.attributes,
            "benefits": [] if told.tier is None else programme.benefits(told.tier),
            "since": None if state.first_day is None else iso(state.first_day),
            "registered_on": None if state.registered is None else iso(state.registered),
            "last_purchase_on": None if state.last_purchase is None else iso(state.last_purchase),
            "lifetime_orders": state.lifetime_orders,
            "lifetime_spend": state.lifetime_spend / programme.policy.scale,
            "currency": programme.policy.currency,
            "freshness": parts.status.freshness(programme, found),
        }
    )


def ledger_rows(state: CustomerState, scale: int) -> list[dict[str, Any]]:
    """The days on which anything happened. Spend is net of refunds, in major units.

    >>> state = CustomerState(days=[Day(0)], orders=[2], spend=[1250])
    >>> ledger_rows(state, 100)
    [{'day': '1970-01-01', 'orders': 2, 'spend': 12.5, 'refunds': 0.0, 'interactions': 0}]
    """
    orders = dict(zip(state.days, state.orders, strict=True))
    spend = dict(zip(state.days, state.spend, strict=True))
    refunds = _by_day(state.columns.get(REFUNDS, ([], [])))
    interactions: Counter[Day] = Counter()
    for column in state.kinds.values():
        interactions.update(_by_day(column))
    return [
        {
            "day": iso(day),
            "orders": orders.get(day, 0),
            "spend": spend.get(day, 0) / scale,
            "refunds": refunds.get(day, 0) / scale,
            "interactions": interactions[day],
        }
        for day in sorted({*orders, *refunds, *interactions})
    ]


def score_rows(kept: list[Kept], today: dict[str, Any]) -> list[dict[str, Any]]:
    """Score and tier as published, one row a day, and those of today."""
    by_day: dict[str, dict[str, Any]] = {}
    for row in reversed(kept):
        body = orjson.loads(row.body)
        day = body["effective_on"]
        by_day[day] = {"day": day, "score": body.get("score"), "tier": body["tier"]}
    by_day[today["day"]] = today
    return [by_day[day] for day in sorted(by_day)]


def _by_day(column: Column) -> dict[Day, int]:
    return dict(zip(*column, strict=True))
