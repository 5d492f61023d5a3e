"""The Faust app: agents over chunks, and the hooks at which partitions come and go."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import faust
from faust.types import TP

from streams.errors import RegradeError
from streams.intake.record import RawRecord
from streams.kafka_security import kafka_security
from streams.keeper import Keeper, WorkerPlan
from streams.partition.runner import TOPICS
from streams.settings import Settings
from streams.transport import ChunkScheduler, ChunkSchema

REBALANCE_TIMEOUT_S = 60.0
REQUEST_TIMEOUT_S = 40.0
METADATA_S = 30.0
"""How long new partitions of the input topics go unnoticed, at most."""


class RegradeApp(faust.App):  # type: ignore[misc]
    """Faust's app with the two things our transport asks it for."""

    fetch_max_wait_ms: int
    keeper: "Keeper"

    async def on_start(self) -> None:
        """Watch from the start on: joining the group is where a worker may hang first."""
        await super().on_start()
        self.keeper.watch()

    async def on_stop(self) -> None:
        """Finish the chunks at hand before the consumer leaves the group."""
        await self.keeper.stop()
        await super().on_stop()

    def _crash(self, reason: BaseException) -> None:
        """Keep what we raised: agents cancelled on the way down crash as well, and say less."""
        if not isinstance(self.crash_reason, RegradeError):
            super()._crash(reason)


class TopicsUnfit(RegradeError):
    """The input topics are missing or differ in their partition counts."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem}. Create the topics with `regrade topics`.")


def create_app(plan: WorkerPlan) -> RegradeApp:
    """The Faust app of one worker."""
    settings = plan.settings
    app = RegradeApp(
        settings.group,
        broker=[f"kafka://{settings.kafka.replace(',', ';')}"],
        broker_consumer=[f"regrade://{settings.kafka.replace(',', ';')}"],
        broker_credentials=_credentials(settings),
        ConsumerScheduler=ChunkScheduler,
        # With standbys at 0 Faust would switch to an assignor that parts our topics.
        table_standby_replicas=1,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_buffer_maxsize=8,
        stream_wait_empty=False,
        agent_supervisor="mode.CrashingSupervisor",
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 8,
        broker_rebalance_timeout=REBALANCE_TIMEOUT_S,
        broker_request_timeout=max(REQUEST_TIMEOUT_S, settings.session_timeout_s),
        broker_max_poll_records=None,
        consumer_metadata_max_age_ms=int(METADATA_S * 1000),
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.member or None,
        web_enabled=False,
        datadir=str(Path(gettempdir()) / f"regrade-faust-{settings.group}"),
        origin="streams",
        autodiscover=False,
    )
    app.fetch_max_wait_ms = settings.fetch_max_wait_ms
    keeper = app.keeper = Keeper(app, plan)
    for name in TOPICS:
        _add_agent(app, keeper, settings.names.full(name))

    @app.on_partitions_assigned.connect(weak=False)  # type: ignore[untyped-decorator]
    async def on_assigned(_app: Any, assigned: set[TP], **_: Any) -> None:
        """The group gave us partitions."""
        await keeper.assigned(assigned)

    @app.on_partitions_revoked.connect(weak=False)  # type: ignore[untyped-decorator]
    async def on_revoked(_app: Any, _revoked: set[TP], **_: Any) -> None:
        """The group takes all partitions back: a rebalance."""
        await keeper.revoked()

    return app


def _credentials(settings: Settings) -> Any:
    """The same as every other client has, in Faust's words."""
    options = kafka_security(settings)
    context = options.get("ssl_context")
    if "sasl_mechanism" in options:
        return faust.SASLCredentials(
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            mechanism=options["sasl_mechanism"],
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)


def _add_agent(app: RegradeApp, keeper: Keeper, topic: str) -> None:
    """An agent over the chunks of one topic. It never waits for another topic."""

    async def intake(chunks: AsyncIterator[list[RawRecord]]) -> None:
        async for chunk in chunks:
            first = chunk[0]
            await keeper.offer(first.topic, first.partition, chunk)

    app.agent(app.topic(topic, schema=ChunkSchema()), name=f"{topic}-intake")(intake)


def create_worker(app: RegradeApp) -> faust.Worker:
    """Faust's runner: signals, the event loop, the end of the process."""
    worker = faust.Worker(
        app,
        loglevel=logging.WARNING,
        override_logging=False,
        redirect_stdouts=False,
        blocking_timeout=None,
        quiet=True,
    )
    worker.spinner = None
    return worker
