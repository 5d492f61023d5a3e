"""Every setting of the worker: environment variables with the prefix REGRADE_, read once."""

import re
import socket
from functools import cached_property
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.errors import RegradeError
from streams.topic_names import TopicNames

T = TypeVar("T", bound=BaseSettings)
_LEAST_SECRET = 16
_USER_INFO = re.compile(r"//[^/]*@")
"""User and password in a URL."""


class SettingsRefused(RegradeError):
    """A setting cannot be; every problem is listed."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n  ".join(["the settings are refused:", *problems]))


def _long_enough(secret: SecretStr) -> SecretStr:
    if 0 < len(secret) < _LEAST_SECRET:
        raise ValueError(f"should have at least {_LEAST_SECRET} characters")
    return secret


class Settings(BaseSettings):
    """Where things are and how the worker behaves."""

    model_config = SettingsConfigDict(env_prefix="REGRADE_", extra="ignore", frozen=True)

    kafka: str = Field("127.0.0.1:9092", description="Kafka bootstrap servers, host:port,...")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="whether Kafka is spoken over TLS (SSL) and with a user (SASL)"
    )
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="how the user proves itself to Kafka"
    )
    kafka_user: str = Field("", description="user for Kafka")
    kafka_password: SecretStr = Field(SecretStr(""), description="its password")
    kafka_ca: str = Field(
        "", description="PEM file of the authorities trusted for Kafka; empty: the machine's"
    )
    kafka_certificate: str = Field("", description="PEM file of the client certificate for Kafka")
    kafka_key: str = Field("", description="PEM file of its key, if not in the same file")
    redis: Annotated[str, Field(pattern=r"^(rediss?|unix)://")] = Field(
        "redis://127.0.0.1:6379/0", description="Redis or Valkey URL; ?cluster=yes for a cluster"
    )
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,40}$")] = Field(
        "", description="put before every topic name and key, to run several programmes"
    )
    facts_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,40}$")] | None = Field(
        None,
        description="prefix of orders and interactions, to share them; unset: REGRADE_PREFIX",
    )
    group: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = Field(
        "regrade", description="Kafka consumer group"
    )
    policy: str = Field("b2b-fresh", description="preset name or path of a policy file")
    clock: Literal["wall", "event"] = Field(
        "wall",
        description="wall: local midnights tick; event: only events move the day",
    )
    publish_after: Literal["durable", "commit"] = Field(
        "durable", description="when changes may leave: once on disk, or once committed"
    )
    worker: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        default_factory=socket.gethostname,
        description="name of this worker in the store and logs",
    )
    cache_customers: Annotated[int, Field(ge=0)] = Field(
        200_000, description="customers kept in memory, over all partitions"
    )
    fetch_max_wait_ms: Annotated[int, Field(ge=1, le=10_000)] = Field(
        20, description="how long the broker may hold an empty fetch, milliseconds"
    )
    session_timeout_s: Annotated[float, Field(ge=1, le=300)] = Field(
        10.0,
        description="silence after which the group gives a worker's partitions away",
    )
    stall_timeout_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        180.0,
        description="a part that owes work and stands still for so long ends the worker; 0: never",
    )
    member: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,100}$")] = Field(
        "", description="lasting name in the group (static membership); empty: none"
    )
    idempotent_producer: bool = Field(
        True, description="Kafka's idempotent producer; off for brokers without it"
    )
    erasure_key: Annotated[SecretStr, AfterValidator(_long_enough)] = Field(
        SecretStr(""), description="secret that names erased customers; needed to erase"
    )
    push_secret: Annotated[SecretStr, AfterValidator(_long_enough)] = Field(
        SecretStr(""), description="secret that signs what is pushed to webhooks; empty: unsigned"
    )
    metrics_host: str = Field("127.0.0.1", description="address of /metrics")
    metrics_port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        9108, description="port of /metrics; 0 takes a free one"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="least level logged"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="auto: JSON unless stderr is a terminal"
    )
    record_bytes: Annotated[int, Field(ge=1024)] = Field(
        262_144, description="largest value of a record; a larger one becomes a dead letter"
    )
    outbox_rows: Annotated[int, Field(ge=100)] = Field(
        5000, description="rows of a partition that may wait for the broker before it pauses"
    )
    flood_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.9, description="a worker stops when more of the latest records are refused; 1: never"
    )
    flood_window: Annotated[int, Field(ge=1)] = Field(
        1000, description="how many of a partition's latest records are looked at for that"
    )
    failpoints: str = Field(
        "", description="for tests: where to die or stall; refused unless all servers are local"
    )

    @property
    def key_prefix(self) -> str:
        """First part of every partition's tag."""
        return f"regrade.{self.prefix}" if self.prefix else "regrade"

    @cached_property
    def names(self) -> TopicNames:
        """What the programme's topics are called."""
        return TopicNames(self.prefix, self.facts_prefix)


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsRefused: with every variable that cannot be, its value and what is allowed.
    """
    return load(Settings, "REGRADE_")


def load(kind: type[T], prefix: str) -> T:
    """Read the settings of one kind from the environment.

    Raises:
        SettingsRefused: with every variable that cannot be, its value and what is allowed.
    """
    try:
        return kind()
    except ValidationError as error:
        problems = [
            f"{prefix}{'_'.join(str(part) for part in found['loc']).upper()}="
            f"{_shown(found['loc'], found['input'])}: {found['msg']}"
            for found in error.errors()
        ]
        raise SettingsRefused(problems) from None


def _shown(place: tuple[int | str, ...], value: object) -> str:
    """A value as it may stand in a message."""
    if place in {("erasure_key",), ("kafka_password",), ("push_secret",)}:
        return "(secret)"
    return repr(_USER_INFO.sub("//(secret)@", value) if isinstance(value, str) else value)
