"""The session of the page: a key shown once becomes a cookie no script can read."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from streams.api.access import Caller, viewer
from streams.api.answer import answer, parts_of
from streams.api.models.programme import Me, Nothing, Session
from streams.api.sessions import COOKIE, LASTS_S

router = APIRouter(prefix="/api")


class SignIn(BaseModel):
    """What is shown to sign in."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=200)


@router.get("/me", response_model=Me)
async def me(caller: Annotated[Caller, Depends(viewer)]) -> Response:
    """Who is asking, and what they may do."""
    return answer({"name": caller.name, "role": caller.role.word, "open": caller.open})


@router.post("/session", response_model=Session)
async def sign_in(request: Request, shown: SignIn) -> Response:
    """Begin a session with a key. It ends after twelve hours, or when the key is revoked."""
    access = parts_of(request).access
    cookie = await run_in_threadpool(access.sign_in, request, shown.key)
    response = answer({"lasts_seconds": LASTS_S})
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=LASTS_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.delete("/session", response_model=Nothing)
async def sign_out() -> Response:
    """End the session of this browser."""
    response = answer({})
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response
