"""The FastAPI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version as installed_version
from pathlib import Path

from fastapi import FastAPI

from scoring.policy import Policy
from streams.api import errors, page
from streams.api.gate import Gate
from streams.api.parts import running
from streams.api.routes import board, grades, health, profiles, session, stream
from streams.api.settings import ApiSettings
from streams.clock import Clock
from streams.settings import Settings

ROUTERS = (session, grades, board, profiles, stream, health)


def create_app(
    settings: Settings, api: ApiSettings, policy: Policy, folder: Path, clock: Clock
) -> FastAPI:
    """The application; its parts run while it does."""

    @asynccontextmanager
    async def at_work(app: FastAPI) -> AsyncIterator[None]:
        """From the first request to the last."""
        async with running(settings, api, policy, folder, clock) as parts:
            app.state.parts = parts
            yield

    app = FastAPI(
        title="regrade",
        version=installed_version("regrade"),
        description="Grades, changes and commands of one programme.",
        docs_url=None,
        redoc_url=None,
        lifespan=at_work,
    )
    errors.install(app)
    for theme in ROUTERS:
        app.include_router(theme.router)
    page.install(app)
    app.add_middleware(Gate, clock=clock, body_bytes=api.body_bytes)
    return app
