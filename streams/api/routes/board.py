"""The programme at a glance: status, tiers, labels, moves, changes."""

from datetime import date
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from scoring.calendar import day_of
from scoring.units import Day
from streams.api.access import viewer
from streams.api.answer import answer, parts_of
from streams.api.archive import Search
from streams.api.breakdown import CATEGORY
from streams.api.errors import Refused
from streams.api.models.programme import Breakdown, Changes, Labels, Moves, Status, Tiers
from streams.api.tables import HISTORY_DAYS, label_rows, move_rows, tier_rows

router = APIRouter(prefix="/api", dependencies=[Depends(viewer)])
MOST_DAYS = 400
"""Days of moves in one answer."""


@router.get("/status", response_model=Status)
async def status(request: Request) -> Response:
    """How far the workers are, and what is wrong if something is."""
    parts = parts_of(request)
    return answer(parts.status.body(parts.programme))


@router.get("/tiers", response_model=Tiers)
async def tiers(request: Request) -> Response:
    """Customers per tier: now, yesterday, and on the last thirty days. The lowest tier first."""
    parts = parts_of(request)
    last = parts.status.view.last_day
    days = [] if last is None else [Day(last - at) for at in range(HISTORY_DAYS)]
    moved = await parts.overview.moves(len(parts.status.view.standings), days)
    rows = tier_rows(parts.programme.policy, parts.status.view.counts, moved, last)
    return answer({"tiers": rows, "freshness": parts.status.freshness(parts.programme)})


@router.get("/labels", response_model=Labels)
async def labels(request: Request) -> Response:
    """Customers per value of every label."""
    parts = parts_of(request)
    rows = label_rows(parts.programme.policy, parts.status.view.counts)
    return answer({"labels": rows, "freshness": parts.status.freshness(parts.programme)})


@router.get("/breakdown", response_model=Breakdown)
async def breakdown(
    request: Request,
    by: Annotated[
        str, Query(max_length=300, description="`category`, `label:NAME` or `attribute:NAME`.")
    ] = CATEGORY,
) -> Response:
    """Customers by tier and by label, attribute (region, channel) or category bought last year.

    All customers are looked at; what was found is kept for half a minute.
    """
    parts = parts_of(request)
    found = await parts.breakdowns.now(len(parts.status.view.standings))
    if by not in found.axes and by != CATEGORY:
        told = f"nobody has {by!r}, or too many values of it; known are {', '.join(found.axes)}"
        raise Refused(404, "unknown_axis", told, "query.by")
    rows = [
        {"value": value, "customers": sum(tiers.values()), "tiers": tiers}
        for value, tiers in found.rows(by)
    ]
    fresh = parts.status.freshness(parts.programme)
    return answer({"by": by, "axes": found.axes, "rows": rows, "freshness": fresh})


@router.get("/moves", response_model=Moves)
async def moves(
    request: Request,
    from_: Annotated[date | None, Query(alias="from", description="First day.")] = None,
    to: Annotated[date | None, Query(description="Last day; the latest by default.")] = None,
) -> Response:
    """How many customers moved between which tiers, by day and trigger."""
    parts = parts_of(request)
    view = parts.status.view
    last = view.last_day if to is None else day_of(to)
    days: list[Day] = []
    if last is not None:
        first = Day(last - HISTORY_DAYS + 1) if from_ is None else day_of(from_)
        if last - first >= MOST_DAYS:
            raise Refused(422, "too_long", f"at most {MOST_DAYS} days at a time", "query.from")
        days = [Day(day) for day in range(first, last + 1)]
    moved = await parts.overview.moves(len(view.standings), days)
    rows = move_rows(moved, parts.programme.tiers)
    return answer({"moves": rows, "freshness": parts.status.freshness(parts.programme)})


@router.get("/changes", response_model=Changes)
async def changes(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[
        str | None, Query(pattern=r"^\d{1,15}-\d{1,15}$", description="`next` of an answer.")
    ] = None,
    tier: Annotated[str | None, Query(description="Left or entered.")] = None,
    trigger: str | None = None,
    customer: str | None = None,
) -> Response:
    """Tier changes, the latest published first, among the latest that are kept."""
    parts = parts_of(request)
    place = None
    if before is not None:
        published, _, seq = before.partition("-")
        place = (int(published), int(seq))
    wanted = Search(limit, place, tier, trigger, customer)
    found = await run_in_threadpool(parts.archive.changes, wanted)
    more = len(found) == limit
    return answer(
        {
            "changes": [orjson.Fragment(row.body) for row in found],
            "next": f"{found[-1].published}-{found[-1].seq}" if more else None,
            "freshness": parts.status.freshness(parts.programme),
        }
    )
