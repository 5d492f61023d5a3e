"""Moves that wait for somebody to decide."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from streams.api.access import Caller, operator, viewer
from streams.api.answer import answer, parts_of
from streams.api.errors import Refused
from streams.api.models.orders import Cases, Results
from streams.api.routes.orders import LATER, Order, Reason
from streams.inquiry.reviews import cases_in

router = APIRouter(prefix="/api/reviews")


class Resolve(Reason):
    """A decision."""

    decision: Literal["approve", "reject"]


@router.get("", response_model=Cases, dependencies=[Depends(viewer)])
async def reviews(request: Request) -> Response:
    """Every move that waits, the one whose time is over first at the top."""
    parts = parts_of(request)
    cases = await cases_in(parts.look_up, parts.settings)
    return answer({"cases": cases, "freshness": parts.status.freshness(parts.programme)})


@router.post("/{case:path}/resolve", response_model=Results, responses=LATER)
async def resolve(
    request: Request, case: str, said: Resolve, caller: Annotated[Caller, Depends(operator)]
) -> Response:
    """Make the move, or leave the tier as it is until the customer deserves another one."""
    parts = parts_of(request)
    found = await cases_in(parts.look_up, parts.settings)
    customer = next((one["customer_id"] for one in found if one["case"] == case), None)
    if customer is None:
        told = f"no open case {case!r}: it was decided or withdrawn, or there never was one"
        raise Refused(404, "no_case", told, "case")
    words = {"decision": said.decision, "case": case, "reason": said.reason}
    return await Order(request, "review.resolve", said.wait_seconds, caller).one(customer, words)
