"""The FastAPI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version as installed_version
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from scoring.policy import Policy
from streams.api import described, errors, page
from streams.api.gate import Gate
from streams.api.models.shared import ERRORS
from streams.api.parts import Plan, running
from streams.api.routes import (
    board,
    events,
    exports,
    grades,
    health,
    orders,
    policies,
    profiles,
    reviews,
    session,
    stream,
    versions,
)
from streams.api.settings import ApiSettings
from streams.clock import Clock
from streams.settings import Settings
from streams.telemetry.api_metrics import ApiMetrics

ROUTERS = (
    grades,  # asked most, and looked for in this order
    session,
    orders,
    board,
    profiles,
    reviews,
    policies,
    versions,
    events,
    exports,
    stream,
    health,
)


def create_app(
    settings: Settings, api: ApiSettings, policy: Policy, folder: Path, clock: Clock
) -> FastAPI:
    """The application; its parts run while it does."""
    metrics = ApiMetrics(CollectorRegistry())

    @asynccontextmanager
    async def at_work(app: FastAPI) -> AsyncIterator[None]:
        """From the first request to the last."""
        async with running(Plan(settings, api, policy, folder, metrics), clock) as parts:
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
        app.include_router(theme.router, responses=None if theme is health else ERRORS)
    page.install(app)
    described.install(app)
    app.add_middleware(Gate, clock=clock, metrics=metrics, body_bytes=api.body_bytes)
    return app
