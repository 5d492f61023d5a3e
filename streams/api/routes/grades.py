"""The grade of a customer, and what a tier grants."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from streams.api.access import viewer
from streams.api.answer import answer, parts_of
from streams.api.errors import Refused
from streams.api.models.customer import Benefits, Grade
from streams.api.straight import LONGEST, StraightRoute

router = APIRouter(prefix="/api", dependencies=[Depends(viewer)], route_class=StraightRoute)


@router.get("/client/grade/{clientId:path}", response_model=Grade)
async def grade(
    request: Request,
    client: Annotated[str, Path(alias="clientId", min_length=1, max_length=LONGEST)],
) -> Response:
    """The grade of a customer: tier, score, labels, and how far the next tier is."""
    parts = parts_of(request)
    programme, found = await parts.programmes.find(client)
    body = programme.grade(client, found.state, found.day) | {"alias": found.alias}
    return answer({**body, "freshness": parts.status.freshness(programme, found)})


@router.get("/benefits/{level}", response_model=Benefits)
async def benefits(request: Request, level: str) -> Response:
    """What a tier grants, by the policy in force."""
    parts = parts_of(request)
    programme = parts.programme
    if level not in programme.tier_labels:
        known = ", ".join(programme.tiers)
        raise Refused(404, "unknown_tier", f"no tier {level!r}; tiers are {known}", "level")
    return answer(
        {
            "level": level,
            "label": programme.tier_labels[level],
            "benefits": programme.benefits(level),
            "freshness": parts.status.freshness(programme),
        }
    )
